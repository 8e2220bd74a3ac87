import Foundation
import Identification
import InstanceModel
import InstanceStore
import Logging
import MetadataService
import Synchronization
import Testing

/// How often guests may ask (contract neutron.md §2.1), where Neutron's haproxies tell of them.
@Suite(.timeLimit(.minutes(1))) struct GuestLimitTests {
    private static let path = "/latest/meta-data/hostname"
    /// Longer than any test takes.
    private static let window = 3600
    private static let page = """
        <html><body><h1>429 Too Many Requests</h1>
        You have sent too many requests in a given amount of time.
        </body></html>

        """

    private static let silent = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    private func configured(_ requests: Int, _ families: Set<IPAddress.Family> = [.v4, .v6]) -> GuestLimits.Configured {
        let limit = RateLimit(requests: requests, seconds: Self.window)
        return GuestLimits.Configured(base: limit, burst: limit, families: families)
    }

    private func own(_ requests: Int) -> RateLimit {
        RateLimit(requests: requests, seconds: Self.window)
    }

    private func run(
        _ configured: GuestLimits.Configured? = nil, own: RateLimit? = nil, logger: Logger = Self.silent,
        identify: Identify = .agentHeaders, refusals: RefusalCounts = RefusalCounts(),
        observers: RequestObservers = RequestObservers(),
        _ body: (ServiceFixture) async throws -> Void
    ) async throws {
        let limits = GuestLimits(configured: configured, own: own, logger: logger)
        try await ServiceFixture.run(identify: identify, limits: limits, refusals: refusals, observers: observers) {
            service in
            _ = try await service.store.apply(Sample.catalogue(Sample.instance()))
            try await body(service)
        }
    }

    private func guest(_ address: String = "10.0.0.5") -> [(String, String)] {
        [("X-OVN-Network-ID", "\(Sample.network.id)"), ("X-Forwarded-For", address)]
    }

    /// The statuses of a request of each of these guests, one after the other.
    private func statuses(_ service: ServiceFixture, _ addresses: String...) async throws -> [Int] {
        var statuses: [Int] = []
        for address in addresses { statuses.append(try await service.ask(Self.path, headers: guest(address)).status) }
        return statuses
    }

    @Test func aWholeBootPassesAtOnce() async throws {
        try await run(own: RateLimit(requests: 500, seconds: 5)) { service in
            let statuses = try await withThrowingTaskGroup { group in
                for _ in 0..<28 {
                    group.addTask { try await service.ask(Self.path, headers: guest()).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses == Array(repeating: 200, count: 28))
        }
    }

    @Test func beyondConfiguredLimitsIsHAProxysPage() async throws {
        try await run(configured(3)) { service in
            let within = try await statuses(service, "10.0.0.5", "10.0.0.5", "10.0.0.5")
            #expect(within == [200, 200, 200])
            let answer = try await service.ask(Self.path, headers: guest())
            #expect(answer.status == 429 && answer.body == Self.page)
            #expect(
                answer.headers == [
                    "Content-Length": "117", "Cache-Control": "no-cache", "Content-Type": "text/html",
                    "Retry-After": "60",
                ])
            let head = try await service.ask(Self.path, method: "HEAD", headers: guest())
            #expect(head.status == 429 && head.body.isEmpty)
            #expect(try await service.ask("/", headers: guest()).status == 429)
        }
    }

    @Test func guestsAreLimitedEachForItself() async throws {
        try await run(configured(1)) { service in
            let got = try await statuses(service, "10.0.0.5", "10.0.0.6", "::ffff:10.0.0.5", "10.0.0.6")
            #expect(got == [200, 404, 429, 429])
        }
    }

    @Test func bothVersionsAreLimitedAtOnce() async throws {
        try await run(configured(1)) { service in
            let got = try await statuses(service, "10.0.0.5", "2001:db8::5", "10.0.0.5", "2001:db8::5")
            #expect(got == [200, 404, 429, 429])
        }
    }

    @Test func aVersionThatIsNotListedHasOurOwnLimit() async throws {
        try await run(configured(1, [.v4]), own: own(2)) { service in
            let v6 = try await statuses(service, "2001:db8::5", "2001:db8::5", "2001:db8::5")
            #expect(v6 == [404, 404, 503])
            let v4 = try await statuses(service, "10.0.0.5", "10.0.0.5")
            #expect(v4 == [200, 429])
        }
    }

    @Test func beyondOurOwnLimitIsA503ThatSaysWhenToTryAgain() async throws {
        try await run(own: own(2)) { service in
            let within = try await statuses(service, "10.0.0.5", "10.0.0.5")
            #expect(within == [200, 200])
            let answer = try await service.ask(Self.path, headers: guest())
            #expect(answer.status == 503 && answer.headers["Retry-After"] == "60")
            #expect(answer.body.contains("Too many requests."))
        }
    }

    /// Who has been refused gets its answer when the time it was told has gone by.
    @Test func theWaitIsTrue() async throws {
        try await run(own: RateLimit(requests: 1, seconds: 1)) { service in
            _ = try await service.ask(Self.path, headers: guest())
            var answer = try await service.ask(Self.path, headers: guest())
            var refused = 0
            while answer.status == 503, refused < 3 {
                refused += 1
                try await Task.sleep(for: .seconds(try #require(Int(answer.headers["Retry-After"] ?? ""))))
                answer = try await service.ask(Self.path, headers: guest())
            }
            // Twice where the clock of the limit is a tick behind.
            #expect(answer.status == 200 && refused < 3)
        }
    }

    @Test func aNamespacesListenerCountsItsPeers() async throws {
        try await run(own: own(1), identify: .port(.network(Sample.network.id))) { service in
            let got = try await statuses(service, "10.0.0.5", "10.0.0.9")
            #expect(got == [404, 503])
        }
    }

    @Test func theServicePortHasNoLimit() async throws {
        let secrets = SharedSecrets(current: ServiceFixture.secret)
        try await run(configured(1), identify: .proxyHeaders(secrets, signatureRequired: true)) { service in
            let headers = ServiceFixture.signed(Sample.instance())
            for _ in 0..<5 {
                let answer = try await service.ask(Self.path, headers: headers)
                #expect(answer.status == 200)
            }
        }
    }

    @Test func refusalsAreLoggedAndCounted() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "access-\(UUID()).log")
        defer { try? FileManager.default.removeItem(at: file) }
        let log = try RequestLog(path: file.path)
        let refusals = RefusalCounts()
        let told = ToldLog()
        try await run(configured(1), logger: told.logger, refusals: refusals, observers: RequestObservers(log: log)) {
            service in
            for _ in 0..<5 { _ = try await service.ask(Self.path, headers: guest()) }
            for _ in 0..<2 { _ = try await service.ask(Self.path, headers: guest("10.0.0.9")) }
            _ = try await service.ask(Self.path)
        }
        #expect(refusals.totals == [.tooManyRequests: 5, .noPort: 1, .missingScope: 1])
        #expect(told.lines.map { $0["address"] } == ["10.0.0.5", "10.0.0.9"])
        #expect(told.lines.allSatisfy { $0["scope"] == "network:\(Sample.network.id)" })
        log.write()
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        let record = try #require(JSONSerialization.jsonObject(with: Data(lines[4].utf8)) as? [String: Any])
        let arrive = try #require(record["arrive"] as? [String: Any])
        #expect(arrive["scope"] as? String == "network:\(Sample.network.id)")
        #expect(arrive["peer"] as? String == "10.0.0.5")
        let identify = try #require(record["identify"] as? [String: Any])
        #expect(identify["reason"] as? String == Refusal.tooManyRequests.reason)
        #expect((record["answer"] as? [String: Any])?["status"] as? Int == 429)
    }

    @Test func whatHasBeenRefusedIsToldInNumbers() async {
        let refusals = RefusalCounts()
        let told = ToldLog()
        for _ in 0..<3 { refusals.add(.contradiction) }
        refusals.add(.noPort)
        let following = Task { await refusals.follow(logger: told.logger, every: .seconds(3600)) }
        following.cancel()
        await following.value
        #expect(told.lines == [["contradiction": "3", "noPort": "1"]])
    }
}

/// What was logged, as the metadata of each line.
private final class ToldLog: Sendable {
    private struct Handler: LogHandler {
        let told: ToldLog
        var metadata = Logger.Metadata()
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = (event.metadata ?? [:]).mapValues { "\($0)" }
            told.state.withLock { $0.append(line) }
        }
    }

    private let state = Mutex<[[String: String]]>([])

    var logger: Logger { Logger(label: "test", factory: { _ in Handler(told: self) }) }
    var lines: [[String: String]] { state.withLock { $0 } }
}
