/// The hops of one request: who, what it decided, how long it took.
struct HopTable: Sendable {
    struct Row: Sendable {
        var hop: String
        var decision: String
        /// Nanoseconds.
        var time: Int
    }

    var rows: [Row] = []

    /// In columns, one line per hop.
    var text: String {
        let cells = [["hop", "what it decided", "took"]] + rows.map { [$0.hop, $0.decision, Self.duration($0.time)] }
        let widths = (0..<3).map { column in cells.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            let texts = [cells[0].padded(to: widths[0]), cells[1].padded(to: widths[1])]
            return "| " + (texts + [cells[2].padded(to: widths[2], left: true)]).joined(separator: " | ") + " |"
        }
        let rule = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+"
        return ([rule, line(cells[0]), rule] + cells.dropFirst().map(line) + [rule]).joined(separator: "\n")
    }

    /// Three digits at most: `740 ns`, `12.3 µs`, `1.2 ms`.
    static func duration(_ nanoseconds: Int) -> String {
        switch nanoseconds {
        case ..<1000: "\(nanoseconds) ns"
        case ..<1_000_000: "\(nanoseconds / 1000).\(nanoseconds / 100 % 10) µs"
        case ..<1_000_000_000: "\(nanoseconds / 1_000_000).\(nanoseconds / 100_000 % 10) ms"
        default: "\(nanoseconds / 1_000_000_000).\(nanoseconds / 100_000_000 % 10) s"
        }
    }
}

extension String {
    fileprivate func padded(to width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - count))
        return left ? space + self : self + space
    }
}
