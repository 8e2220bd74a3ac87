import Foundation
import InstanceModel
import InstanceStore
import MetadataService
import Testing

@Suite struct RequestLogTests {
    @Test func tellsEachStage() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID()).log")
        defer { try? FileManager.default.removeItem(at: file) }
        let log = try RequestLog(path: file.path)
        try await ServiceFixture.run(observers: RequestObservers(log: log)) { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            for _ in 0..<2 { _ = try await service.ask("/latest", headers: ServiceFixture.signed(instance)) }
            _ = try await service.ask("/latest", headers: ServiceFixture.signed(instance, secret: "wrong"))
        }
        log.write()
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3)
        for (line, status) in zip(lines, [200, 200, 403]) {
            let record = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            let arrive = try #require(record["arrive"] as? [String: Any])
            let identify = try #require(record["identify"] as? [String: Any])
            let answer = try #require(record["answer"] as? [String: Any])
            #expect(arrive["listener"] as? String == "service" && arrive["peer"] as? String == "127.0.0.1")
            #expect(answer["status"] as? Int == status && answer["path"] as? String == "/latest")
            #expect((identify["instance"] is String) == (status == 200))
            #expect((identify["reason"] is String) == (status != 200))
            #expect(!line.contains(ServiceFixture.secret))
        }
    }
}
