import InstanceModel
import OpenStackAPI

/// A guest on one network: what the store or Neutron knows of it, and where it can be asked from.
public struct Guest: Sendable, Hashable {
    /// Its instance's.
    public var instance: String
    public var name: String
    public var project: String
    public var network: NetworkID
    public var networkName: String
    public var macAddress: MACAddress?
    /// Its port's fixed addresses.
    public var addresses: [IPAddress]
    /// Where there is a port. False for a guest that the lab has and the store has not.
    public var hasPort: Bool
    /// Its network's gateway for IPv4.
    public var gateway: IPAddress?
    /// The lab's namespace that it is; nil for a virtual machine.
    public var namespace: String?
    /// As Neutron has it; nil where Neutron was not asked.
    public var port: NeutronPort?

    public init(
        instance: String, name: String, project: String, network: NetworkID, networkName: String,
        macAddress: MACAddress? = nil, addresses: [IPAddress], hasPort: Bool = true, gateway: IPAddress? = nil,
        namespace: String? = nil, port: NeutronPort? = nil
    ) {
        self.instance = instance
        self.name = name
        self.project = project
        self.network = network
        self.networkName = networkName
        self.macAddress = macAddress
        self.addresses = addresses
        self.hasPort = hasPort
        self.gateway = gateway
        self.namespace = namespace
        self.port = port
    }
}

/// The whole path of one guest.
public struct GuestPath: CheckSubject {
    public var guest: Guest
    /// Others on the same network that have one of its addresses.
    public var doubles: [Guest]
    /// Where its requests arrive; nil where no namespace here serves its network.
    public var arrival: NamespacePath?
    public var service: ServicePath?
    public var host: HostView
    /// The first hop at which its requests end, found by the checks of namespaces and services; nil if none was.
    var brokenAt: Hop?
    /// Whose the instance is by the service's own data; nil where Neutron's ports were not asked for.
    var owner: Result<String?, LookFailure>?
    var documents: DocumentComparison = .notMade("not looked at")
    var comparisonTook = Duration.zero

    public init(
        guest: Guest, doubles: [Guest], arrival: NamespacePath?, service: ServicePath?, host: HostView = HostView()
    ) {
        self.guest = guest
        self.doubles = doubles
        self.arrival = arrival
        self.service = service
        self.host = host
    }

    public var name: String { guest.name }

    public func lookTime(at hop: Hop) -> Duration { hop == .bytes ? comparisonTook : .zero }

    /// Its devices, without its loopback; nil where the guest cannot be looked into.
    var guestDevices: [NetworkDevice]? {
        get async {
            guard let namespace = guest.namespace,
                let listing = try? await host.output(["ip", "-j", "address"], in: namespace)
            else { return nil }
            return try? NetworkDevice.list(listing).filter { $0.name != "lo" }
        }
    }

    /// The device of its port.
    var guestDevice: NetworkDevice? {
        get async {
            let devices = await guestDevices ?? []
            return devices.first { $0.macAddress != nil && $0.macAddress == guest.macAddress } ?? devices.first
        }
    }

    public var words: [String: String] {
        [
            "GUEST": guest.namespace ?? "GUEST", "INSTANCE": guest.instance, "PORT": guest.port?.id ?? "PORT",
            "NAMESPACE": arrival?.namespace ?? "NAMESPACE",
            "SERVICE": service?.answering?.url ?? "SERVICE",
        ]
    }
}
