import InstanceModel

/// The ports of one network. Most networks have a few, which are looked through; large ones have an index.
struct NetworkPorts: Sendable {
    /// Ports from which on an index pays.
    private static let many = 32

    private struct Index: Sendable {
        /// Places in ``all``.
        var byAddress: [IPAddress: [Int]] = [:]
        var byMAC: [MACAddress: [Int]] = [:]

        init(_ ports: [DirectoryPort]) {
            for (place, port) in ports.enumerated() {
                for address in Set(port.addresses) { byAddress[address, default: []].append(place) }
                if let mac = port.macAddress { byMAC[mac, default: []].append(place) }
            }
        }
    }

    private(set) var all: [DirectoryPort]
    private var index: Index?

    init(_ ports: [DirectoryPort]) {
        all = ports
        reindex()
    }

    /// Ports that are new or have changed.
    mutating func set(_ changed: [DirectoryPort]) {
        var places = Dictionary(all.enumerated().map { ($1.id, $0) }) { $1 }
        for port in changed {
            if let place = places[port.id] {
                all[place] = port
            } else {
                places[port.id] = all.count
                all.append(port)
            }
        }
        reindex()
    }

    func owners(of address: IPAddress) -> [DirectoryPort] {
        guard let index else { return all.filter { $0.addresses.contains(address) } }
        return index.byAddress[address]?.map { all[$0] } ?? []
    }

    func senders(_ mac: MACAddress) -> [DirectoryPort] {
        guard let index else { return all.filter { $0.macAddress == mac } }
        return index.byMAC[mac]?.map { all[$0] } ?? []
    }

    private mutating func reindex() {
        index = all.count < Self.many ? nil : Index(all)
    }
}
