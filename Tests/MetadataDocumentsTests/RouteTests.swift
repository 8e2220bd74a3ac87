import MetadataDocuments
import Testing

struct RouteTests {
    @Test(arguments: [
        ("/", Route.root), ("//", .root), ("/.", .root), ("/x/..", .root), ("/../..", .root), ("/%2F", .root),
        ("/?x=1", .root), ("http://169.254.169.254/", .root),
        ("", .ec2Versions), ("?x=1", .ec2Versions), ("http://169.254.169.254", .ec2Versions), ("/ec2", .ec2Versions),
        ("/ec2/", .ec2Versions),
        ("/latest", .ec2Contents), ("/1.0/", .ec2Contents), ("/ec2/2009-04-04", .ec2Contents),
        ("/latest/meta-data", .ec2MetaData(.latest)), ("/2007-12-15/meta-data/", .ec2MetaData(.v2007_12_15)),
        ("/latest/user-data", .userData), ("/openstack/2012-08-10/user_data", .userData),
        ("/openstack", .openStackVersions), ("//openstack//", .openStackVersions),
        ("/openstack/latest", .openStackFiles(.latest)),
        ("/openstack/2013-10-17/version", .openStackFiles(.v2013_10_17)),
        ("/openstack/2016-06-30/meta_data.json", .metaData(.v2016_06_30)),
        ("/openstack/latest/password/", .password), ("/openstack/content/0000", .injectedNetwork),
        ("/openstack/latest/vendor_data.json", .vendorData), ("/openstack/latest/vendor_data2.json", .vendorData2),
        ("http://metadata/latest/meta-data/ami-id?x", .ec2(.amiID)), ("HTTPS://m:80/latest", .ec2Contents),
    ])
    func found(_ target: String, route: Route) {
        #expect(Route(target) == route)
    }

    /// Each way of writing a path that a client may use for the same leaf: contract nova.md §3.1.
    @Test(arguments: [
        "/latest/meta-data/instance-id", "/latest/meta-data/instance-id/", "//latest///meta-data//instance-id",
        "/ec2/latest/meta-data/instance-id", "/latest/./meta-data/x/../instance-id", "/%6Catest/meta-data/instance-id",
        "/latest%2Fmeta-data%2finstance-id", "/openstack/../latest/meta-data/instance-id",
        "/%2e%2E/latest/meta-data/instance-id",
        "/latest/meta-data/instance-id?a=b?c=d", "/latest/meta-data/instance-id#x", "/latest/meta-data/instance-id/%2",
        "/latest/meta-data/instance-id/%", "/latest/meta-data/instance-id/.", "/%C3%BC/../latest/meta-data/instance-id",
    ])
    func spelling(_ target: String) {
        #expect(Route(target) == .ec2(.instanceID))
    }

    @Test(arguments: [
        "/nothing", "/Latest", "/1", "/1.00", "/2012-08-10", "/latest+", "/ec2/ec2/latest", "/ec2/openstack",
        "/latest/meta-data/instance-id%20", "/latest/meta-data/instance-id%00", "/latest/meta-data/instance-id%252F",
        "/latest/meta-data/%zz", "/latest/metadata", "/latest/dynamic", "/latest/api/token",
        "/openstack/1.0", "/openstack/latest/META_DATA.JSON", "/openstack/latest/meta_data.json/x",
        "/openstack/version", "/openstack/content", "/openstack/content/0001", "/openstack/content/0000/x",
        "/latest/meta-data/public-keys/1", "/latest/meta-data/public-keys/0=mykey", "/latest/meta-data/_name",
        "/latest/meta-data/block-device-mapping/ebs", "/latest/meta-data/block-device-mapping/ebs00",
        "/latest/meta-data/block-device-mapping/ebs9999999999", "/latest/meta-data/block-device-mapping/ebs1x",
    ])
    func notFound(_ target: String) {
        #expect(Route(target) == .unknown)
    }

    /// Nova has no answer to these at all: contract nova.md §11.1.
    @Test(arguments: [
        "*", "latest/meta-data/", "/latest/meta-data/instance-id/x", "/latest/user-data/x",
        "/latest/meta-data/security-groups/default", "/latest/meta-data/placement/availability-zone/x",
        "/latest/meta-data/block-device-mapping/root/x", "/latest/meta-data/public-keys/0/openssh-key/x",
        "/openstack/latest/content", "/%FF", "/%C0%AF", "/%ED%A0%80", "/latest/%FF/../meta-data",
    ])
    func failsInNova(_ target: String) {
        #expect(Route(target) == .unknown)
    }

    @Test func octetsThatAreNotUTF8() {
        #expect(Route(Array("/latest/".utf8) + [0xFF] + Array("/../meta-data".utf8)) == .unknown)
    }

    @Test(arguments: [
        ("/2007-01-19/meta-data/instance-type", false), ("/2007-03-01/meta-data/local-hostname", true),
        ("/1.0/meta-data/local-hostname", false), ("/2007-08-29/meta-data/instance-type", true),
        ("/2008-02-01/meta-data/instance-action", false), ("/2007-10-10/meta-data/block-device-mapping/ami", false),
        ("/2007-12-15/meta-data/placement/availability-zone", false), ("/2007-12-15/meta-data/kernel-id", true),
        ("/openstack/2012-08-10/password", false), ("/openstack/2013-04-04/password", true),
        ("/openstack/2013-04-04/vendor_data.json", false), ("/openstack/2016-06-30/vendor_data2.json", false),
        ("/openstack/2012-08-10/network_data.json", true),
    ])
    func versions(_ target: String, exists: Bool) {
        #expect((Route(target) != .unknown) == exists)
    }

    /// Whatever a guest sends has a route, and so an answer.
    @Test func mutatedTargets() {
        var generator = SplitMix(state: 2026)
        let pieces = [
            "/", "//", ".", "..", "%", "%2", "%2e", "%2F", "%00", "%ff", "?", "#", "http://", "HTTPS://x", "*", "\u{0}",
            "latest", "openstack", "ec2", "meta-data", "public-keys", "0", "_name", "block-device-mapping", "ebs",
            "ephemeral", "99999999999999999999", "content", "0000", "meta_data.json", "ü", "😀", "-1",
            "security-groups",
        ]
        let documents = InstanceDocuments(.example())
        var found = 0
        for _ in 0..<20_000 {
            var target: [UInt8] = generator.next() % 4 == 0 ? [] : [UInt8(ascii: "/")]
            for _ in 0..<generator.next() % 9 { target += pieces[Int(generator.next() % UInt64(pieces.count))].utf8 }
            if generator.next() % 3 == 0, !target.isEmpty {
                target[Int(generator.next() % UInt64(target.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            let route = Route(target)
            if let reply = documents.reply(to: route, context: .test()) {
                #expect(reply.bytes.count == reply.bodyCount)
                found += 1
            } else if route == .root {
                Issue.record("no answer to /")
            }
        }
        #expect(found > 1_000)
    }
}

/// A small reproducible generator (Steele, Lea and Flood, 2014).
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
