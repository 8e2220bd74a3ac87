import Identification
import InstanceModel
import Testing

/// Whose a connection is, by where it arrived, its source address and its Ethernet source.
struct PortDirectoryTests {
    private static func id<Entity>(_ number: UInt64) -> Identifier<Entity> { Identifier(high: 1, low: number) }

    private let blue: NetworkID = id(1)
    private let green: NetworkID = id(2)
    private let router: RouterID = id(9)

    private func port(
        _ number: UInt64, on network: NetworkID, _ addresses: String..., device: String? = nil, allowed: [String] = []
    ) -> DirectoryPort {
        DirectoryPort(
            id: Self.id(100 + number), network: network, macAddress: mac(number), addresses: addresses,
            allowedAddresses: allowed, deviceID: device ?? "instance-\(number)", projectID: "demo")
    }

    private func mac(_ number: UInt64) -> MACAddress { MACAddress(value: 0xFA16_3E00_0000 | number) }

    private func directory(_ ports: DirectoryPort...) -> PortDirectory {
        var directory = PortDirectory()
        directory.setNetworks([blue, green], of: router)
        for network in [blue, green] { directory.setPorts(ports.filter { $0.network == network }, of: network) }
        return directory
    }

    private func found(
        _ directory: PortDirectory, _ scope: Scope, _ address: String, _ mac: MACAddress? = nil
    ) throws -> Result<String, Refusal> {
        directory.port(in: scope, address: try #require(IPAddress(address)), mac: mac).map(\.deviceID)
    }

    @Test func theScopeTellsEqualAddressesApart() throws {
        let directory = directory(port(1, on: blue, "10.0.0.5"), port(2, on: green, "10.0.0.5"))
        #expect(try found(directory, .network(blue), "10.0.0.5") == .success("instance-1"))
        #expect(try found(directory, .network(green), "10.0.0.5") == .success("instance-2"))
        #expect(try found(directory, .router(router), "10.0.0.5") == .failure(.severalPorts(found: 2)))
        #expect(try found(directory, .router(router), "10.0.0.5", mac(2)) == .success("instance-2"))
    }

    @Test(arguments: [3, 31, 32, 1000]) func aNetworkMayHaveAnyNumberOfPorts(count: UInt64) throws {
        var directory = PortDirectory()
        directory.setPorts((0..<count).map { port($0, on: blue, "10.0.\($0 / 250).\($0 % 250)") }, of: blue)
        directory.set([port(1, on: blue, "10.9.9.9"), port(5000, on: blue, "10.8.8.8")])
        #expect(directory.portCount == Int(count) + 1)
        #expect(try found(directory, .network(blue), "10.0.0.0", mac(0)) == .success("instance-0"))
        #expect(try found(directory, .network(blue), "10.9.9.9", mac(1)) == .success("instance-1"))
        #expect(try found(directory, .network(blue), "10.8.8.8", mac(5000)) == .success("instance-5000"))
        #expect(try found(directory, .network(blue), "10.0.0.1") == .failure(.noPort))
        #expect(try found(directory, .network(blue), "10.0.0.2", mac(0)) == .failure(.contradiction))
        #expect(try found(directory, .network(blue), "fe80::77", mac(2)) == .success("instance-2"))
    }

    @Test(arguments: [
        ("9c1f4a52-0f1e-4c53-9d8e-2f6a8a3b7c10", true), ("9C1F4A52-0F1E-4C53-9D8E-2F6A8A3B7C10", true),
        ("00000000000000000000000000000abc", false), ("dhcp-of-a-network", false), ("", false),
    ])
    func whatNeutronCallsADeviceComesBackAsItWas(text: String, isInstance: Bool) throws {
        let port = port(1, on: blue, device: text)
        #expect(port.deviceID == text)
        #expect((port.instanceID != nil) == isInstance)
        #expect(port.instanceID == InstanceID(text))
    }

    @Test func anEmptyScopeMatchesNothing() throws {
        var directory = directory(port(1, on: blue, "10.0.0.5"))
        #expect(try found(directory, .router(Self.id(8)), "10.0.0.5") == .failure(.noPort))
        directory.setNetworks([], of: router)
        #expect(try found(directory, .router(router), "10.0.0.5", mac(1)) == .failure(.noPort))
        #expect(try found(directory, .network(Self.id(7)), "10.0.0.5") == .failure(.noPort))
    }

    @Test func aLinkLocalSourceWithAnyInterfaceIDIsKnownByItsSender() throws {
        let directory = directory(port(1, on: blue, "2001:db8::5"))
        #expect(try found(directory, .network(blue), "fe80::1234:5678:9abc:def0", mac(1)) == .success("instance-1"))
        #expect(try found(directory, .network(blue), "fe80::1234:5678:9abc:def0") == .failure(.noPort))
        #expect(try found(directory, .network(blue), "\(mac(1).linkLocalAddress)") == .success("instance-1"))
        #expect(try found(directory, .network(blue), "fe80::1") == .failure(.noPort))
    }

    /// A forged neighbour's address is worth nothing where the sender is seen.
    @Test func aLinkLocalAddressOfAnotherPortDoesNotMakeItsSenderThatPort() throws {
        let directory = directory(port(1, on: blue, "2001:db8::5"), port(2, on: blue, "2001:db8::6"))
        #expect(try found(directory, .network(blue), "\(mac(1).linkLocalAddress)", mac(2)) == .success("instance-2"))
    }

    @Test func addressAndSenderOfDifferentPortsAreRefused() throws {
        let directory = directory(port(1, on: blue, "10.0.0.5"), port(2, on: blue, "10.0.0.6"))
        #expect(try found(directory, .network(blue), "10.0.0.5", mac(2)) == .failure(.contradiction))
        #expect(try found(directory, .network(blue), "10.0.0.7", mac(2)) == .failure(.noPort))
    }

    @Test func aSenderThatIsNobodysLeavesItToTheAddress() throws {
        let directory = directory(port(1, on: blue, "10.0.0.5"))
        #expect(try found(directory, .network(blue), "10.0.0.5", mac(77)) == .success("instance-1"))
    }

    @Test func anAllowedAddressPairIsItsPorts() throws {
        let directory = directory(port(1, on: blue, "10.0.0.5", allowed: ["10.9.0.0/24", "10.8.0.1"]))
        #expect(try found(directory, .network(blue), "10.9.0.77", mac(1)) == .success("instance-1"))
        #expect(try found(directory, .network(blue), "10.8.0.1", mac(1)) == .success("instance-1"))
        #expect(try found(directory, .network(blue), "10.8.0.1") == .failure(.noPort))
    }

    @Test func aPortOfNobodyIsNobody() throws {
        let directory = directory(port(1, on: blue, "10.0.0.5", device: ""))
        #expect(try found(directory, .network(blue), "10.0.0.5") == .failure(.noPort))
    }

    @Test func aChangedPortLeavesNothingOfItsOldSelf() throws {
        var directory = directory(port(1, on: blue, "10.0.0.5"))
        directory.set([port(1, on: blue, "10.0.0.6", device: "other")])
        #expect(try found(directory, .network(blue), "10.0.0.5") == .failure(.noPort))
        #expect(try found(directory, .network(blue), "10.0.0.6") == .success("other"))
        directory.setPorts([], of: blue)
        #expect(try found(directory, .network(blue), "10.0.0.6", mac(1)) == .failure(.noPort))
        #expect(directory.portCount == 0)
        #expect(directory.networks.contains(blue))
        directory.forget(blue)
        #expect(!directory.networks.contains(blue))
    }
}
