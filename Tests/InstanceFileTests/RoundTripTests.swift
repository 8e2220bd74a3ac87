import InstanceFile
import InstanceModel
import Testing

@Suite("Writing")
struct RoundTripTests {
    private func expectRoundTrip(_ catalogue: Catalogue, sourceLocation: SourceLocation = #_sourceLocation) throws {
        for text in [InstanceFile.yaml(catalogue), InstanceFile.json(catalogue)] {
            #expect(try InstanceFile.parse(text, fileName: "x") == catalogue, "\(text)", sourceLocation: sourceLocation)
        }
    }

    private func catalogue(_ change: (inout Instance) -> Void) throws -> Catalogue {
        var catalogue = try InstanceFile.parse(onBlue, fileName: "x")
        change(&catalogue.instances[0])
        return catalogue
    }

    @Test func defaultsAreLeftOut() throws {
        let text = try Repository.text("Examples/minimal.yaml")
        let body = text.split(separator: "\n").dropFirst().joined(separator: "\n")
            .replacing("{network: blue, ip: 10.0.0.5}", with: "network: blue\n        ip: 10.0.0.5")
        #expect(try InstanceFile.yaml(InstanceFile.parse(text, fileName: "x")) == body + "\n")
    }

    @Test func emptyCatalogue() throws {
        try expectRoundTrip(Catalogue())
    }

    @Test func everything() throws {
        try expectRoundTrip(try InstanceFile.parse(try Repository.text("Examples/instances.yaml"), fileName: "x"))
    }

    @Test(arguments: [
        "", " ", "yes", "No", "null", "~", "1.0", "0x1F", "010", "1e3", "12:30:45", "2024-01-01", "-", "- a",
        "a: b", "a:", ": a", "#a", "a #b", "a\nb", "a\n", "a\n\n", "\na", "\n", " a\nb", "a\n  b\n c\n", "a \nb",
        "\ta\nb", "a\tb\nc", "a\r\nb", "\r", "\u{0}", "\u{85}", "\u{2028}a", "a\u{FEFF}", "\u{7F}", "é", "e\u{301}",
        "😀", "\"", "\\", "'", "\\n", "{a}", "[a]", "*a", "&a", "!a", "|", ">", "%", "@", "`", "?", "? a", "---",
        "...", "--- a\nb", "=", "<<", "a, b", "\u{E000}", "key with spaces ", "2001:db8::1", "::", "10.0.0.1",
        "true", "a\n---\nb\n", "a\n...\n", "a\n# b\n", "/", "fe80::1",
    ])
    func oddTextSurvives(text: String) throws {
        try expectRoundTrip(
            try catalogue { instance in
                instance.hostname = text
                instance.projectID = text
                instance.keyPair = KeyPair(name: text, publicKey: text)
                instance.keyName = text
                instance.keyData = text
                instance.metadata = [MetadataItem(key: text, value: text), MetadataItem(key: "other", value: text)]
                instance.userData = Array(text.utf8)
                instance.password = text
                instance.securityGroups = [text, text]
                instance.blockDevices = [BlockDevice(deviceName: text, sourceType: "blank", destinationType: "local")]
            })
    }

    @Test(arguments: [[], [0], [255, 254], Array(0...255), [13, 10], [0xEF, 0xBB, 0xBF, 0x61]] as [[UInt8]])
    func userDataIsKeptByteForByte(bytes: [UInt8]) throws {
        try expectRoundTrip(try catalogue { $0.userData = bytes })
    }

    @Test func missingValuesOfOtherSystems() throws {
        try expectRoundTrip(
            try catalogue { instance in
                instance.name = nil
                instance.hostname = nil
                instance.launchIndex = nil
                instance.reservationID = nil
                instance.availabilityZone = nil
                instance.rootDeviceName = nil
                instance.keyPair = KeyPair(name: "mine", publicKey: "a\n")
                instance.keyName = nil
                instance.keyData = "other"
                instance.bootRoles = "a,,b"
                instance.ports = [Port(id: PortID(high: 7, low: 8))]
            })
    }

    @Test func numbersOfTheStore() throws {
        try expectRoundTrip(
            try catalogue { instance in
                instance.ec2Number = 4_294_967_301
                instance.image = BootImage(id: "image", ec2Number: 3)
                instance.kernel = BootImage(id: "12", ec2Number: UInt64(Int64.max))
                instance.ramdisk = BootImage(id: "null", ec2Number: 0)
            })
    }

    @Test func networksWithEqualOrMisleadingNames() throws {
        let ids = (1...3).map { NetworkID(high: 5, low: $0) }
        let names = ["same", "same", ids[0].description]
        var catalogue = Catalogue(
            networks: zip(ids, names).map { id, name in
                Network(id: id, name: name, subnets: [Subnet(cidr: "10.0.0.0/24")])
            })
        catalogue.routers = [Router(id: RouterID(high: 1, low: 1), name: "yes", networks: ids)]
        var instance = try #require(try self.catalogue { _ in }.instances.first)
        instance.ports = catalogue.networks.enumerated().map { index, network in
            Port(
                id: PortID(high: 9, low: UInt64(index)), macAddress: MACAddress(value: UInt64(index)), type: nil,
                deviceName: "", network: PortNetwork(network, fixedIPs: [FixedIP(address: "10.0.0.5")]))
        }
        catalogue.instances = [instance]
        try expectRoundTrip(catalogue)
    }

    @Test func repeatedMetadataKeyKeepsItsMeaning() throws {
        let pairs = [("a", "1"), ("b", "2"), ("a", "3")].map(MetadataItem.init)
        let text = InstanceFile.yaml(try catalogue { $0.metadata = pairs })
        let metadata = try InstanceFile.parse(text, fileName: "x").instances[0].metadata
        #expect(metadata == [MetadataItem(key: "a", value: "3"), MetadataItem(key: "b", value: "2")])
    }
}
