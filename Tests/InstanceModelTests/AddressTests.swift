import InstanceModel
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("10.0.0.5", "10.0.0.5"), ("2001:DB8::53", "2001:db8::53"), ("::", "::"), ("::1", "::1"),
        ("fe80:0:0:0:a9fe:0:0:1", "fe80::a9fe:0:0:1"), ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"),
        ("::ffff:10.0.0.5", "10.0.0.5"), ("255.255.255.255", "255.255.255.255"),
    ])
    func printsCanonicalText(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    @Test(arguments: ["", "10.0.0", "10.0.0.256", "10.0.0.5/24", "fe80::1%eth0", " 10.0.0.5", "010.0.0.1", "a::b::c"])
    func refusesOtherText(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [
        ("10.0.7.9/22", "10.0.4.0", "255.255.252.0"), ("0.0.0.0/0", "0.0.0.0", "0.0.0.0"),
        ("198.51.100.7/32", "198.51.100.7", "255.255.255.255"),
        ("2001:db8:4:1ff::9/56", "2001:db8:4:100::", "ffff:ffff:ffff:ff00::"),
        ("2001:db8::1/64", "2001:db8::", "ffff:ffff:ffff:ffff::"), ("::/0", "::", "::"),
        ("2001:db8::1/100", "2001:db8::", "ffff:ffff:ffff:ffff:ffff:ffff:f000:0"),
    ])
    func masks(text: String, network: String, netmask: String) throws {
        let cidr = try #require(CIDR(text))
        #expect(cidr.network.description == network)
        #expect(cidr.netmask.description == netmask)
        #expect(cidr.contains(cidr.address))
    }

    @Test(arguments: ["10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/+8", "::/129", "10.0.0.0/8/8", "/8"])
    func refusesOtherPrefixes(text: String) {
        #expect(CIDR(text) == nil)
    }

    @Test func formsTheLinkLocalAddressOfAMAC() throws {
        let mac = try #require(MACAddress("FA-16-3E-9C-BF-3D"))
        #expect(mac.description == "fa:16:3e:9c:bf:3d")
        #expect(mac.linkLocalAddress.description == "fe80::f816:3eff:fe9c:bf3d")
        #expect(mac.linkLocalAddress.isLinkLocalIPv6)
    }

    @Test(arguments: [
        "", "fa:16:3e:9c:bf", "fa:16:3e:9c:bf:3", "fa:16:3e:9c:bf:+3", "fa163e9cbf3d", "fa:16:3e:9c:bf:3g",
    ])
    func refusesOtherMACs(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func broadcast() throws {
        #expect(try #require(IPAddress("10.0.5.9")).broadcast(prefixLength: 22).description == "10.0.7.255")
    }
}
