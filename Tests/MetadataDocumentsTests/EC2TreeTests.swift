import InstanceModel
import MetadataDocuments
import Testing

struct EC2TreeTests {
    private func lines(_ instance: Instance, _ path: String) -> [Substring]? {
        InstanceDocuments(instance).body(path)?.split(separator: "\n")
    }

    @Test func listingOfTheNewestVersion() {
        #expect(
            lines(.example(), "/latest/meta-data") == [
                "ami-id", "ami-launch-index", "ami-manifest-path", "block-device-mapping/", "hostname",
                "instance-action", "instance-id", "instance-type", "local-hostname", "local-ipv4", "placement/",
                "public-hostname", "public-ipv4", "public-keys/", "reservation-id", "security-groups",
            ])
    }

    @Test func listingOfTheOldestVersion() {
        #expect(
            lines(.minimal(), "/1.0/meta-data") == [
                "ami-id", "ami-launch-index", "ami-manifest-path", "hostname", "instance-id", "local-ipv4",
                "reservation-id", "security-groups",
            ])
    }

    /// Every name that a directory shows can be read, and nothing is shown twice.
    @Test(arguments: EC2Version.allCases)
    func everyListedEntryExists(_ version: EC2Version) throws {
        var instance = Instance.example()
        instance.kernel = BootImage(id: "k", ec2Number: 2)
        instance.ramdisk = BootImage(id: "r", ec2Number: 3)
        let names = try #require(lines(instance, "/\(version.name)/meta-data"))
        #expect(Set(names).count == names.count)
        for name in names {
            #expect(InstanceDocuments(instance).body("/\(version.name)/meta-data/\(name)") != nil, "\(name)")
        }
    }

    @Test func entriesThatNeedSomething() {
        let documents = InstanceDocuments(.minimal())
        for name in ["kernel-id", "ramdisk-id", "public-keys", "public-keys/0", "public-keys/0/openssh-key"] {
            #expect(documents.body("/latest/meta-data/" + name) == nil, "\(name)")
        }
        #expect(documents.body("/latest/user-data") == nil)
        #expect(documents.body("/latest") == "meta-data/")
    }

    @Test func emptyUserDataIsListed() {
        var instance = Instance.minimal()
        instance.userData = []
        let documents = InstanceDocuments(instance)
        #expect(documents.body("/latest") == "meta-data/\nuser-data")
        #expect(documents.body("/latest/user-data") == "")
    }

    /// Python's word for a missing value: contract nova.md §11.2 no. 4.
    @Test(arguments: [
        "ami-id", "ami-launch-index", "hostname", "local-ipv4", "reservation-id", "instance-type",
        "placement/availability-zone",
    ])
    func missingValues(_ name: String) {
        #expect(InstanceDocuments(.minimal()).body("/latest/meta-data/" + name) == "None")
    }

    @Test(arguments: ["security-groups", "public-ipv4"])
    func emptyValues(_ name: String) {
        #expect(InstanceDocuments(.minimal()).body("/latest/meta-data/" + name) == "")
    }

    @Test func constants() {
        let documents = InstanceDocuments(.minimal())
        #expect(documents.body("/latest/meta-data/ami-manifest-path") == "FIXME")
        #expect(documents.body("/latest/meta-data/instance-action") == "none")
    }

    @Test func numbers() {
        var instance = Instance.minimal()
        instance.ec2Number = 4_294_967_301
        instance.image = BootImage(id: "a", ec2Number: 10)
        instance.kernel = BootImage(id: "b", ec2Number: 255)
        instance.ramdisk = BootImage(id: "c", ec2Number: 0)
        let documents = InstanceDocuments(instance)
        #expect(documents.body("/latest/meta-data/instance-id") == "i-100000005")
        #expect(documents.body("/latest/meta-data/ami-id") == "ami-0000000a")
        #expect(documents.body("/latest/meta-data/kernel-id") == "aki-000000ff")
        #expect(documents.body("/latest/meta-data/ramdisk-id") == "ari-00000000")
    }

    @Test func publicKeys() {
        let documents = InstanceDocuments(.example())
        #expect(documents.body("/latest/meta-data/public-keys/") == "0=mykey")
        #expect(documents.body("/latest/meta-data/public-keys/0/") == "openssh-key")
        #expect(documents.body("/latest/meta-data/public-keys/0/openssh-key") == "ssh-rsa AAAAB3Nza== me@host\n")
        #expect(documents.body("/latest/meta-data/public-keys/0/_name") == "0=mykey")
        var withoutData = Instance.example()
        withoutData.keyData = nil
        #expect(InstanceDocuments(withoutData).body("/latest/meta-data/public-keys/0/openssh-key") == "None")
    }

    @Test func hostnameWithAndWithoutDomain() {
        let documents = InstanceDocuments(.example(), settings: DocumentSettings(dhcpDomain: ""))
        #expect(documents.body("/latest/meta-data/hostname") == "test-1")
        #expect(InstanceDocuments(.example()).body("/latest/meta-data/public-hostname") == "test-1.novalocal")
    }

    @Test func localAddress() {
        var instance = Instance.minimal()
        instance.ports = [.example([.example("2001:db8::/64", ["2001:db8::5"])])]
        let path = "/latest/meta-data/local-ipv4"
        #expect(InstanceDocuments(instance).body(path, requester: "2001:db8::5") == "2001:db8::5")
        #expect(InstanceDocuments(instance).body(path, requester: "") == "")
        instance.ports.append(.example([.example("10.0.0.0/24", ["10.0.0.7", "10.0.0.8"])]))
        #expect(InstanceDocuments(instance).body(path, requester: "x") == "10.0.0.7")
    }

    @Test func firstFloatingAddress() {
        var instance = Instance.minimal()
        var subnet = PortSubnet.example("10.0.0.0/24", ["10.0.0.7", "10.0.0.8"])
        subnet.fixedIPs[1].floatingIPs = ["203.0.113.9", "203.0.113.1"]
        instance.ports = [.example([subnet])]
        #expect(InstanceDocuments(instance).body("/latest/meta-data/public-ipv4") == "203.0.113.9")
    }
}

