import CLinux
import Glibc

/// A program to run, in a network namespace if one is named: what `ip netns exec` does, without a second process.
///
/// The program gets a process group of its own, so that a terminal's Ctrl-C reaches only us, who then end it.
public struct NamespaceCommand: Sendable {
    /// The program, by path or by name, and what it is called with. Not empty.
    public var arguments: [String]
    /// The program where it is not called by its own name; nil: the first argument.
    public var path: String?
    /// A name under ``NetworkNamespace/directory``; nil for our own namespace.
    public var namespace: String?
    /// `NAME=value` each; ours if not set.
    public var environment: [String]
    /// What it reads; empty by default.
    public var input: String
    /// What it is sent when the thread that started it ends, `kill -9` included.
    public var deathSignal: Int32
    /// The capabilities that it may have at most, bit N for number N. All by default.
    public var capabilities: UInt64 = .max

    public init(_ arguments: [String], in namespace: String? = nil, input: String = "", deathSignal: Int32 = SIGKILL) {
        self.arguments = arguments
        self.namespace = namespace
        self.environment = Self.ownEnvironment
        self.input = input
        self.deathSignal = deathSignal
    }

    /// The environment of this process.
    public static var ownEnvironment: [String] {
        guard let text = contents(ofFile: "/proc/self/environ") else { return [] }
        return text.split(separator: "\0").map(String.init)
    }

    /// How a program ended, and what it wrote.
    public struct Completion: Sendable, Equatable {
        /// Its exit status; 128 + the signal that ended it, as shells count.
        public var status: Int32
        public var outputBytes: [UInt8]
        public var errors: String

        /// What was written to standard output, as text.
        public var output: String { String(decoding: outputBytes, as: UTF8.self) }
    }

    /// Runs it to its end. Output is kept in memory files, so that neither side ever waits for the other.
    /// - Parameter keepWaiting: asked every millisecond; when it says no the program is killed.
    /// - Throws: ``NamespaceError`` when it cannot be started; a status other than 0 is not an error here.
    public func run(while keepWaiting: (() -> Bool)? = nil) throws(NamespaceError) -> Completion {
        let output = try memoryFile()
        defer { close(output) }
        let errors = try memoryFile()
        defer { close(errors) }
        let process = try start(output: output, errors: errors)
        let status = keepWaiting.map(process.wait(while:)) ?? process.wait()
        return Completion(
            status: status, outputBytes: written(to: output),
            errors: String(decoding: written(to: errors), as: UTF8.self))
    }

    /// Starts it and does not wait.
    /// - Parameters: descriptors it writes to; they stay the caller's.
    public func start(output: Int32, errors: Int32) throws(NamespaceError) -> ChildProcess {
        let inputFile = try memoryFile(input)
        defer { close(inputFile) }
        return try start(input: inputFile, output: output, errors: errors)
    }

    /// The same, reading from a descriptor instead of ``input``.
    public func start(input: Int32, output: Int32, errors: Int32) throws(NamespaceError) -> ChildProcess {
        guard let name = path ?? arguments.first, let path = Executable.path(of: name) else {
            throw NamespaceError(
                .toolMissing, "The program “\(arguments.first ?? "")” is not installed or not executable.")
        }
        let descriptor: Int32 = if let namespace { try NetworkNamespace.open(namespace) } else { -1 }
        defer { if descriptor >= 0 { close(descriptor) } }
        let pid = withCStrings([path]) { paths in
            withCStrings(arguments) { arguments in
                withCStrings(environment) { environment in
                    var program = clinux_program(
                        path: paths[0], arguments: arguments, environment: environment, network_namespace: descriptor,
                        input: input, output: output, errors: errors, death_signal: deathSignal,
                        capabilities: capabilities)
                    return clinux_spawn(&program)
                }
            }
        }
        guard pid > 0 else { throw .system("start \(path)\(namespace.map { " in \($0)" } ?? "")") }
        return ChildProcess(pid: pid)
    }

    private func memoryFile(_ text: String = "") throws(NamespaceError) -> Int32 {
        let descriptor = clinux_memory_file("metapath")
        guard descriptor >= 0 else { throw .system("make a file in memory") }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                defer { close(descriptor) }
                throw .system("write to a file in memory")
            }
            rest = rest.dropFirst(count)
        }
        lseek(descriptor, 0, SEEK_SET)
        return descriptor
    }

    private func written(to file: Int32) -> [UInt8] {
        lseek(file, 0, SEEK_SET)
        return contents(of: file)
    }
}

/// A program that was started by ``NamespaceCommand`` and not yet waited for.
public struct ChildProcess: Sendable {
    public let pid: pid_t

    /// Blocks until it has ended. Its exit status; 128 + the signal that ended it.
    public func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return -1 }
        }
        return Self.shellStatus(status)
    }

    /// Waits until it has ended, and kills it once `keepWaiting` says no.
    public func wait(while keepWaiting: () -> Bool) -> Int32 {
        while keepWaiting() {
            if let status = pollStatus() { return status }
            usleep(1000)
        }
        kill(-pid, SIGKILL)
        return wait()
    }

    /// Its exit status if it has ended, which may be asked for once.
    public func pollStatus() -> Int32? {
        var status: Int32 = 0
        return waitpid(pid, &status, WNOHANG) == pid ? Self.shellStatus(status) : nil
    }

    private static func shellStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }
}
