import HTTPWire
import NIOCore
import NIOPosix
import Synchronization
import Testing

/// A stand-in for Nova's metadata service: it keeps what it was sent and answers as told.
final class StubNova: Sendable {
    struct Received: Sendable {
        var method: String
        var target: String
        /// In lower case, as lines `name: value`.
        var headers: [String]
        var body: [UInt8]

        func header(_ name: String) -> String? {
            headers.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    private let log = Mutex<[Received]>([])
    private let answer: @Sendable (Received) -> Response
    let port: Int

    private init(port: Int, answer: @escaping @Sendable (Received) -> Response) {
        self.port = port
        self.answer = answer
    }

    var received: [Received] { log.withLock { $0 } }

    /// Runs one on a loopback port until the body ends.
    static func run(
        _ answer: @escaping @Sendable (Received) -> Response, _ body: (StubNova) async throws -> Void
    ) async throws {
        var limits = WireLimits()
        limits.bodyBytes = 4 << 20
        let server = HTTPServer(group: MultiThreadedEventLoopGroup.singleton, limits: limits)
        let box = Mutex<StubNova?>(nil)
        let listener = try await server.bind(host: "127.0.0.1", port: 0) { _ in
            Answering(box.withLock { $0 })
        }
        let stub = StubNova(port: try #require(listener.localAddress?.port), answer: answer)
        box.withLock { $0 = stub }
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(stub))
        } catch {
            result = .failure(error)
        }
        await server.stop(grace: .milliseconds(100))
        try result.get()
    }

    private final class Answering: Responder {
        private let stub: StubNova?

        init(_ stub: StubNova?) {
            self.stub = stub
        }

        func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
            var received = Received(
                method: String(decoding: request.methodBytes, as: UTF8.self),
                target: String(decoding: request.target, as: UTF8.self), headers: [], body: Array(request.body))
            request.forEachHeader { name, value in
                received.headers.append(
                    String(decoding: name, as: UTF8.self).lowercased() + ": " + String(decoding: value, as: UTF8.self))
            }
            stub?.log.withLock { $0.append(received) }
            response.write(stub?.answer(received) ?? Response(.internalServerError))
            return .complete
        }
    }
}
