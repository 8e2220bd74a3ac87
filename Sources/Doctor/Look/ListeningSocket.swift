import InstanceModel

/// A socket that waits for connections, as ss(8) lists it.
struct ListeningSocket: Sendable, Equatable {
    /// Without brackets and device; `*` for every address of both families.
    var address: String
    /// Of a link-local address.
    var device: String?
    var port: UInt16
    /// Connections that wait to be accepted, and how many may.
    var waiting: Int
    var backlog: Int
    /// What the owner's descriptor refers to.
    var inode: UInt64?

    /// What `ss -Hltne` prints. Lines that are no listeners are passed over.
    static func list(_ listing: String) -> [ListeningSocket] {
        listing.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: " ", omittingEmptySubsequences: true)
            guard columns.count >= 5, columns[0] == "LISTEN", let waiting = Int(columns[1]),
                let backlog = Int(columns[2]), let place = place(columns[3])
            else { return nil }
            let inode = columns.first { $0.hasPrefix("ino:") }.flatMap { UInt64($0.dropFirst(4)) }
            return ListeningSocket(
                address: place.address, device: place.device, port: place.port, waiting: waiting, backlog: backlog,
                inode: inode)
        }
    }

    /// Whether connections to that address and port reach it.
    func accepts(_ destination: IPAddress, port: UInt16) -> Bool {
        guard port == self.port else { return false }
        switch address {
        case "*": return true
        case "0.0.0.0": return destination.family == .v4
        case "::": return destination.family == .v6
        default: return IPAddress(address) == destination
        }
    }

    /// `10.0.0.1:80`, `[fe80::1]%eth0:80`, `*:80`.
    private static func place(_ text: Substring) -> (address: String, device: String?, port: UInt16)? {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        let parts = text[..<colon].split(separator: "%", maxSplits: 1)
        let address = parts.first.map { $0.filter { $0 != "[" && $0 != "]" } } ?? "*"
        return (address, parts.count > 1 ? String(parts[1]) : nil, port)
    }
}

extension ListeningSocket: CustomStringConvertible {
    var description: String {
        let host = address.contains(":") ? "[\(address)]" : address
        return "\(host)\(device.map { "%\($0)" } ?? ""):\(port)"
    }
}
