import InstanceModel
import MetadataDocuments
import Testing

/// Contract nova.md §6.
struct NetworkDataTests {
    private func body(_ ports: [Port]) -> String? {
        var instance = Instance.minimal()
        instance.ports = ports
        return InstanceDocuments(instance).body("/openstack/latest/network_data.json")
    }

    @Test func withoutPorts() {
        #expect(body([]) == "{}")
    }

    @Test func portsWithoutSubnetsAreNotCounted() throws {
        var unnamed = Port.example([.example("10.0.0.0/24", [])], mtu: nil)
        unnamed.deviceName = ""
        unnamed.type = "macvtap"
        unnamed.macAddress = nil
        var withoutNetwork = Port.example([])
        withoutNetwork.network = nil
        #expect(
            body([withoutNetwork, .example([]), unnamed]) == #"""
                {"links": [{"id": "interface0", "vif_id": "cd9f6d46-4a3a-43ab-a466-994af9db96fc", "type": "phy", \#
                "mtu": null, "ethernet_mac_address": null}], "networks": [], "services": []}
                """#)
    }

    /// The vector of contract nova.md §12: an IPv4 subnet with a DHCP agent and stateless DHCPv6.
    @Test func dhcpAgent() {
        let v4 = PortSubnet.example("192.168.1.0/24", ["192.168.1.100"]) {
            $0.gateway = "192.168.1.1"
            $0.dns = ["8.8.8.8", "1.1.1.1"]
            $0.enableDHCP = true
            $0.dhcpServer = "192.168.1.2"
        }
        let v6 = PortSubnet.example("2001:db8::/64", ["2001:db8::100"]) {
            $0.gateway = "2001:db8::1"
            $0.dns = ["2001:4860:4860::8888"]
            $0.ipv6AddressMode = "dhcpv6-stateless"
        }
        #expect(
            body([.example([v4, v6])]) == #"""
                {"links": [{"id": "tapcd9f6d46-4a", "vif_id": "cd9f6d46-4a3a-43ab-a466-994af9db96fc", "type": "ovs", \#
                "mtu": null, "ethernet_mac_address": "fa:16:3e:9c:bf:3d"}], "networks": [{"id": "network0", "type": \#
                "ipv4_dhcp", "link": "tapcd9f6d46-4a", "network_id": "99e88329-f20d-4741-9593-25bf07847b16"}, {"id": \#
                "network1", "type": "ipv6_dhcpv6-stateless", "link": "tapcd9f6d46-4a", "ip_address": \#
                "2001:db8::100", "netmask": "ffff:ffff:ffff:ffff::", "routes": [{"network": "::", "netmask": "::", \#
                "gateway": "2001:db8::1"}], "network_id": "99e88329-f20d-4741-9593-25bf07847b16", "services": [{\#
                "type": "dns", "address": "2001:4860:4860::8888"}]}], "services": [{"type": "dns", "address": \#
                "8.8.8.8"}, {"type": "dns", "address": "1.1.1.1"}, {"type": "dns", "address": \#
                "2001:4860:4860::8888"}]}
                """#)
    }

    @Test func staticAddress() {
        let subnet = PortSubnet.example("192.168.1.0/24", ["192.168.1.100", "192.168.1.101"]) {
            $0.gateway = "192.168.1.1"
            $0.routes = [HostRoute(cidr: "10.1.2.3/8", gateway: "192.168.1.254"), HostRoute(cidr: "x", gateway: "y")]
        }
        #expect(
            body([.example([subnet])])?.contains(
                #"""
                {"id": "network0", "type": "ipv4", "link": "tapcd9f6d46-4a", "ip_address": "192.168.1.100", \#
                "netmask": "255.255.255.0", "routes": [{"network": "0.0.0.0", "netmask": "0.0.0.0", "gateway": \#
                "192.168.1.1"}, {"network": "10.0.0.0", "netmask": "255.0.0.0", "gateway": "192.168.1.254"}], \#
                "network_id": "99e88329-f20d-4741-9593-25bf07847b16", "services": []}
                """#) == true)
    }

    /// OVN answers DHCP without a port of its own: the MTU stays.
    @Test func dhcpWithoutAgent() {
        let subnet = PortSubnet.example("10.0.0.0/24", ["10.0.0.5"]) { $0.enableDHCP = true }
        let text = body([.example([subnet])])
        #expect(text?.contains(#""mtu": 1450"#) == true)
        #expect(text?.contains(#""type": "ipv4_dhcp""#) == true)
    }

    /// Nova asks only whether the key is there.
    @Test func emptyDHCPServer() {
        let subnet = PortSubnet.example("10.0.0.0/24", ["10.0.0.5"]) { $0.dhcpServer = "" }
        let text = body([.example([subnet])])
        #expect(text?.contains(#""mtu": 1450"#) == true)
        #expect(text?.contains(#""type": "ipv4_dhcp""#) == true)
    }

    @Test func onlyTheFirstSubnetOfEachFamily() {
        let subnets = ["10.0.1.0/24", "10.0.2.0/24", "fd00::/64", "fd01::/64"].map {
            PortSubnet.example($0, [$0.replacing(":/64", with: ":1").replacing("0/24", with: "1")])
        }
        let text = body([.example(subnets)])
        #expect(text?.contains("10.0.1.1") == true && text?.contains("fd00::1") == true)
        #expect(text?.contains("10.0.2.1") == false && text?.contains("fd01::1") == false)
    }

    @Test func nameServers() {
        let first = PortSubnet.example("10.0.1.0/24", ["10.0.1.1"]) { $0.dns = ["1.1.1.1", "1.1.1.1"] }
        let second = PortSubnet.example("10.0.2.0/24", ["10.0.2.1"]) { $0.dns = ["1.1.1.1", "2.2.2.2"] }
        let unused = PortSubnet.example("10.0.3.0/24", []) { $0.dns = ["3.3.3.3"] }
        let text = body([.example([first]), .example([second]), .example([unused])])
        #expect(
            text?.hasSuffix(
                #"""
                "services": [{"type": "dns", "address": "1.1.1.1"}, {"type": "dns", "address": "1.1.1.1"}, \#
                {"type": "dns", "address": "2.2.2.2"}]}
                """#) == true)
    }
}

/// Contract nova.md §5.6.
struct InjectedNetworkTests {
    private func documents(_ ports: [Port], template: Bool = true) -> InstanceDocuments {
        var instance = Instance.minimal()
        instance.ports = ports
        return InstanceDocuments(instance, settings: DocumentSettings(injectedNetworkTemplate: template))
    }

    private let subnet = PortSubnet.example("203.0.113.0/26", ["203.0.113.40", "203.0.113.41"]) {
        $0.gateway = "203.0.113.1"
        $0.dns = ["8.8.8.8", "8.8.4.4"]
    }

    @Test func interfaces() {
        let v6 = PortSubnet.example("2001:db8::/64", ["2001:db8::5"]) { $0.enableDHCP = true }
        let ports: [Port] = [
            .example([subnet]), .example([subnet, v6], injected: true),
            .example([.example("10.0.0.0/24", [])], injected: true),
        ]
        #expect(
            documents(ports).body("/openstack/content/0000") == """
                # Injected by Nova on instance boot
                #
                # This file describes the network interfaces available on your system
                # and how to activate them. For more information, see interfaces(5).

