import InstanceModel
import ProcessSeparation
import Synchronization

/// Every listening socket of the path, and what each is for. Workers get copies, and are told of changes.
///
/// A socket is open as long as it is held here, whether or not a worker serves it: connections wait in its queue.
public final class HeldListeners: Sendable {
    private struct Held {
        var purpose: ListenerPurpose
        var box: DescriptorBox
        /// Whoever comes after this process finds out from the box what it is.
        var isInheritable: Bool
    }

    private struct State {
        var lastID: ListenerID = 0
        var listeners: [ListenerID: Held] = [:]
        var workers: [(link: WorkerLink, isRetired: Bool)] = []
    }

    private let state = Mutex(State())
    private let manager: ServiceManager?

    /// - Parameter manager: keeps the sockets while the process is away; nil for nobody.
    public init(manager: ServiceManager?) {
        self.manager = manager
    }

    /// Takes a listening socket.
    /// - Parameters:
    ///   - descriptor: belongs to this object from now on, also on failure.
    ///   - place: where it listens, for the process that comes after this one; nil where that one will be given the
    ///     socket again by whoever has brought it.
    /// - Throws: `SystemError`
    public func hold(_ descriptor: Int32, for purpose: ListenerPurpose, at place: ListenerPlace?) throws -> ListenerID {
        let box = try DescriptorBox(holding: descriptor, label: place?.description ?? "lent")
        let held = Held(purpose: purpose, box: box, isInheritable: place != nil)
        return state.withLock { state in
            state.lastID += 1
            state.listeners[state.lastID] = held
            for worker in state.workers where !worker.isRetired { worker.link.send(.open(state.lastID, purpose), box) }
            if held.isInheritable { manager?.keep(box, named: "\(state.lastID)") }
            return state.lastID
        }
    }

    /// Closes a socket, here and in every worker.
    public func release(_ id: ListenerID) {
        state.withLock { state in
            guard let held = state.listeners.removeValue(forKey: id) else { return }
            if held.isInheritable { manager?.forget("\(id)") }
            for worker in state.workers { worker.link.send(.close(id)) }
        }
    }

    /// What the process that comes after this one is to have.
    public var inheritable: [DescriptorBox] {
        state.withLock { state in state.listeners.values.filter(\.isInheritable).map(\.box) }
    }

    /// Whether there is a socket for this network or router.
    func serves(_ scope: Scope) -> Bool {
        state.withLock { state in state.listeners.values.contains { $0.purpose == .guests(scope) } }
    }

    /// For the end of the process. What the service manager has it keeps for a restart, and only for that.
    func releaseAll() {
        state.withLock { $0.listeners = [:] }
    }

    /// Hands every socket to a worker, and from then on what changes.
    func attach(_ worker: WorkerLink) {
        state.withLock { state in
            for (id, held) in state.listeners { worker.send(.open(id, held.purpose), held.box) }
            state.workers.append((worker, isRetired: false))
        }
    }

    /// A worker is only told what is closed from now on: it may have connections there.
    func retire(_ worker: WorkerLink) {
        state.withLock { state in
            for index in state.workers.indices where state.workers[index].link === worker {
                state.workers[index].isRetired = true
            }
        }
    }

    /// A worker is told nothing more.
    func detach(_ worker: WorkerLink) {
        state.withLock { state in state.workers.removeAll { $0.link === worker } }
    }
}
