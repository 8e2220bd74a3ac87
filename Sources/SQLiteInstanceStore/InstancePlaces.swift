import GRDB
import InstanceModel

/// Where an instance is found: its networks, and on each its fixed addresses and the link-local address that a guest
/// forms from the port's MAC address.
struct InstancePlaces {
    private var networks: Set<NetworkID> = []
    private var addresses: Set<Place> = []

    private struct Place: Hashable {
        let network: NetworkID
        let address: IPAddress
    }

    init(_ instance: Instance) {
        for port in instance.ports {
            guard let network = port.network?.id else { continue }
            networks.insert(network)
            let fixed = port.fixedIPs.compactMap { IPAddress($0.address) }
            for address in fixed + [port.macAddress?.linkLocalAddress].compactMap({ $0 }) {
                addresses.insert(Place(network: network, address: address))
            }
        }
    }

    /// - Parameter conflict: Told of each address that another instance, the last argument, has already.
    func enter(_ db: Database, number: Int64, conflict: (IPAddress, NetworkID, Int64) throws -> Void) throws {
        let attach = try db.cachedStatement(sql: "INSERT INTO attachments (network, instance) VALUES (?, ?)")
        for network in networks { try attach.execute(arguments: [network.blob, number]) }
        let insert = try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO addresses (network, address, instance) VALUES (?, ?, ?)")
        for place in addresses {
            try insert.execute(arguments: [place.network.blob, place.address.blob, number])
            if db.changesCount > 0 { continue }
            let owner = try Int64.fetchOne(
                db, sql: "SELECT instance FROM addresses WHERE network = ? AND address = ?",
                arguments: [place.network.blob, place.address.blob])
            try conflict(place.address, place.network, owner ?? 0)
        }
    }
}
