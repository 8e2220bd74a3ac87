import ArgumentParser
import Foundation

struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Show requests as they pass a running up, serve or proxy.",
        discussion: """
            One line each: when and where it arrived, how it was identified or why not, what was answered, and the \
            microseconds that each took. Ctrl-C ends. Goes on when the daemon is reloaded. Only root and the group of \
            [metapath] control_group may watch. Who reads too slowly misses requests, and is told how many; guests never \
            wait for it.

            Exit status: 0 after Ctrl-C or --limit, 1 there is no daemon, or it may not be watched, 64 the command line \
            is not right.

            EXAMPLES
              metapath trace
              metapath trace --instance test0 --status 4xx,5xx
              metapath trace --network 5a0c7be2-8d14-4f39-b6a3-c1d2e3f40516 --limit 1
              metapath trace -f json | jq .answer.path
              curl --no-buffer --unix-socket \(ControlSocket.defaultPath) 'http://metapath/trace?status=404'
            """)

    @Option(
        help: ArgumentHelp(
            "Only requests of this instance. A daemon that passes requests on to another service knows ids only.",
            valueName: "name-or-id"))
    var instance: String?

    @Option(
        help: ArgumentHelp(
            "Only requests that arrive in this network or router; also service, agent.", valueName: "id"))
    var network: String?

    @Option(help: ArgumentHelp("Only these, such as 404 or 4xx; commas between several.", valueName: "status"))
    var status: String?

    @Option(help: ArgumentHelp("End after so many requests.", valueName: "number"))
    var limit: Int?

    @OptionGroup var watch: WatchOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit): expected 1 or more.") }
    }

    func run() throws {
        let stream = try watch.stream(
            "/trace", [("instance", instance), ("network", network), ("status", status)],
            tellsOfPauses: watch.format == .text)
        let decoder = JSONDecoder()
        var left = limit ?? .max
        if watch.format == .text, Terminal.isTerminal {
            _ = Terminal.write((Terminal.coloured(TraceText.header, .bold) + "\n").utf8)
        }
        try stream.follow { line in
            let told = try decoder.decode(TraceLine.self, from: Data(line))
            if case .request = told { left -= 1 }
            let text = watch.format == .json ? Array(line) : Array(Self.text(told).utf8)
            return Terminal.write(text + [UInt8(ascii: "\n")]) && left > 0 ? .goOn : .stop
        }
    }

    private static func text(_ line: TraceLine) -> String {
        switch line {
        case .request(let request): TraceText.line(request)
        case .dropped(let count): TraceText.dropped(count)
        }
    }
}
