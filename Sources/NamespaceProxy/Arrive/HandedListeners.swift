import Glibc
import HTTPWire
import InstanceModel
import MetadataService
import NIOCore
import ProcessSeparation

/// ARRIVE: serves the listening sockets that the holder hands over.
///
/// The listener is the identity: each knows the network or the router of its namespace, and nothing a guest sends can
/// change that (contract neutron.md §8.1).
public actor HandedListeners {
    /// The longest that requests in flight may take when the process is told to stop.
    private static let grace = TimeAmount.seconds(5)
    /// For a connection that its client keeps: longer than any answer may take.
    private static let retirement = TimeAmount.minutes(2)

    private let path: MetadataPath
    private let server: HTTPServer
    private let control: ControlServer
    private let service: Identify?
    private let ports: PortFollower?
    private var open: [ListenerID: (listener: Listener, purpose: ListenerPurpose)] = [:]
    /// How many listeners each has.
    private var scopes: [Scope: Int] = [:]

    /// - Parameters:
    ///   - control: serves whoever watches.
    ///   - service: how callers of the service port are known; nil where there is none.
    ///   - ports: told of the scopes that are served; nil where the store knows them all.
    public init(
        path: MetadataPath, server: HTTPServer, control: ControlServer, service: Identify?, ports: PortFollower?
    ) {
        self.path = path
        self.server = server
        self.control = control
        self.service = service
        self.ports = ports
    }

    /// Does what the holder says. Returns when everybody has been served after it has said to end, or has gone: the one
    /// that comes after it will have another worker.
    public func follow(_ holder: HolderLink) async {
        for await (message, descriptor) in holder.messages {
            switch message {
            case .open(let id, let purpose):
                if let descriptor { await serve(descriptor, id, purpose) }
            case .close(let id): await close(id)
            case .settled: holder.send(.ready)
            case .retire:
                Task {
                    await retire()
                    holder.finish()
                }
            case .stop: return await stop()
            }
        }
        await retire()
    }

    private func retire() async {
        // What this worker knows may be old by now.
        await ports?.keepNoMore()
        async let watched: Void = control.stop()
        await server.retire(grace: Self.retirement)
        await watched
    }

    private func stop() async {
        async let watched: Void = control.stop()
        await server.stop(grace: Self.grace)
        await watched
    }

    private func serve(_ descriptor: Int32, _ id: ListenerID, _ purpose: ListenerPurpose) async {
        // Fails only for what is no listening socket, which the holder does not send.
        if purpose == .control { return (try? control.serve(descriptor: descriptor)) ?? () }
        guard let responder = responder(for: purpose) else {
            Glibc.close(descriptor)
            return
        }
        guard let listener = try? server.serve(descriptor: descriptor, responder: responder) else { return }
        open[id] = (listener, purpose)
        guard case .guests(let scope) = purpose else { return }
        scopes[scope, default: 0] += 1
        if scopes[scope] == 1 { await ports?.add(scope) }
    }

    /// An open socket, of a connection too, would keep the namespace alive after its name has gone.
    private func close(_ id: ListenerID) async {
        guard let (listener, purpose) = open.removeValue(forKey: id) else { return }
        await listener.closeWithConnections()
        guard case .guests(let scope) = purpose, let count = scopes[scope] else { return }
        scopes[scope] = count > 1 ? count - 1 : nil
        if count == 1 { await ports?.remove(scope) }
    }

    private func responder(for purpose: ListenerPurpose) -> HTTPServer.ResponderFactory? {
        let path = path
        switch purpose {
        case .guests(let scope):
            return { channel in
                try path.responder(
                    for: channel, listener: .guests(scope), identify: .port(scope),
                    mac: MACAddress(neighbourOf: channel))
            }
        case .service:
            guard let service else { return nil }
            return { try path.responder(for: $0, listener: .service, identify: service) }
        case .agent:
            return { try path.responder(for: $0, listener: .agent, identify: .agentHeaders) }
        case .control: return nil
        }
    }
}
