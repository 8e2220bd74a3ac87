import Foundation

/// Boxes with listening sockets that a process has from the one before it: its own earlier version, or one that had them
/// kept by the service manager (sd_pid_notify_with_fds(3)).
public enum Inheritance {
    /// Numbers of descriptors, and of children that are on their way out: of an earlier version in the same process.
    private static let boxes = "METAPATH_BOXES"
    private static let children = "METAPATH_CHILDREN"

    /// Takes them; nobody else does.
    /// - Returns: a descriptor of each socket, and its box's label.
    public static func take() -> [(label: String, descriptor: Int32)] {
        let own = numbers(boxes)
        for child in numbers(children) {
            DispatchQueue.global().async { waitpid(child, nil, 0) }
        }
        return (own + ServiceManager.keptDescriptors()).compactMap { descriptor in
            guard DescriptorChannel.isEnd(descriptor) else { return nil }
            // What the box holds is open as long as there is a copy.
            return try? DescriptorBox(descriptor: descriptor).open()
        }
    }

    /// Becomes another program, usually the present one in a newer version, which inherits the boxes.
    /// - Parameter children: processes that the program has to wait for.
    /// - Throws: ``SystemError``; nothing has changed then.
    public static func leave(
        to path: String, arguments: [String], boxes inherited: [DescriptorBox], children waiting: [pid_t]
    ) throws {
        for box in inherited { setClosing(box.descriptor, false) }
        setenv(boxes, inherited.map { "\($0.descriptor)" }.joined(separator: " "), 1)
        setenv(children, waiting.map(String.init).joined(separator: " "), 1)
        // The program would start with what this thread does not want to hear of.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        execv(path, &pointers)
        let error = SystemError("run \(path)")
        for pointer in pointers { free(pointer) }
        for box in inherited { setClosing(box.descriptor, true) }
        unsetenv(boxes)
        unsetenv(children)
        throw error
    }

    private static func numbers(_ name: String) -> [Int32] {
        defer { unsetenv(name) }
        return (ProcessInfo.processInfo.environment[name] ?? "").split(separator: " ").compactMap { Int32($0) }
    }

    private static func setClosing(_ descriptor: Int32, _ closes: Bool) {
        _ = fcntl(descriptor, F_SETFD, closes ? FD_CLOEXEC : 0)
    }
}