/// Contract nova.md §4.4.
struct BlockDeviceMappingTests {
    private func entries(_ change: (inout Instance) -> Void) -> [String: String] {
        var instance = Instance.minimal()
        change(&instance)
        let documents = InstanceDocuments(instance)
        let path = "/latest/meta-data/block-device-mapping/"
        let names = (documents.body(path) ?? "").split(separator: "\n").map(String.init)
        return Dictionary(uniqueKeysWithValues: names.map { ($0, documents.body(path + $0) ?? "missing") })
    }

    @Test func withoutRootDevice() {
        #expect(entries { _ in } == ["ami": "sda1", "ephemeral0": "sda2", "root": "/dev/sda1", "swap": "sda3"])
    }

    @Test func defaultsGiveWayToDevices() {
        let defaults: (inout Instance) -> Void = {
            $0.rootDeviceName = "xvda"
            $0.defaultEphemeralDevice = "/dev/sdb"
            $0.defaultSwapDevice = "/dev/sdc"
        }
        #expect(entries(defaults) == ["ami": "xvda", "root": "xvda", "ephemeral0": "/dev/sdb", "swap": "/dev/sdc"])
        let overridden = entries {
            defaults(&$0)
            $0.blockDevices = [
                BlockDevice(deviceName: "/dev/vdb", sourceType: "blank", destinationType: "local"),
                BlockDevice(deviceName: "/dev/vdc", sourceType: "blank", destinationType: "local", guestFormat: "swap"),
                BlockDevice(deviceName: nil, sourceType: "blank", destinationType: "local", guestFormat: "swap"),
            ]
        }
        #expect(overridden == ["ami": "xvda", "root": "xvda", "ephemeral0": "/dev/vdb", "swap": "None"])
    }

    @Test func volumesAreSortedAndListedByText() {
        let names = (0..<11).map { "/dev/vd\($0)" } + [nil]
        let mapping = entries {
            $0.rootDeviceName = "/dev/vda"
            $0.blockDevices = names.reversed().map {
                BlockDevice(deviceName: $0, sourceType: "volume", destinationType: "volume")
            }
        }
        #expect(mapping["ebs0"] == "None")
        #expect(mapping["ebs1"] == "/dev/vd0")
        #expect(mapping["ebs3"] == "/dev/vd10")
        #expect(mapping["ebs11"] == "/dev/vd9")
        #expect(mapping.count == 14)
    }
}
