/// Where a listening socket belongs: written on its box, so that it can be found again.
public enum ListenerPlace: Hashable, Sendable {
    case namespace(String)
    /// In our own namespace: `HOST:PORT` or `unix:PATH`.
    case address(String)
}

extension ListenerPlace: LosslessStringConvertible {
    public var description: String {
        switch self {
        case .namespace(let name): "namespace \(name)"
        case .address(let address): "address \(address)"
        }
    }

    public init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "namespace": self = .namespace(parts[1])
        case "address": self = .address(parts[1])
        default: return nil
        }
    }
}
