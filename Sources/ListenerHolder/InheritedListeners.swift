import Glibc
import ProcessSeparation
import Synchronization

/// Listening sockets of the process before this one. What nobody has taken when all is set up is closed.
public final class InheritedListeners: Sendable {
    private let descriptors: Mutex<[ListenerPlace: [Int32]]>

    /// Takes what there is to inherit; once for the process.
    public init() {
        var byPlace: [ListenerPlace: [Int32]] = [:]
        for (label, descriptor) in Inheritance.take() {
            if let place = ListenerPlace(label) {
                byPlace[place, default: []].append(descriptor)
            } else {
                close(descriptor)
            }
        }
        descriptors = Mutex(byPlace)
    }

    deinit {
        closeRest()
    }

    /// They belong to the caller.
    public func take(_ place: ListenerPlace) -> [Int32] {
        descriptors.withLock { $0.removeValue(forKey: place) ?? [] }
    }

    public func closeRest() {
        let rest = descriptors.withLock { descriptors in
            defer { descriptors = [:] }
            return descriptors.values.joined()
        }
        for descriptor in rest { close(descriptor) }
    }
}
