import Foundation
import Identification
import InstanceModel
import Testing

@testable import MetadataService

/// How requests are counted for `GET /top`, and which ones a watcher of `GET /trace` is told of.
struct RequestTallyTests {
    private let router = Scope.router(RouterID(high: 3, low: 4))

    private func record(
        _ path: String = "/latest", instance: UInt64? = 1, status: Int = 200, refusal: Refusal? = nil,
        address: String = "10.0.0.5", microseconds: Int = 100
    ) -> RequestRecord {
        RequestRecord(
            arrival: Arrival(listener: .guests(router), peer: IPAddress(address)),
            guest: IPAddress(address).map { PortKey(scope: router, address: $0) },
            instance: instance.map { InstanceID(high: 7, low: $0) }, name: instance.map { "test\($0)" },
            refusal: refusal, method: Array("GET".utf8), target: Array(path.utf8), status: status, bytes: 12,
            arrived: nil, identified: .microseconds(10), answered: .microseconds(microseconds))
    }

    private func report(_ feed: TopFeed) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(feed.take())) as? [String: Any])
    }

    @Test func aQuantileIsRightToWithinAnEighth() {
        for time in [1_000, 17_300, 999_999, 4_194_304, 12_345_678_901] {
            var histogram = LatencyHistogram()
            histogram.add(time)
            #expect(abs(histogram.quantile(0.5) * 1000 / Double(time) - 1) <= 0.125)
        }
        var histogram = LatencyHistogram()
        for time in 1...1000 { histogram.add(time * 1000) }
        #expect(abs(histogram.quantile(0.5) / 500 - 1) <= 0.125)
        #expect(abs(histogram.quantile(0.99) / 990 - 1) <= 0.125)
        #expect(LatencyHistogram().quantile(0.99) == 0)
        // Beyond the ends there is the last bucket.
        for time in [-5, 0, Int.max] { histogram.add(time) }
        #expect(histogram.count == 1003)
    }

    @Test func countsWhoAsksWhereAndWhatFails() throws {
        let feed = TopFeed(window: 2, rows: 2)
        func observe(_ record: RequestRecord, times: Int = 1) {
            for _ in 0..<times {
                var record = record
                feed.observe(&record)
            }
        }
        observe(record(instance: 1), times: 5)
        observe(record(instance: 2, microseconds: 90_000), times: 2)
        observe(record("/slow", instance: 1, microseconds: 500_000))
        observe(record("/nobody", instance: nil, status: 404, refusal: .noPort), times: 3)
        let report = try report(feed)
        #expect(report["requests"] as? Int == 11 && report["errors"] as? Int == 3 && report["others"] as? Int == 0)
        let guests = try #require(report["instances"] as? [[String: Any]])
        #expect(guests.map { $0["requests"] as? Int } == [6, 3])
        #expect(guests.map { $0["name"] as? String } == ["test1", nil])
        #expect(guests.last?["peer"] as? String == "10.0.0.5" && guests.last?["network"] as? String == "\(router)")
        let networks = try #require(report["networks"] as? [[String: Any]])
        #expect(networks.map { $0["network"] as? String } == ["\(router)"])
        let slowest = try #require(report["slowest"] as? [[String: Any]])
        #expect(slowest.map { $0["path"] as? String } == ["/slow", "/latest"])
        let failing = try #require(report["failing"] as? [[String: Any]])
        #expect(failing.count == 1 && failing[0]["status"] as? Int == 404)
        #expect(failing[0]["reason"] as? String == Refusal.noPort.reason)
    }

    @Test func figuresAreThoseOfTheWindowOnly() throws {
        let feed = TopFeed(window: 2, rows: 1)
        var record = record()
        feed.observe(&record)
        #expect(try report(feed)["requests"] as? Int == 1)
        #expect(try report(feed)["requests"] as? Int == 1)
        #expect(try report(feed)["requests"] as? Int == 0)
    }

    @Test func whatGuestsMakeUpTakesNoMoreThanSoMuch() {
        var tally = RequestTally()
        for number in 0..<2000 {
            tally.add(record("/\(number)/" + String(repeating: "x", count: 8000), instance: nil, status: 404))
        }
        #expect(tally.paths.figures.count == FigureTable<String>.capacity)
        #expect(tally.paths.figures.keys.allSatisfy { $0.utf8.count <= 128 })
        #expect(tally.paths.others == 2000 - FigureTable<String>.capacity)
        #expect(tally.total.requests == 2000)
    }

    @Test func aFilterAdmitsWhatMeetsAllOfIt() {
        func admits(_ record: RequestRecord, _ filter: RequestFilter?) -> Bool { filter?.admits(record) ?? false }
        let id = "\(InstanceID(high: 7, low: 1))"
        #expect(admits(record(), RequestFilter()))
        #expect(admits(record(), RequestFilter(instance: id)))
        #expect(admits(record(), RequestFilter(instance: id.uppercased())))
        #expect(admits(record(), RequestFilter(instance: "test1")))
        #expect(!admits(record(instance: 2), RequestFilter(instance: "test1")))
        #expect(!admits(record(instance: nil), RequestFilter(instance: "test1")))
        #expect(admits(record(), RequestFilter(network: "\(router)")))
        #expect(admits(record(), RequestFilter(network: "\(RouterID(high: 3, low: 4))")))
        #expect(!admits(record(), RequestFilter(network: "\(RouterID(high: 3, low: 5))")))
        #expect(admits(record(status: 404), RequestFilter(status: "4xx,503")))
        #expect(admits(record(status: 503), RequestFilter(status: "4xx,503")))
        #expect(!admits(record(status: 500), RequestFilter(status: "4xx,503")))
        #expect(!admits(record(status: 404), RequestFilter(instance: "test2", status: "4xx")))
        for text in ["", "4x", "xxx", "0xx", "404,", "+40", "4xx 5xx"] { #expect(RequestFilter(status: text) == nil) }
    }
}
