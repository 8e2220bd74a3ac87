import Doctor
import InstanceModel
import NIOPosix
import NamespaceProxy
import NetworkNamespaces
import OpenStackAPI

/// The guests behind namespaces as Neutron's ports tell of them.
struct NeutronGuests {
    /// Networks of each router that has a namespace here.
    var routers: [RouterID: [NetworkID]] = [:]
    var guests: [Guest] = []
    /// Where Neutron is, or why it was of no use.
    var found: Result<String, LookFailure>
    /// Neutron and Keystone, as far as the account says where they are.
    var clocks: [ClockSource]
}

extension NeutronGuests {
    private static let fields: [NeutronPort.Field] = [
        .id, .networkID, .deviceID, .deviceOwner, .macAddress, .fixedIPs, .projectID, .status,
        .bindingHost, .bindingType,
    ]
    /// What ``PortSource`` may be asked for in one question.
    private static let routersAtOnce = 100
    /// Neutron's and Nova's word for ports of instances: `compute:` and the availability zone.
    private static let instanceOwner = "compute:"

    init(_ settings: NeutronSettings, _ kinds: [NamespaceKind]) async {
        clocks = settings.clocks
        do {
            let neutron = try settings.neutron(on: MultiThreadedEventLoopGroup.singleton)
            found = .success("")
            do {
                found = .success(try await neutron.check())
                try await ask(neutron, kinds)
            } catch {
                found = .failure(LookFailure("\(error)"))
            }
            try await neutron.shutdown()
        } catch {
            found = .failure(LookFailure("\(error)"))
        }
    }

    private mutating func ask(_ neutron: Neutron, _ kinds: [NamespaceKind]) async throws {
        var networks: Set<NetworkID> = []
        var here: [RouterID] = []
        for kind in kinds {
            switch kind {
            case .router(let id): here += [RouterID(id)].compactMap(\.self)
            case .dhcp(let id), .ovnMetadata(let id): networks.formUnion([NetworkID(id)].compactMap(\.self))
            }
        }
        let source = NeutronPortSource(neutron)
        while !here.isEmpty {
            routers.merge(try await source.networks(of: Array(here.prefix(Self.routersAtOnce)))) { $1 }
            here.removeFirst(min(here.count, Self.routersAtOnce))
        }
        networks.formUnion(routers.values.flatMap(\.self))
        let ports = try await neutron.ports(
            PortFilter(networkIDs: networks.sorted().map(\.description)), fields: Self.fields)
        guests = ports.compactMap(Self.guest)
    }

    var hasAnswered: Bool {
        if case .success = found { true } else { false }
    }

    private static func guest(_ port: NeutronPort) -> Guest? {
        guard let network = port.networkID.flatMap({ NetworkID($0) }), let device = port.deviceID, !device.isEmpty,
            port.deviceOwner?.hasPrefix(instanceOwner) == true
        else { return nil }
        return Guest(
            instance: device, name: device, project: port.projectID ?? "", network: network, networkName: "\(network)",
            macAddress: port.macAddress.flatMap { MACAddress($0) },
            addresses: (port.fixedIPs ?? []).compactMap { IPAddress($0.address) }, port: port)
    }
}

extension NeutronSettings {
    /// Nothing that has to be kept from others is asked there.
    fileprivate var clocks: [ClockSource] {
        let security = TransportSecurity(insecure: true)
        var sources: [ClockSource] = []
        if let url = keystone?.credentials.authURL {
            sources.append(ClockSource(name: "Keystone", endpoint: MetadataEndpoint(url: url, security: security)))
        }
        if case .address(let url) = endpoint {
            sources.append(ClockSource(name: "Neutron", endpoint: MetadataEndpoint(url: url, security: security)))
        }
        return sources
    }
}
