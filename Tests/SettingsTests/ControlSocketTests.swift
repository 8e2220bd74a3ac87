import ArgumentParser
import Foundation
import OsloConfig
import Testing

@testable import metapath

/// Where requests can be watched, and how that is shown.
struct ControlSocketTests {
    private func socket(_ text: String, _ arguments: [String] = []) throws -> ControlSocket? {
        let (sections, mistakes) = ConfigText.parse("[metapath]\n" + text, file: "metapath.conf")
        var configuration = Configuration(
            [sections], options: Options.all, ownGroups: ["metapath"], mistakes: mistakes)
        let socket = ControlSocket(try ControlSocketOption.parse(arguments), &configuration)
        try configuration.finish()
        return socket
    }

    @Test func onlyRootsDaemonsHaveOneUnasked() throws {
        #expect(try socket("")?.path == (geteuid() == 0 ? ControlSocket.defaultPath : nil))
        #expect(try socket("")?.isTold != true)
        #expect(try socket("control_socket =") == nil)
        #expect(try socket("", ["--control-socket", ""]) == nil)
        let told = try #require(try socket("control_socket = /a\ncontrol_group = 0", ["--control-socket", "/b"]))
        #expect(told.path == "/b" && told.isTold && told.group == 0)
        #expect(throws: ConfigError.self) { try socket("control_group = no-such-group") }
    }

    @Test func whatAGuestWritesIsNoCommandToTheTerminal() throws {
        let line = """
            {"time": "2026-11-24T04:10:16.260Z", "arrive": {"listener": "service", "scope": null, "peer": null, "ns": null},
             "identify": {"instance": null, "name": null, "reason": "no port has this address here", "ns": 23695},
             "answer": {"method": "GET", "path": "/\\u001b[2J\\u202eé", "status": 404, "bytes": 12, "ns": 24747}, "ns": 48442}
            """
        guard case .request(let request) = try JSONDecoder().decode(TraceLine.self, from: Data(line.utf8)) else {
            Issue.record("expected a request")
            return
        }
        #expect(
            TraceText.line(request)
                == "04:10:16.260     404        12       -     23.6     24.7     48.4     service  -  "
                + #"nobody: no port has this address here  GET  /\u{1b}[2J\u{202e}é"#)
    }

    @Test func theTablesFitTheTerminal() {
        let rows = (0..<50).map { number in
            TopFigures.Row(
                path: String(repeating: "x", count: 200), requests: number, rate: 1, errors: 0, p50_us: 1, p99_us: 1)
        }
        let figures = TopFigures(
            time: "2026-11-24T04:10:16.260Z", seconds: 10, requests: 50, rate: 5, errors: 0, p50_us: 1, p99_us: 1,
            others: 0, instances: rows, networks: rows, slowest: rows, failing: rows)
        for height in [24, 25, 60] {
            let lines = TopText(figures: figures, size: (height, 80)).lines
            #expect(lines.count <= height && lines.count > height - 5)
            #expect(lines.allSatisfy { $0.count <= 80 })
        }
        #expect(TopText(figures: figures, size: nil).lines.count > 200)
    }
}
