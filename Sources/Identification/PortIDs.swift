import InstanceModel

/// The ports that have an address: almost always one, which then costs no memory of its own.
enum PortIDs: Sendable {
    case one(PortID)
    case several([PortID])

    func with(_ id: PortID) -> PortIDs {
        switch self {
        case .one(let other): .several([other, id])
        case .several(let others): .several(others + [id])
        }
    }

    /// Nil when none is left.
    func without(_ id: PortID) -> PortIDs? {
        switch self {
        case .one(let other): return other == id ? nil : self
        case .several(let others):
            let rest = others.filter { $0 != id }
            if rest.count == 1 { return .one(rest[0]) }
            return rest.isEmpty ? nil : .several(rest)
        }
    }

    func forEach(_ body: (PortID) -> Void) {
        switch self {
        case .one(let id): body(id)
        case .several(let ids): ids.forEach(body)
        }
    }
}
