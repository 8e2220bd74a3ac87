/// What the holder tells a worker.
public enum HolderMessage: Hashable, Sendable {
    /// Serve this socket. Its descriptor goes with the message.
    case open(ListenerID, ListenerPurpose)
    /// Close it.
    case close(ListenerID)
    /// Every socket that there is at the start has been sent.
    case settled
    /// Another worker serves from now on: accept nobody any more, and serve who is connected until they leave.
    case retire
    /// Finish what is being answered, and end.
    case stop
}

extension HolderMessage: LosslessStringConvertible {
    public var description: String {
        switch self {
        case .open(let id, let purpose): "open \(id) \(purpose)"
        case .close(let id): "close \(id)"
        case .settled: "settled"
        case .retire: "retire"
        case .stop: "stop"
        }
    }

    public init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        switch (words.first, words.count) {
        case ("open", 3):
            guard let id = ListenerID(words[1]), let purpose = ListenerPurpose(words[2]) else { return nil }
            self = .open(id, purpose)
        case ("close", 2):
            guard let id = ListenerID(words[1]) else { return nil }
            self = .close(id)
        case ("settled", 1): self = .settled
        case ("retire", 1): self = .retire
        case ("stop", 1): self = .stop
        default: return nil
        }
    }
}
