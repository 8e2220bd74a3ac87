import InstanceModel

/// The networks that a file may refer to, by id and by name: its own and, behind them, those of the store.
struct NetworkIndex {
    private var byID: [NetworkID: Network]
    private var described: [String: [NetworkID]] = [:]
    private let known: [String: [NetworkID]]

    enum Match {
        case one(Network)
        case several([NetworkID])
        case none
    }

    init(known networks: [Network]) {
        byID = Dictionary(networks.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        known = Dictionary(grouping: networks.map(\.id)) { [byID] in byID[$0]?.name ?? "" }
    }

    mutating func add(_ networks: [Network]) {
        for network in networks {
            byID[network.id] = network
            described[network.name, default: []].append(network.id)
        }
    }

    /// A name that the file describes hides the same name in the store.
    func find(_ text: String) -> Match {
        if let id = NetworkID(text), let network = byID[id] { return .one(network) }
        let ids = described[text] ?? known[text]?.filter { byID[$0]?.name == text } ?? []
        if ids.count > 1 { return .several(ids) }
        return ids.first.flatMap { byID[$0] }.map(Match.one) ?? .none
    }

    /// The first names, for a reader who mistyped one.
    var list: String {
        let names = Set(byID.values.map(\.name)).sorted()
        if names.isEmpty { return "; there is none yet, describe it under networks" }
        let shown = names.prefix(8).map(quoted).joined(separator: ", ")
        return " (\(shown)\(names.count > 8 ? ", …" : ""))"
    }
}
