import Foundation

/// The tables of `metapath top`, cut to what a terminal can show.
struct TopText {
    private static let headLines = 2

    let figures: TopFigures
    /// Nil: not on a terminal.
    let size: (lines: Int, columns: Int)?

    var lines: [String] {
        let tables = [
            table("BUSIEST INSTANCES", figures.instances, Self.guest),
            table("BUSIEST NETWORKS AND ROUTERS", figures.networks) { $0.network ?? "-" },
            table("SLOWEST PATHS", figures.slowest) { $0.path ?? "-" },
            table("FAILING PATHS", figures.failing, Self.failure),
        ]
        return head + tables.flatMap { [""] + $0 }
    }

    private var head: [String] {
        let others = figures.others > 0 ? ", \(figures.others) in no table" : ""
        return [
            cut(
                "metapath top   \(figures.time.dropFirst(11).prefix(8)) UTC   the last \(number(figures.seconds)) s: "
                    + "\(figures.requests) requests, \(figures.errors) failed\(others)"),
            cut("\(number(figures.rate)) requests/s\(times)"),
        ]
    }

    private var times: String {
        guard figures.requests > 0 else { return "" }
        return ", half of them within \(number(figures.p50_us)) µs, 99 % within \(number(figures.p99_us)) µs"
    }

    private func table(
        _ title: String, _ rows: [TopFigures.Row], _ name: (TopFigures.Row) -> String
    ) -> [String] {
        let header = "     REQ/S   ERRORS     P50 µs     P99 µs   \(title)"
        let shown = rows.prefix(rowLimit).map { row in
            let line = cut(
                right(number(row.rate), 10) + right("\(row.errors)", 9) + right(number(row.p50_us), 11)
                    + right(number(row.p99_us), 11) + "   " + Terminal.printable(name(row)))
            return row.errors > 0 ? Terminal.coloured(line, row.status.map(TraceText.colour) ?? .yellow) : line
        }
        return [Terminal.coloured(cut(header), .bold)] + (shown.isEmpty ? [right("-", 10)] : shown)
    }

    /// Four tables share the lines below the head, each with a title and an empty line.
    private var rowLimit: Int {
        guard let size else { return .max }
        return max(1, (size.lines - Self.headLines) / 4 - 2)
    }

    private static func guest(_ row: TopFigures.Row) -> String {
        guard let instance = row.instance else { return "\(row.peer ?? "-") in \(row.network ?? "-")" }
        return row.name.map { "\($0) (\(instance))" } ?? instance
    }

    private static func failure(_ row: TopFigures.Row) -> String {
        "\(row.status ?? 0) \(row.path ?? "-")\(row.reason.map { ": \($0)" } ?? "")"
    }

    private func number(_ value: Double) -> String {
        String(format: "%.1f", value)
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func cut(_ line: String) -> String {
        size.map { String(line.prefix($0.columns)) } ?? line
    }
}
