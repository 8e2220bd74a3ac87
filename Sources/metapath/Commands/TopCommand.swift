import ArgumentParser
import Foundation

struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show the busiest instances and networks, the slowest and the failing paths, once a second.",
        discussion: """
            Of a running up, serve or proxy. Times are microseconds from the complete request to the answer, right to \
            within an eighth. Where nobody could be identified, the address stands for the instance. Ctrl-C ends. Only \
            root and the group of [metapath] control_group may watch.

            Exit status: 0 after Ctrl-C or --once, 1 there is no daemon, or it may not be watched, 64 the command line \
            is not right.

            EXAMPLES
              metapath top
              metapath top --once --window 5
              metapath top -f json | jq '.instances[0]'
            """)

    @Option(help: ArgumentHelp("Seconds that the figures are about, 1 to 60.", valueName: "seconds"))
    var window: Int = 10

    @Option(
        help: ArgumentHelp(
            "Rows of each table, 1 to 100; on a terminal as many as there is room for.", valueName: "number"))
    var rows: Int = 20

    @Flag(help: "Print the figures of one window, and end.")
    var once = false

    @OptionGroup var watch: WatchOptions

    func validate() throws {
        guard (1...60).contains(window), (1...100).contains(rows) else {
            throw ValidationError("Expected --window 1 to 60 and --rows 1 to 100.")
        }
    }

    func run() throws {
        let stream = try watch.stream("/top", [("window", "\(window)"), ("rows", "\(rows)")])
        guard Terminal.isTerminal, watch.format == .text, !once else { return try print(stream) }
        // Before the terminal is changed: nobody may be there.
        _ = try ControlConnection(path: stream.path, target: "/")
        let screen = AlternateScreen()
        _ = screen.show(["waiting for the first second"])
        try stream.follow { line in
            let figures = try JSONDecoder().decode(TopFigures.self, from: Data(line))
            return screen.show(TopText(figures: figures, size: Terminal.size).lines) ? .goOn : .stop
        }
    }

    private func print(_ stream: ControlStream) throws {
        try stream.follow { line in
            let figures = try JSONDecoder().decode(TopFigures.self, from: Data(line))
            if once, !isComplete(figures) { return .goOn }
            let text = watch.format == .json ? Array(line) : Array(Self.text(figures).utf8)
            return Terminal.write(text + [UInt8(ascii: "\n")]) && !once ? .goOn : .stop
        }
    }

    /// The first windows are shorter, those of a worker that has just begun too.
    private func isComplete(_ figures: TopFigures) -> Bool {
        figures.seconds > Double(window) - 0.5
    }

    private static func text(_ figures: TopFigures) -> String {
        TopText(figures: figures, size: nil).lines.joined(separator: "\n") + "\n"
    }
}
