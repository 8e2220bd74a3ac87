import Foundation
import HTTPWire
import InstanceModel
import InstanceStore
import Logging
import MetadataDocuments
import MetadataService
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// Contract nova.md §8.
@Suite struct VendorDataTests {
    /// Stands in for a vendor data service: remembers what it was posted, answers what it was told.
    final class Target: Responder {
        static let posted = Mutex<[String]>([])
        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            Self.posted.withLock { [body = String(decoding: request.body, as: UTF8.self)] in $0.append(body) }
            let failing = String(decoding: request.target, as: UTF8.self) == "/fail"
            response.write(
                failing ? .internalServerError : .ok, contentType: "application/json", body: Array("{\"a\":1}".utf8))
            return .complete
        }
    }

    private func withTarget(_ body: (Int) async throws -> Void) async throws {
        let server = HTTPServer(group: MultiThreadedEventLoopGroup.singleton)
        let listener = try await server.bind(host: "127.0.0.1", port: 0) { _ in Target() }
        try await body(try #require(listener.localAddress?.port))
        await server.stop(grace: .zero)
    }

    private func dynamic(_ group: any EventLoopGroup, _ port: Int, fatal: Bool) throws -> VendorData {
        let targets = [("one", "/ok"), ("bad", "/fail"), ("one", "/ok"), ("two", "/ok")].map {
            DynamicVendorData.Target(name: $0.0, url: "http://127.0.0.1:\(port)\($0.1)")
        }
        return VendorData(
            providers: [.staticJSON, .dynamicJSON], file: nil,
            targets: try DynamicVendorData(
                targets: targets, connectTimeout: 3, readTimeout: 5, failureFatal: fatal,
                eventLoopGroup: group, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })))
    }

    private var settings: DocumentSettings { DocumentSettings(vendorDataProviders: [.staticJSON, .dynamicJSON]) }

    @Test func dynamicTargetsKeepTheirOrderAndFailAsEmpty() async throws {
        try await withTarget { port in
            try await ServiceFixture.run(settings: settings, vendorData: { try dynamic($0, port, fatal: false) }) {
                service in
                let instance = Sample.instance()
                _ = try await service.store.apply(Sample.catalogue(instance))
                let answer = try await service.ask(
                    "/openstack/latest/vendor_data2.json", headers: ServiceFixture.signed(instance))
                #expect(answer.body == #"{"static": {}, "one": {"a": 1}, "bad": {}, "two": {"a": 1}}"#)
                #expect(answer.headers["Content-Type"] == "application/json")
                let posted = Target.posted.withLock { $0 }
                #expect(posted.allSatisfy { $0.hasPrefix(#"{"project-id": "demo", "instance-id": "#) })
            }
        }
    }

    @Test func aFatalFailureCostsThatDocumentOnly() async throws {
        try await withTarget { port in
            try await ServiceFixture.run(settings: settings, vendorData: { try dynamic($0, port, fatal: true) }) {
                service in
                let instance = Sample.instance()
                _ = try await service.store.apply(Sample.catalogue(instance))
                let headers = ServiceFixture.signed(instance)
                #expect(try await service.ask("/openstack/latest/vendor_data2.json", headers: headers).status == 500)
                #expect(try await service.ask("/openstack/latest/vendor_data.json", headers: headers).status == 200)
            }
        }
    }

    @Test func aBadFileCostsVendorDataOnly() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "vendor-\(UUID()).json")
        try Data("{\"x\": 1.50, }".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let vendorData = VendorData(providers: [.staticJSON], file: VendorDataFile(path: file.path), targets: nil)
        try await ServiceFixture.run(vendorData: { _ in vendorData }) { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            let headers = ServiceFixture.signed(instance)
            #expect(try await service.ask("/openstack/latest/vendor_data.json", headers: headers).status == 500)
            #expect(try await service.ask("/openstack/latest/vendor_data2.json", headers: headers).status == 500)
            #expect(try await service.ask("/openstack/latest/meta_data.json", headers: headers).status == 200)
        }
    }

    @Test func theFileIsPrintedAsPythonWould() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "vendor-\(UUID()).json")
        try Data("{\"x\":1.50,\"é\":[1e3,null]}".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let vendorData = VendorData(providers: [.staticJSON], file: VendorDataFile(path: file.path), targets: nil)
        try await ServiceFixture.run(vendorData: { _ in vendorData }) { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            let answer = try await service.ask(
                "/openstack/latest/vendor_data2.json", headers: ServiceFixture.signed(instance))
            #expect(answer.body == #"{"static": {"x": 1.5, "\u00e9": [1000.0, null]}}"#)
        }
    }
}
