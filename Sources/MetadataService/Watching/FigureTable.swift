/// Figures by key, of no more than ``capacity`` keys: of requests with further keys it is only known how many they were.
struct FigureTable<Key: Hashable & Sendable>: Sendable {
    static var capacity: Int { 512 }

    private(set) var figures: [Key: RequestFigures] = [:]
    /// Requests of keys that there was no room for.
    private(set) var others = 0

    mutating func add(_ key: Key, status: Int, nanoseconds: Int) {
        guard figures.count < Self.capacity || figures[key] != nil else { return others += 1 }
        figures[key, default: RequestFigures()].add(status: status, nanoseconds: nanoseconds)
    }

    mutating func add(_ table: FigureTable) {
        others += table.others
        for (key, more) in table.figures { figures[key, default: RequestFigures()].add(more) }
    }

    /// The first of them in this order.
    func first(
        _ count: Int, by isBefore: (RequestFigures, RequestFigures) -> Bool
    ) -> [(key: Key, figures: RequestFigures)] {
        Array(figures.sorted { isBefore($0.value, $1.value) }.prefix(count)).map { (key: $0.key, figures: $0.value) }
    }
}
