import Glibc
import InstanceModel
import Logging
import ProcessSeparation
import Synchronization

/// The daemon's side of its connection to a shim, and what came through it.
final class Shim: Sendable {
    private let held: HeldListeners
    private let logger: Logger
    private let listeners = Mutex<[ListenerID]>([])

    init(held: HeldListeners, logger: Logger) {
        self.held = held
        self.logger = logger
    }

    /// Takes what the shim has sent.
    /// - Returns: false at the end.
    func take(from connection: Int32) -> Bool {
        let channel = DescriptorChannel(lent: connection)
        guard let (text, descriptors) = try? channel.receive() else { return false }
        guard let scope = Scope(text) else {
            for descriptor in descriptors { close(descriptor) }
            return false
        }
        let isServed = descriptors.isEmpty ? held.serves(scope) : hold(descriptors, scope)
        try? channel.send(isServed ? ShimAnswer.served.rawValue : ShimAnswer.unknown.rawValue)
        return true
    }

    func release() {
        let all = listeners.withLock { listeners in
            defer { listeners = [] }
            return listeners
        }
        for id in all { held.release(id) }
    }

    private func hold(_ descriptors: [Int32], _ scope: Scope) -> Bool {
        for descriptor in descriptors {
            do {
                let id = try held.hold(descriptor, for: .guests(scope), at: nil)
                listeners.withLock { $0.append(id) }
            } catch {
                logger.error("a listener that a shim has handed over cannot be held: \(error)")
            }
        }
        logger.info("listening", metadata: ["scope": "\(scope)", "by": "shim"])
        return true
    }
}
