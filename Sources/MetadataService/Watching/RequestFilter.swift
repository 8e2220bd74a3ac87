import Identification
import InstanceModel

/// Which requests one watcher wants to see: those that meet every condition there is.
struct RequestFilter: Sendable {
    /// Id or name.
    private let instance: (id: InstanceID?, name: String)?
    /// Networks and routers, by ids or as scopes, `router:UUID` for instance.
    private let network: String?
    private let statuses: [ClosedRange<Int>]

    /// - Parameters:
    ///   - instance: an instance's id or name, where names are known.
    ///   - network: the id of the network or router that guests arrive in, also as `network:UUID` or `router:UUID`, or a
    ///     listener's name, `service` for instance.
    ///   - status: `404`, `4xx`, or several of those with commas between; nil for any.
    /// - Returns: nil when `status` is something else.
    init?(instance: String? = nil, network: String? = nil, status: String? = nil) {
        self.instance = instance.map { (InstanceID($0), $0) }
        self.network = network?.lowercased()
        guard let status else {
            statuses = []
            return
        }
        let ranges = status.split(separator: ",", omittingEmptySubsequences: false).map(Self.range)
        statuses = ranges.compactMap(\.self)
        guard statuses.count == ranges.count else { return nil }
    }

    func admits(_ record: borrowing RequestRecord) -> Bool {
        guard statuses.isEmpty || statuses.contains(where: { $0.contains(record.status) }) else { return false }
        return isOfInstance(record) && isInNetwork(record)
    }

    private func isOfInstance(_ record: borrowing RequestRecord) -> Bool {
        guard let instance else { return true }
        guard let id = record.instance else { return false }
        return id == instance.id || record.name == instance.name
    }

    private func isInNetwork(_ record: borrowing RequestRecord) -> Bool {
        guard let network else { return true }
        let place = record.place
        return place == network || place.hasSuffix(":" + network)
    }

    private static func range(_ text: Substring) -> ClosedRange<Int>? {
        guard text.utf8.count == 3 else { return nil }
        if let code = Int(text) { return (100...999).contains(code) ? code...code : nil }
        guard text.hasSuffix("xx"), let hundreds = Int(text.prefix(1)), hundreds > 0 else { return nil }
        return hundreds * 100...hundreds * 100 + 99
    }
}

extension RequestRecord {
    /// Where the guest is, as far as that is known, else where its request came in.
    var place: String { guest?.scope.description ?? arrival.listener.description }
}
