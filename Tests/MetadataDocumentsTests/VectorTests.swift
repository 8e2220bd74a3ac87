import InstanceModel
import MetadataDocuments
import Testing

/// The vectors of contract nova.md §12.
struct VectorTests {
    private let documents = InstanceDocuments(.example())

    @Test(arguments: [
        ("/latest", "meta-data/\nuser-data"),
        ("/latest/meta-data/instance-id", "i-00000001"),
        ("/latest/meta-data/ami-id", "ami-00000001"),
        ("/latest/meta-data/block-device-mapping/", "ami\nebs0\nebs1\nephemeral0\nroot\nswap"),
        ("/latest/meta-data/block-device-mapping/ami", "vda"),
        ("/latest/meta-data/block-device-mapping/ebs0", "/dev/vdd"),
        ("/latest/meta-data/block-device-mapping/ebs1", "/dev/vde"),
        ("/latest/meta-data/block-device-mapping/ephemeral0", "/dev/vdb"),
        ("/latest/meta-data/block-device-mapping/root", "/dev/vda"),
        ("/latest/meta-data/block-device-mapping/swap", "/dev/vdc"),
        ("/latest/meta-data/security-groups", "default\nsg2"),
        ("/latest/user-data", "#!/bin/sh\necho hé\n"),
        (
            "/openstack",
            """
            2012-08-10\n2013-04-04\n2013-10-17\n2015-10-15\n2016-06-30\n2016-10-06\n2017-02-22\n2018-08-27\n2020-10-14
            2025-04-04\nlatest
            """
        ),
        ("/openstack/2013-10-17", "meta_data.json\nuser_data\npassword\nvendor_data.json"),
        ("/openstack/latest/vendor_data2.json", #"{"static": {}}"#),
    ])
    func leaf(_ path: String, body: String) {
        #expect(documents.body(path) == body)
    }

    @Test func oldestMetaData() {
        let expected = #"""
            {"uuid": "11111111-1111-4111-8111-111111111111", "meta": {"role": "web", "k2": "v\u00e9"}, "public_keys": \#
            {"mykey": "ssh-rsa AAAAB3Nza== me@host\n"}, "keys": [{"name": "mykey", "type": "ssh", "data": "ssh-rsa \#
            AAAAB3Nza== me@host\n"}], "hostname": "test-1.novalocal", "name": "T\u00e9st \"1\"", "launch_index": 0, \#
            "availability_zone": "nova"}
            """#
        #expect(documents.body("/openstack/2012-08-10/meta_data.json") == expected)
        #expect(expected.utf8.count == 341)
    }

    @Test func newestMetaData() throws {
        let expected = #"""
            ", "project_id": "proj1", "devices": [{"vlan": 1000, "vf_trusted": true, "type": "nic", "mac": \#
            "fa:16:3e:9c:bf:3d", "bus": "pci", "address": "0000:00:03.0", "tags": ["nic1"]}, {"vf_trusted": false, \#
            "type": "nic", "mac": "fa:16:3e:9c:bf:3e", "bus": "pci", "address": "0000:00:04.0"}, {"type": "disk", \#
            "serial": "ser1", "path": "/dev/sdb", "bus": "scsi", "address": "0:0:0:1", "tags": ["db"]}, {"type": \#
            "disk", "bus": "usb", "address": "0:0", "tags": ["db"]}, {"type": "share", "share_id": \#
            "ca3c176e-fd5a-438b-b595-e18a358f6909", "tag": "my_share", "bus": "none", "address": "none"}], \#
            "dedicated_cpus": [0, 1, 3, 4]}
            """#
        let body = try #require(documents.body("/openstack/2025-04-04/meta_data.json"))
        #expect(body.hasSuffix(expected))
        let other = try #require(documents.body("/openstack/2012-08-10/meta_data.json")).dropLast()
        #expect(body.utf8.count == other.utf8.count + ", \"random_seed\": \"".utf8.count + 684 + expected.utf8.count)
    }

    @Test func minimalMetaData() {
        var instance = Instance.minimal()
        instance.hostname = "test-5"
        instance.name = ""
        #expect(
            InstanceDocuments(instance).body("/openstack/2012-08-10/meta_data.json") == #"""
                {"uuid": "11111111-1111-4111-8111-111111111111", "hostname": "test-5.novalocal", "name": "", \#
                "launch_index": null, "availability_zone": null}
                """#)
    }

    @Test func dynamicVendorDataRequest() {
        let body = VendorData2.dynamicRequestBody(for: .example())
        #expect(
            String(decoding: body, as: UTF8.self) == #"""
                {"project-id": "proj1", "instance-id": "11111111-1111-4111-8111-111111111111", "image-id": \#
                "155d900f-4e14-4e4c-a73d-069cbf4541e6", "user-data": "IyEvYmluL3NoCmVjaG8gaMOpCg==", "hostname": \#
                "test-1", "metadata": {"role": "web", "k2": "v\u00e9"}, "boot-roles": "member,reader"}
                """#)
    }
}
