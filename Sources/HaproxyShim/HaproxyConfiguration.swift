import InstanceModel
import NetworkNamespaces

/// What a haproxy configuration of Neutron's says about the network or router that it is for (contract neutron.md §2).
public struct HaproxyConfiguration: Hashable, Sendable {
    /// From the header that it adds to every request.
    public var scope: Scope
    public var addresses: [ListenAddress]
    public var pidFile: String

    /// Nil for a configuration that Neutron has not written: whoever has wants haproxy itself.
    public init?(_ text: String) {
        var scopes: [Scope] = []
        var addresses: [ListenAddress] = []
        var pidFile: String?
        var isDaemon = false
        var servers = 0
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" }.map(String.init)
            switch (words.first, words.count) {
            case ("bind", 2...):
                guard let address = Self.address(words) else { return nil }
                addresses.append(address)
            case ("http-request", 4) where words[1] == "set-header" || words[1] == "add-header":
                guard let scope = Self.scope(header: words[2], words[3]) else { continue }
                scopes.append(scope)
            case ("pidfile", 2): pidFile = words[1]
            case ("daemon", 1): isDaemon = true
            case ("server", 3...): servers += 1
            default: break
            }
        }
        guard scopes.count == 1, !addresses.isEmpty, servers == 1, isDaemon, let pidFile else { return nil }
        self.scope = scopes[0]
        self.addresses = addresses
        self.pidFile = pidFile
    }

    private static func scope(header: String, _ id: String) -> Scope? {
        switch header.lowercased() {
        case "x-neutron-router-id": Scope("router:\(id)")
        case "x-neutron-network-id", "x-ovn-network-id": Scope("network:\(id)")
        default: nil
        }
    }

    /// `bind HOST:PORT`, or `bind [HOST]:PORT interface DEVICE`. No address need exist yet.
    private static func address(_ words: [String]) -> ListenAddress? {
        guard let colon = words[1].lastIndex(of: ":"), let port = UInt16(words[1][words[1].index(after: colon)...])
        else { return nil }
        let host = words[1][..<colon].filter { $0 != "[" && $0 != "]" }
        if host == "::" { return .anyDualStack(port: port) }
        guard host.contains(":") else { return .v4(host, port: port, freebind: true) }
        guard words.count == 4, words[2] == "interface" else { return nil }
        return .v6(host, devicePrefix: words[3], port: port, freebind: true)
    }
}
