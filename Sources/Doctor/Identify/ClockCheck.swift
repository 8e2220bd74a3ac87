import Foundation

/// Somebody whose answers say what time it is for them.
public struct ClockSource: Sendable {
    public var name: String
    public var endpoint: MetadataEndpoint

    public init(name: String, endpoint: MetadataEndpoint) {
        self.name = name
        self.endpoint = endpoint
    }
}

/// The clocks of this host and of those who issue and check tokens.
struct ClockCheck: Check {
    let name = "clock"
    let hop = Hop.resolution
    let looksAt =
        "Neutron and Keystone have the time that this host has, to the minute: tokens and certificates hold for a time."
    let byHand = "date -u; curl -sI NEUTRON | grep -i ^date"
    let codes: [FindingCode] = [.clockDiffers]

    /// Seconds.
    private static let limit = 60.0
    private static let patience = 5.0

    func run(_ path: ServicePath) async -> CheckOutcome {
        guard !path.clocks.isEmpty else { return .notApplicable }
        var differences: [(source: ClockSource, seconds: Double)] = []
        for source in path.clocks {
            if let seconds = await Self.difference(source) { differences.append((source, seconds)) }
        }
        guard !differences.isEmpty else {
            return .notRun("neither Neutron nor Keystone gave an answer with its date")
        }
        let findings = differences.filter { abs($0.seconds) > Self.limit }.map { finding($0.source, $0.seconds, path) }
        let text = differences.map { "\($0.source.name)'s differs by \(Int(abs($0.seconds).rounded())) s" }.joined(
            separator: ", ")
        return .findings(findings, orPassed: text)
    }

    private func finding(_ source: ClockSource, _ seconds: Double, _ path: ServicePath) -> Finding {
        let amount = Int(abs(seconds).rounded())
        return Finding(
            .clockDiffers, source.name,
            "The clock of \(source.name) is \(amount) s \(seconds > 0 ? "ahead of" : "behind") this host's.",
            evidence: "the header Date of \(source.endpoint.url)", remedy: .command(path.starts.clock))
    }

    /// What its clock is ahead of ours; nil where it does not say.
    private static func difference(_ source: ClockSource) async -> Double? {
        let before = Date()
        guard case .success(let answer) = await source.endpoint.ask("", patience: patience), let date = answer.date
        else { return nil }
        // Of the whole second that it names, and of the time that the answer took, the middle.
        let middle = before.addingTimeInterval(Date().timeIntervalSince(before) / 2)
        return date.addingTimeInterval(0.5).timeIntervalSince(middle)
    }
}

/// RFC 9110 §5.6.7.
enum HTTPDate {
    /// `Sun, 06 Nov 1994 08:49:37 GMT`; nil for the two obsolete forms.
    static func parse(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}
