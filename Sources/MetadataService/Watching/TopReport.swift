import Foundation
import InstanceModel
import MetadataDocuments

/// What `GET /top` tells: the first rows of each table of a tally.
struct TopReport {
    private let tally: RequestTally
    private let seconds: Double
    private let rows: Int

    /// - Parameter seconds: that the tally is about.
    init(_ tally: RequestTally, seconds: Double, rows: Int) {
        self.tally = tally
        self.seconds = max(seconds, 0.001)
        self.rows = rows
    }

    /// As JSON, with its line break.
    var line: [UInt8] {
        let report: JSONValue = .object(
            [
                .init(key: "time", value: .string(Self.now)), .init(key: "seconds", value: Self.rounded(seconds)),
            ] + members(tally.total) + [
                .init(key: "others", value: .integer(tally.others)), .init(key: "instances", value: instances),
                .init(key: "networks", value: networks), .init(key: "slowest", value: slowest),
                .init(key: "failing", value: failing),
            ])
        return report.serialised() + [UInt8(ascii: "\n")]
    }

    private static var now: String {
        Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    private var instances: JSONValue {
        .array(
            tally.guests.first(rows) { $0.requests > $1.requests }.map { guest, figures in
                .object(
                    [
                        .init(key: "instance", value: .string(orNull: guest.instance?.description)),
                        .init(key: "name", value: .string(orNull: guest.name)),
                        .init(key: "peer", value: .string(orNull: guest.peer)),
                        .init(key: "network", value: .string(orNull: guest.place)),
                    ] + members(figures))
            })
    }

    private var networks: JSONValue {
        .array(
            tally.places.first(rows) { $0.requests > $1.requests }.map { place, figures in
                .object([.init(key: "network", value: .string(place))] + members(figures))
            })
    }

    private var slowest: JSONValue {
        .array(
            tally.paths.first(rows) { $0.times.quantile(0.99) > $1.times.quantile(0.99) }.map { path, figures in
                .object([.init(key: "path", value: .string(path))] + members(figures))
            })
    }

    private var failing: JSONValue {
        .array(
            tally.failures.first(rows) { $0.requests > $1.requests }.map { failure, figures in
                .object(
                    [
                        .init(key: "path", value: .string(failure.path)),
                        .init(key: "status", value: .integer(failure.status)),
                        .init(key: "reason", value: .string(orNull: failure.reason)),
                    ] + members(figures))
            })
    }

    private func members(_ figures: RequestFigures) -> [JSONValue.Member] {
        [
            .init(key: "requests", value: .integer(figures.requests)),
            .init(key: "rate", value: Self.rounded(Double(figures.requests) / seconds)),
            .init(key: "errors", value: .integer(figures.errors)),
            .init(key: "p50_us", value: Self.rounded(figures.times.quantile(0.5))),
            .init(key: "p99_us", value: Self.rounded(figures.times.quantile(0.99))),
        ]
    }

    /// To one decimal.
    private static func rounded(_ number: Double) -> JSONValue {
        .float((number * 10).rounded() / 10)
    }
}
