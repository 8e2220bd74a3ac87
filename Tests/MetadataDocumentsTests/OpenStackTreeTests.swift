import InstanceModel
import MetadataDocuments
import Testing

struct OpenStackTreeTests {
    private func listing(today: String) -> String? {
        var context = DocumentContext.test()
        context.today = today
        return InstanceDocuments(.minimal()).reply(to: .openStackVersions, context: context)?.text
    }

    @Test func versionsOfTheFutureAreNotListed() {
        #expect(listing(today: "2012-08-09") == "latest")
        #expect(listing(today: "2012-08-10") == "2012-08-10\nlatest")
        #expect(listing(today: "2016-06-30") == "2012-08-10\n2013-04-04\n2013-10-17\n2015-10-15\n2016-06-30\nlatest")
        #expect(listing(today: "2025-04-03")?.hasSuffix("2020-10-14\nlatest") == true)
    }

    @Test(arguments: OpenStackVersion.allCases)
    func everyListedFileExists(_ version: OpenStackVersion) throws {
        let documents = InstanceDocuments(.example())
        let names = try #require(documents.body("/openstack/\(version.name)")).split(separator: "\n")
        for name in names {
            #expect(documents.body("/openstack/\(version.name)/\(name)") != nil, "\(name)")
        }
        #expect(documents.body("/openstack/\(version.name)/version") == names.joined(separator: "\n"))
    }

    @Test func contentTypes() {
        let documents = InstanceDocuments(.example())
        func type(_ path: String) -> String? {
            documents.reply(to: Route(path), context: .test())?.contentType?.headerValue.description
        }
        #expect(type("/openstack/latest/meta_data.json") == "application/json")
        #expect(type("/openstack/latest/vendor_data.json") == "application/json")
        #expect(type("/openstack/latest/vendor_data2.json") == "application/json")
        #expect(type("/openstack/latest/network_data.json") == "text/plain; charset=UTF-8")
        #expect(type("/openstack/latest/password") == "text/html; charset=UTF-8")
        #expect(type("/openstack/latest/user_data") == "text/plain; charset=UTF-8")
    }

    @Test func password() throws {
        var instance = Instance.minimal()
        #expect(!InstanceDocuments(instance).hasPassword)
        instance.password = "pä=="
        let documents = InstanceDocuments(instance)
        #expect(documents.hasPassword)
        let reply = try #require(documents.reply(to: .password, context: .test()))
        #expect(reply.text == "pä==")
        #expect(reply.headers == [Header("Content-Type", "text/html; charset=UTF-8"), Header("Content-Length", "5")])
    }

    @Test func userDataIsNotTouched() {
        var instance = Instance.minimal()
        instance.userData = (0...255).map { UInt8($0) }
        #expect(InstanceDocuments(instance).reply(to: .userData, context: .test())?.bytes == instance.userData)
    }

    @Test func vendorDataWithoutStaticProvider() {
        let settings = DocumentSettings(vendorDataProviders: [])
        let documents = InstanceDocuments(.minimal(), settings: settings)
        #expect(documents.body("/openstack/latest/vendor_data.json") == nil)
        #expect(documents.body("/openstack/latest/vendor_data2.json") == "{}")
        #expect(documents.body("/openstack/latest")?.contains("vendor_data.json") == true)
    }

    @Test func staticVendorData() {
        let context = DocumentContext.test(vendorData: StaticVendorData(Array(#"["a"]"#.utf8)))
        let documents = InstanceDocuments(.minimal())
        #expect(documents.reply(to: .vendorData, context: context)?.text == #"["a"]"#)
        #expect(documents.reply(to: .vendorData2, context: context)?.text == #"{"static": ["a"]}"#)
    }
}