                # The loopback network interface
                auto lo
                iface lo inet loopback

                auto eth1
                iface eth1 inet static
                    hwaddress ether fa:16:3e:9c:bf:3d
                    address 203.0.113.40
                    netmask 255.255.255.192
                    broadcast 203.0.113.63
                    gateway 203.0.113.1
                    dns-nameservers 8.8.8.8 8.8.4.4
                iface eth1 inet6 static
                    hwaddress ether fa:16:3e:9c:bf:3d
                    address 2001:db8::5
                    netmask 64

                auto eth2

                """)
    }

    @Test func mentionedInMetaData() {
        let path = "/openstack/2012-08-10/meta_data.json"
        let mention = #""network_config": {"name": "network_config", "content_path": "/content/0000"}, "hostname""#
        #expect(documents([.example([subnet], injected: true)]).body(path)?.contains(mention) == true)
        #expect(documents([.example([subnet])]).body(path)?.contains("network_config") == false)
    }

    @Test func notForOthers() {
        var agent = subnet
        agent.subnet.dhcpServer = "203.0.113.2"
        let path = "/openstack/content/0000"
        #expect(documents([.example([subnet])]).body(path) == nil)
        #expect(documents([.example([agent], injected: true)]).body(path) == nil)
        #expect(documents([.example([], injected: true)]).body(path) == nil)
        #expect(documents([.example([subnet], injected: true)], template: false).body(path) == nil)
    }
}
