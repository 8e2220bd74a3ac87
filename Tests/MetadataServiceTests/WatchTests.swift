import AsyncHTTPClient
import Foundation
import InstanceModel
import InstanceStore
import MetadataService
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// The control socket of a running service.
@Suite(.timeLimit(.minutes(2))) struct WatchTests {
    /// A service with a control socket.
    private struct Watched {
        var service: ServiceFixture
        var observers: RequestObservers
        var control: ControlServer
        var socket: String
        var instance: Instance

        func get(_ target: String) async throws -> HTTPClientResponse {
            let url = try #require(URL(httpURLWithSocketPath: socket, uri: target))
            return try await WatchTests.client.execute(
                HTTPClientRequest(url: url.absoluteString), timeout: .seconds(60))
        }

        /// Once there are so many watchers.
        func waitForWatchers(_ count: Int) async throws {
            for _ in 0..<1000 where observers.watchers != count { try await Task.sleep(for: .milliseconds(10)) }
            #expect(observers.watchers == count)
        }

        func ask(_ path: String, secret: String = ServiceFixture.secret) async throws -> Int {
            try await service.ask(path, headers: ServiceFixture.signed(instance, secret: secret)).status
        }
    }

    /// For as many connections as there may be watchers.
    private static let client = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2 * RequestObservers.maximumWatchers
        return HTTPClient(configuration: configuration)
    }()

    private func run(_ body: (Watched) async throws -> Void) async throws {
        let socket = FileManager.default.temporaryDirectory.appending(path: "control-\(UUID())").path
        defer { unlink(socket) }
        let observers = RequestObservers()
        let control = ControlServer(group: MultiThreadedEventLoopGroup.singleton, observers: observers)
        try control.serve(descriptor: try listen(socket))
        try await ServiceFixture.run(observers: observers) { service in
            let instance = Sample.instance()
            _ = try await service.store.apply(Sample.catalogue(instance))
            try await body(
                Watched(
                    service: service, observers: observers, control: control, socket: socket,
                    instance: instance))
        }
        await control.stop()
    }

    private func listen(_ path: String) throws -> CInt {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let address = try SocketAddress(unixDomainSocketPath: path)
        let bound = address.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) }
        try #require(bound == 0 && Glibc.listen(descriptor, 64) == 0)
        return descriptor
    }

    /// Each line of the answer until `count` requests have been told of.
    private func lines(_ response: HTTPClientResponse, requests count: Int) async throws -> [[String: Any]] {
        var text: [UInt8] = []
        var objects: [[String: Any]] = []
        func isComplete() -> Bool {
            objects.reduce(0) { $0 + ($1["dropped"] as? Int ?? 1) } >= count
        }
        for try await piece in response.body {
            text += piece.readableBytesView
            guard let last = text.lastIndex(of: UInt8(ascii: "\n")) else { continue }
            for line in text[...last].split(separator: UInt8(ascii: "\n")) {
                objects.append(try #require(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]))
            }
            text.removeSubrange(...last)
            if isComplete() { break }
        }
        return objects
    }

    @Test func tellsOfRequestsAsTheyPass() async throws {
        try await run { watched in
            #expect(try await watched.ask("/before") == 404)
            let all = try await watched.get("/trace")
            let failed = try await watched.get("/trace?status=4xx&network=service")
            let named = try await watched.get("/trace?instance=test1")
            #expect(try await watched.ask("/latest") == 200)
            #expect(try await watched.ask("/latest", secret: "wrong") == 403)
            let seen = try await lines(all, requests: 2)
            let statuses = seen.map { ($0["answer"] as? [String: Any])?["status"] as? Int }
            #expect(statuses == [200, 403])
            let refused = try #require(try await lines(failed, requests: 1).first)
            #expect((refused["identify"] as? [String: Any])?["reason"] is String)
            let known = try #require(try await lines(named, requests: 1).first)
            #expect((known["identify"] as? [String: Any])?["name"] as? String == "test1")
            #expect((known["answer"] as? [String: Any])?["path"] as? String == "/latest")
            try await watched.waitForWatchers(0)
        }
    }

    /// A line of 7 kB each: the reader's buffers, and what is kept for it, hold some of them.
    @Test func whoReadsTooSlowlyMissesRequestsAndIsToldHowMany() async throws {
        try await run { watched in
            let slow = try await watched.get("/trace")
            let path = "/" + String(repeating: "x", count: 7000)
            for _ in 0..<600 { #expect(try await watched.ask(path) == 404) }
            let seen = try await lines(slow, requests: 600)
            let dropped = seen.compactMap { $0["dropped"] as? Int }.reduce(0, +)
            #expect(dropped > 100)
            #expect(seen.filter { $0["dropped"] == nil }.count + dropped == 600)
        }
    }

    @Test func soManyMayWatchAndNoMore() async throws {
        try await run { watched in
            do {
                var answers: [HTTPClientResponse] = []
                for _ in 0..<RequestObservers.maximumWatchers { answers.append(try await watched.get("/trace")) }
                #expect(try await watched.get("/top").status == .serviceUnavailable)
                #expect(answers.allSatisfy { $0.status == .ok })
            }
            // Their clients have gone, and nothing has passed that would show it.
            try await watched.waitForWatchers(0)
            #expect(try await watched.get("/trace").status == .ok)
        }
    }

    @Test func tellsOfTheBusiestEachSecond() async throws {
        try await run { watched in
            let top = try await watched.get("/top?window=5")
            for _ in 0..<3 { #expect(try await watched.ask("/latest") == 200) }
            // A second may end between them; the window holds them all.
            let told = try await lines(top, requests: 3)
            #expect(told.count == 3)
            let last = try #require(told.last)
            #expect(last["requests"] as? Int == 3)
            let instances = try #require(last["instances"] as? [[String: Any]])
            #expect(instances.first?["instance"] as? String == "\(watched.instance.id)")
        }
    }

    @Test func whoeverWatchesIsToldOfTheEnd() async throws {
        try await run { watched in
            let trace = try await watched.get("/trace")
            #expect(try await watched.ask("/latest") == 200)
            let start = ContinuousClock.now
            await watched.control.stop()
            var text = ""
            for try await piece in trace.body { text += String(buffer: piece) }
            #expect(text.contains("/latest"))
            #expect(watched.observers.watchers == 0)
            #expect(start.duration(to: .now) < .seconds(5))
        }
    }

    @Test(arguments: [
        ("/trace?status=4x", 400), ("/trace?instanze=a", 400), ("/top?window=0", 400), ("/top?rows=x", 400),
        ("/latest", 404),
    ])
    func saysWhatIsNotRight(_ target: String, _ status: UInt) async throws {
        try await run { watched in
            let answer = try await watched.get(target)
            #expect(answer.status.code == status)
            #expect(try await answer.body.collect(upTo: 1000).readableBytes > 0)
            #expect(watched.observers.watchers == 0)
        }
    }
}
