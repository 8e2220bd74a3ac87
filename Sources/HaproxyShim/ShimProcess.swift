import Foundation
import InstanceModel
import NetworkNamespaces
import ProcessSeparation

/// The process that stands for a haproxy: Neutron finds it by its id and its arguments, and ends it when the network or
/// the router goes. It holds the sockets, so that they outlive `metapath proxy`, and has no privileges.
enum ShimProcess {
    /// The last argument of the process.
    static let flag = "--metapath-shim"
    /// Microseconds between two attempts to reach `metapath proxy`.
    private static let pause: UInt32 = 200_000

    struct Refused: Error, CustomStringConvertible {
        var description: String
    }

    /// Returns when the sockets have been handed over, or when `metapath proxy` is not there and will be given them
    /// later.
    /// - Throws: ``Refused``, `SystemError`, `NamespaceError`
    static func start(_ arguments: [String], descriptors: [Int32], scope: Scope, socket: String) throws -> pid_t {
        let (process, channel) = try spawn(arguments)
        try channel.send("\(scope) \(socket)", descriptors)
        let answer = try channel.receive()?.text ?? "the process that holds the sockets has ended"
        guard answer == "started" else {
            _ = process.wait()
            throw Refused(description: answer)
        }
        return process.pid
    }

    private static func spawn(_ arguments: [String]) throws -> (ChildProcess, DescriptorChannel) {
        let (ours, theirs) = try DescriptorChannel.pair()
        // The kernel counts what anybody has under way against the limit of a sender without privileges.
        DescriptorLimit.raise()
        var program = NamespaceCommand([HaproxyShim.name] + arguments + [flag], deathSignal: 0)
        program.path = try Executable.own()
        program.capabilities = 0
        let process = try program.start(input: theirs.descriptor, output: STDOUT_FILENO, errors: STDERR_FILENO)
        return (process, ours)
    }

    /// In the process itself. SIGTERM ends it, which closes the sockets.
    static func run() -> Int32 {
        setsid()
        guard let (client, first) = introduce() else { return 1 }
        detach()
        var connection = first
        var lastFailure = ""
        while true {
            if let connection { waitForEnd(of: connection) }
            usleep(pause)
            do {
                connection = try client.handOver()
                lastFailure = ""
            } catch {
                connection = nil
                if "\(error)" != lastFailure { report("\(error)", client.scope) }
                lastFailure = "\(error)"
            }
        }
    }

    /// To the system's log: nobody else listens to this process.
    private static func report(_ failure: String, _ scope: Scope) {
        "metapath: the sockets of \(scope) cannot be handed over, trying again: \(failure)".withCString { text in
            withVaList([text]) { vsyslog(LOG_ERR, "%s", $0) }
        }
    }

    /// Is told what to hold, and hands it over for the first time.
    private static func introduce() -> (ShimClient, DescriptorChannel?)? {
        let parent = DescriptorChannel(descriptor: fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3))
        guard let (text, descriptors) = try? parent.receive() else { return nil }
        let words = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2, let scope = Scope(words[0]) else { return nil }
        let client = ShimClient(path: words[1], scope: scope, descriptors: descriptors)
        do {
            let connection = try client.handOver()
            try parent.send("started")
            return (client, connection)
        } catch {
            try? parent.send("\(error)")
            return nil
        }
    }

    /// Whoever has started haproxy may wait for the end of its output.
    private static func detach() {
        let nothing = open("/dev/null", O_RDWR)
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] { dup2(nothing, descriptor) }
        if nothing > STDERR_FILENO { close(nothing) }
    }

    private static func waitForEnd(of connection: DescriptorChannel) {
        while let _ = try? connection.receive() {}
    }
}
