/// The terminal's second screen: what was on the first comes back at the end.
struct AlternateScreen: ~Copyable {
    init() {
        _ = Terminal.write("\u{1B}[?1049h\u{1B}[?25l".utf8)
    }

    deinit {
        _ = Terminal.write("\u{1B}[?25h\u{1B}[?1049l".utf8)
    }

    /// - Returns: false when the terminal has gone.
    borrowing func show(_ lines: [String]) -> Bool {
        Terminal.write(("\u{1B}[H" + lines.map { $0 + "\u{1B}[K" }.joined(separator: "\r\n") + "\u{1B}[J").utf8)
    }
}
