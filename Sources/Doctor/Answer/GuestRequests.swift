import Foundation
import NIOHTTP1
import NetworkNamespaces

/// Asks as a guest does: from inside it where it is a namespace, else as a haproxy would on its behalf.
struct GuestRequests: Sendable {
    var host: HostView
    /// What curl is called with to get there, without URLs.
    private var way: [String]
    private var namespace: String?

    /// Nil, with the reason, where there is no way but from inside the virtual machine.
    static func way(of path: GuestPath) -> Result<GuestRequests, LookFailure> {
        if let namespace = path.guest.namespace {
            return .success(GuestRequests(host: path.host, way: [], namespace: namespace))
        }
        guard let socket = path.service?.agentSocket, let address = path.guest.addresses.first,
            let header = path.arrival?.haproxy?.headers.first
        else {
            return .failure(
                LookFailure(
                    "the guest is a virtual machine; run `curl http://\(MetadataAddress.ipv4)/latest/meta-data/` in it")
            )
        }
        let way = [
            "--unix-socket", socket.path, "-H", "\(header.key): \(header.value)", "-H", "X-Forwarded-For: \(address)",
        ]
        return .success(GuestRequests(host: path.host, way: way, namespace: nil))
    }

    private init(host: HostView, way: [String], namespace: String?) {
        self.host = host
        self.way = way
        self.namespace = namespace
    }

    /// One curl for all of them, which stops at the first that gets no answer.
    func ask(_ paths: [String]) async throws(LookFailure) -> MetadataAnswers {
        // What a body cannot hold by chance.
        let marker = "doctor-\(UUID().uuidString)"
        let options = [
            "curl", "-s", "--noproxy", "*", "--fail-early", "--connect-timeout", "4", "--max-time", "12",
            "-w", "\n\(marker) %{http_code} %{time_total} %{exitcode}\n",
        ]
        let urls = paths.map { "http://\(MetadataAddress.ipv4)\($0)" }
        let completion = try await host.run(options + way + urls, in: namespace, patience: .seconds(90))
        return CurlOutput.answers(completion.outputBytes, marker: marker, paths: paths)
    }
}

/// What such a curl has written: bodies, and a line after each.
enum CurlOutput {
    static func answers(_ output: [UInt8], marker: String, paths: [String]) -> MetadataAnswers {
        let separator = Data("\n\(marker) ".utf8)
        let data = Data(output)
        var result = MetadataAnswers()
        var position = data.startIndex
        for path in paths {
            guard let end = data.range(of: separator, in: position..<data.endIndex),
                let lineEnd = data[end.upperBound...].firstIndex(of: UInt8(ascii: "\n"))
            else { break }
            let words = String(decoding: data[end.upperBound..<lineEnd], as: UTF8.self).split(separator: " ")
            let status = words.first.flatMap { Int($0) } ?? 0
            let took = words.dropFirst().first.flatMap { Double($0) } ?? 0
            let exit = words.dropFirst(2).first.flatMap { Int($0) } ?? 0
            let body = Array(data[position..<end.lowerBound])
            position = data.index(after: lineEnd)
            guard exit == 0, status > 0 else {
                result.failure = (path, failure(exit, took))
                break
            }
            result.answers[path] = MetadataAnswer(status: status, body: body, took: took)
        }
        return result
    }

    /// curl(1), EXIT CODES.
    private static func failure(_ exit: Int, _ took: Double) -> AskingFailure {
        switch exit {
        case 7: .unreachable("connection refused, or no route")
        case 28: .late(took)
        case 52: .broken("the connection was closed without an answer")
        case 18, 56: .broken("the connection ended in the middle of an answer")
        default: .broken("curl ended with status \(exit)")
        }
    }
}
