import Identification
import InstanceModel
import NetworkNamespaces

/// The part of the path that is in one namespace: from where a guest's packet comes in to the socket it reaches.
public struct NamespacePath: CheckSubject {
    public var namespace: String
    public var kind: NamespaceKind
    /// Why it ought to be there, such as “router blue-router of the store”; nil where nobody expects it.
    public var expectedBecause: String?
    /// Nil where there is no such namespace.
    public var facts: NamespaceFacts?
    /// Who has the socket that guests reach; nil where nobody listens, or cannot be seen.
    public var owner: ProcessFacts?
    /// What the haproxy that listens was told; nil where none does.
    public var haproxy: HaproxyConfiguration?
    /// How often Metapath lets a guest ask as Neutron's options say, and the file with them; nil where it does not.
    public var rateLimit: RateLimit?
    public var rateLimitFile: String?
    /// The last of the files that the Metapath which listens reads; nil where none does.
    public var configFile: String?
    /// Where a router leads its guests: `metadata_port`.
    public var redirectPort: UInt16
    /// What makes it and its devices where that is not one of Neutron's agents.
    public var makeCommand: String?
    /// What starts whoever ought to listen, as far as it is known.
    public var startHint: String?
    public var host: HostView

    public var name: String { namespace }

    public var words: [String: String] {
        ["NAMESPACE": namespace, "PORT": "\(port)"]
    }

    public func lookTime(at hop: Hop) -> Duration { facts?.times[hop] ?? .zero }

    /// The port that its listener has.
    var port: UInt16 { isRouter ? redirectPort : MetadataAddress.port }

    var isRouter: Bool {
        if case .router = kind { true } else { false }
    }

    /// Whether Neutron has named it, and so its devices. Others are served where somebody says what they are.
    var isNeutrons: Bool { NamespaceKind(name: namespace) != nil }

    /// What a guest asks, as far as it is served here: IPv6 only where a device has such an address, and in a namespace
    /// that somebody has named himself only where that is a tap.
    var destinations: [IPAddress] {
        let serving = devices.filter { isNeutrons || !isRouter && $0.name.hasPrefix(NamespaceKind.devicePrefix) }
        let hasIPv6 = serving.contains { device in
            device.addresses.contains { isRouter ? $0.address.isLinkLocalIPv6 : $0.address == Self.metadataIPv6 }
        }
        return [Self.metadataIPv4] + (hasIPv6 ? [Self.metadataIPv6] : [])
    }

    /// Of the devices that guests are behind, `qr-…` or `tap…`; of other names all that have addresses.
    var guestDevices: [NetworkDevice] {
        guard isNeutrons else { return devices.filter { $0.name != "lo" && !$0.addresses.isEmpty } }
        return devices.filter { $0.name.hasPrefix(isRouter ? "qr-" : NamespaceKind.devicePrefix) }
    }

    /// The one that the guest is behind.
    func device(of guest: Guest) -> NetworkDevice? {
        let device = guestDevices.first { device in
            device.addresses.contains { own in
                own.address == guest.gateway || guest.addresses.contains { own.subnet?.contains($0) == true }
            }
        }
        return device ?? guestDevices.first
    }

    var devices: [NetworkDevice] { (try? facts?.devices.get()) ?? [] }

    /// Where guests are served, if not where they ought to be: at the port of another proxy's socket for every address.
    func portOfProxy(_ owners: SocketOwners) -> UInt16? {
        let listeners = (try? facts?.listeners.get()) ?? []
        guard isRouter, listener(for: Self.metadataIPv4) == nil else { return nil }
        return listeners.first { socket in
            let owner = owners.owner(of: socket.inode).flatMap { ProcessFacts(pid: $0) }
            return ["*", "0.0.0.0"].contains(socket.address) && ["haproxy", "metapath"].contains(owner?.program)
        }?.port
    }

    /// The socket that connections to the metadata address reach in the end.
    func listener(for destination: IPAddress) -> ListeningSocket? {
        let listeners = (try? facts?.listeners.get()) ?? []
        return listeners.first { socket in
            isRouter
                ? socket.port == port && (socket.address == "*" || socket.address == Self.any(destination.family))
                : socket.accepts(destination, port: port)
        }
    }

    private static func any(_ family: IPAddress.Family) -> String { family == .v4 ? "0.0.0.0" : "::" }

    static let metadataIPv4 = IPAddress(v4: 0xA9FE_A9FE)
    static let metadataIPv6 = IPAddress(v6High: 0xFE80_0000_0000_0000, low: 0xA9FE_A9FE)

    /// A command in the namespace.
    func command(_ text: String) -> String { "ip netns exec \(namespace) \(text)" }
}
