import HTTPWire
import InstanceModel
import InstanceStore
import MetadataDocuments
import NIOCore

/// ARRIVE → IDENTIFY → ANSWER, ready on every event loop: makes the responder of each connection.
public final class MetadataPath: Sendable {
    private let loops: [ObjectIdentifier: NIOLoopBound<LoopContext>]
    private let answer: Answer

    /// - Parameters:
    ///   - ports: who knows the ports of guests behind listeners in namespaces; nil: the store does.
    ///   - limits: how often guests may ask; nil for as often as they like.
    ///   - observers: who is told of requests; while there are none, that costs the data path nothing but the look.
    /// - Throws: ``StoreError`` when the store cannot tell of its changes.
    public init(
        group: any EventLoopGroup, directory: DocumentDirectory, ports: (any PortFinder)? = nil,
        limits: GuestLimits? = nil, refusals: RefusalCounts = RefusalCounts(), answer: Answer,
        observers: RequestObservers, reporter: Reporter
    ) async throws {
        // Sets the directory's first revision, from which it follows.
        try await directory.catchUp()
        var loops: [ObjectIdentifier: NIOLoopBound<LoopContext>] = [:]
        for eventLoop in group.makeIterator() {
            loops[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                let context = try LoopContext(
                    eventLoop: eventLoop, directory: directory, ports: ports, limits: limits, refusals: refusals,
                    observers: observers, reporter: reporter)
                return NIOLoopBound(context, eventLoop: eventLoop)
            }.get()
        }
        self.loops = loops
        self.answer = answer
    }

    /// The responder of a connection that `listener` has accepted. Called on the connection's event loop.
    /// - Parameters:
    ///   - mac: of the neighbour that opened the connection, where that is known.
    public func responder(
        for channel: any Channel, listener: ListenerName, identify: Identify, mac: MACAddress? = nil
    ) throws -> MetadataResponder {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else { throw ForeignEventLoop() }
        let arrival = Arrival(listener: listener, channel: channel, mac: mac)
        return MetadataResponder(arrival: arrival, identify: identify, answer: answer, loop: loop.value)
    }

    private struct ForeignEventLoop: Error {}
}
