import InstanceModel
import MetadataDocuments
import Testing

@testable import NovaDatabase

/// Columns that hold JSON, in the forms that releases of Nova have written (contract nova.md §10.3).
struct BlobTests {
    private func object(_ name: String, _ version: String, _ data: String) -> String {
        #"{"nova_object.name": "\#(name)", "nova_object.version": "\#(version)", "nova_object.data": \#(data)}"#
    }

    private func topology(_ version: String, _ cells: String...) -> [UInt8] {
        let cells = cells.map { object("InstanceNUMACell", version, $0) }.joined(separator: ", ")
        return Array(object("InstanceNUMATopology", "1.3", #"{"cells": [\#(cells)]}"#).utf8)
    }

    @Test(
        arguments: [
            ("1.6", #"{"cpuset": [2], "pcpuset": [4, 1], "cpu_policy": null}"#, [1, 4]),
            ("1.7", #"{"cpuset": [2], "pcpuset": [4], "added": {}}"#, [4]),
            ("1.5", #"{"cpuset": [2], "pcpuset": [3], "cpu_policy": "mixed"}"#, [3]),
            ("1.5", #"{"cpuset": [2], "pcpuset": [3], "cpu_policy": "dedicated"}"#, [3]),
            ("1.5", #"{"cpuset": [2], "pcpuset": [3], "cpu_policy": "shared"}"#, []),
            ("1.4", #"{"cpuset": [2, 5], "cpu_policy": "dedicated"}"#, [2, 5]),
            ("1.4", #"{"cpuset": [2], "cpu_policy": null}"#, []),
        ])
    func dedicatedProcessorsDependOnTheCellsVersion(_ version: String, _ cell: String, _ expected: [Int]) throws {
        #expect(try NUMATopology.dedicatedCPUs(topology(version, cell)) == expected)
    }

    @Test func processorsOfAllCellsAreOneAscendingList() throws {
        let cells = topology("1.6", #"{"pcpuset": [7, 3]}"#, #"{"pcpuset": [3, 0]}"#)
        #expect(try NUMATopology.dedicatedCPUs(cells) == [0, 3, 7])
        #expect(try NUMATopology.dedicatedCPUs(nil) == [])
        #expect(try NUMATopology.dedicatedCPUs(Array(#"{"cells": [{"cpus": "0-3"}]}"#.utf8)) == [])
    }

    @Test func aCellOfBefore2015IsNotReadAsEmpty() {
        #expect(throws: BlobError.self) { try NUMATopology.dedicatedCPUs(topology("1.3", #"{"cpuset": [1]}"#)) }
    }

    @Test func devicesOnUnknownBusesAndOfUnknownClassesAreLeftOut() throws {
        let pci = object("PCIDeviceBus", "1.0", #"{"address": "0000:00:03.0"}"#)
        let ccw = object("CCWDeviceBus", "1.0", "{}")
        let nic = object("NetworkInterfaceMetadata", "1.2", #"{"mac": "fa:16:3e:00:00:01", "bus": \#(pci), "vlan": 7}"#)
        let disk = object("DiskMetadata", "1.0", #"{"serial": null, "tags": ["db"]}"#)
        let odd = object("DiskMetadata", "1.0", #"{"bus": \#(ccw)}"#)
        let alien = object("GPUMetadata", "1.0", "{}")
        let list = object("InstanceDeviceMetadata", "1.0", #"{"devices": [\#(nic), \#(disk), \#(odd), \#(alien)]}"#)
        let devices = try DeviceMetadata.devices(Array(list.utf8))
        #expect(
            devices == [
                Device(
                    kind: .nic(mac: "fa:16:3e:00:00:01", vlan: 7, trusted: nil),
                    bus: .init(kind: .pci, address: "0000:00:03.0")),
                Device(kind: .disk(serial: .null, path: .absent), tags: ["db"]),
            ])
    }

    @Test func whatNovaMovesToMetaIsFoundInBothPlaces() throws {
        let text = """
            [{"id": "cd9f6d46-4a3a-43ab-a466-994af9db96fc", "address": "fa:16:3e:9c:bf:3d", "devname": "tapcd9f6d46-4a",
              "type": "ovs", "network": {"id": "99e88329-f20d-4741-9593-25bf07847b16", "injected": true,
              "meta": {"mtu": 1450}, "subnets": [{"cidr": "10.0.0.0/24", "dhcp_server": "", "dns": [{"address": "8.8.8.8"}],
              "gateway": {"address": null}, "ips": [{"address": "10.0.0.5", "floating_ips": [{"address": "203.0.113.9"}]}],
              "routes": [{"cidr": "10.1.0.0/16", "gateway": {"address": "10.0.0.9"}}],
              "meta": {"enable_dhcp": true}}]}}, {"id": "cd9f6d46-4a3a-43ab-a466-994af9db96fd", "network": null}]
            """
        let ports = try NetworkInfo.ports(Array(text.utf8))
        let network = try #require(ports.first?.network)
        #expect((network.mtu, network.injected) == (1450, true))
        #expect(
            network.subnets == [
                PortSubnet(
                    subnet: Subnet(
                        cidr: "10.0.0.0/24", dns: ["8.8.8.8"],
                        routes: [HostRoute(cidr: "10.1.0.0/16", gateway: "10.0.0.9")],
                        enableDHCP: true, dhcpServer: ""),
                    fixedIPs: [FixedIP(address: "10.0.0.5", floatingIPs: ["203.0.113.9"])])
            ])
        #expect(ports.last?.network == nil)
    }

    @Test(arguments: [nil, "", "null", "{}", "[{}]", "[{\"id\": \"no uuid\"}]", "["])
    func aNetworkThatIsNotThereIsNotAnEmptyOne(_ text: String?) {
        #expect(throws: BlobError.self) { try NetworkInfo.ports(text.map { Array($0.utf8) }) }
    }

    @Test func onlyTheFirstKeyPairIsShown() throws {
        let pairs = ["a", "b"].map {
            object("KeyPair", "1.4", #"{"name": "\#($0)", "type": "x509", "public_key": "k"}"#)
        }
        let list = object("KeyPairList", "1.3", #"{"objects": [\#(pairs.joined(separator: ", "))]}"#)
        #expect(try KeyPairBlob.keyPair(Array(list.utf8)) == KeyPair(name: "a", type: "x509", publicKey: "k"))
        #expect(try KeyPairBlob.keyPair(nil) == nil)
        #expect(throws: BlobError.self) { try KeyPairBlob.keyPair(Array("{}".utf8)) }
    }

    @Test func aFlavorOfAnotherFormIsNotTakenForNone() throws {
        let blob = #"{"cur": \#(object("Flavor", "9.9", #"{"name": "m1.small"}"#)), "old": null}"#
        #expect(try FlavorBlob.name(Array(blob.utf8)) == "m1.small")
        #expect(try FlavorBlob.name(nil) == nil)
        #expect(throws: BlobError.self) { try FlavorBlob.name(Array(#"{"old": null}"#.utf8)) }
    }
}
