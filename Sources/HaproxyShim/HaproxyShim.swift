import Foundation
import NetworkNamespaces
import ProcessSeparation

/// Takes haproxy's place where Neutron starts one (contract neutron.md §8.3, way B).
///
/// Started as `haproxy -f FILE` in a network's or a router's namespace, it opens the sockets that the file names, leaves a
/// process behind that hands them to a running `metapath proxy`, writes that process's id where Neutron looks for it, and
/// ends. Everything else that haproxy may be asked for is left to haproxy itself.
public enum HaproxyShim {
    /// The name under which it is started.
    public static let name = "haproxy"
    /// Where `metapath proxy` takes sockets, if nothing else is configured.
    public static let defaultSocket = "/run/metapath/shims"

    /// - Parameters:
    ///   - arguments: without the program's own name.
    ///   - socket: where `metapath proxy` takes sockets.
    /// - Returns: the exit status.
    public static func run(_ arguments: [String], socket: String) -> Int32 {
        if arguments.last == ShimProcess.flag { return ShimProcess.run() }
        guard arguments.count == 2, arguments[0] == "-f",
            let text = try? String(contentsOfFile: arguments[1], encoding: .utf8),
            let configuration = HaproxyConfiguration(text)
        else { return OtherHaproxy.run(arguments) }
        do {
            try start(configuration, arguments, socket)
            return 0
        } catch {
            FileHandle.standardError.write(Data("\(name) (metapath): \(arguments[1]): \(error)\n".utf8))
            return 1
        }
    }

    private static func start(_ configuration: HaproxyConfiguration, _ arguments: [String], _ socket: String) throws {
        let listeners = try listeners(configuration)
        defer { for listener in listeners { listener.close() } }
        let pid = try ShimProcess.start(
            arguments, descriptors: listeners.map(\.descriptor), scope: configuration.scope, socket: socket)
        try Data("\(pid)\n".utf8).write(to: URL(fileURLWithPath: configuration.pidFile))
    }

    /// None where somebody listens already: the daemon itself, if it follows this namespace.
    private static func listeners(_ configuration: HaproxyConfiguration) throws -> [NamespaceListener] {
        do {
            return try NamespaceSockets.listenHere(at: configuration.addresses)
        } catch {
            guard error.kind == .addressInUse else { throw error }
            return []
        }
    }
}
