import NIOCore
import NIOEmbedded
import Synchronization

@testable import HTTPWire

/// What a parser made of some bytes, as values that can be compared.
struct ParsedRequest: Equatable {
    var method: String
    var target: String
    var isHTTP10: Bool
    var keepsAlive: Bool
    var headers: [String]
    var body: String
    var consumed: Int
}

enum ParseOutcome: Equatable {
    case needMore
    case request(ParsedRequest)
    case largeBody
    case failure(Int)
}

func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes, as: UTF8.self)
}

/// Gives `input` to a parser in pieces that end at `cuts`, as one that receives it would.
func parse(_ input: [UInt8], cuts: [Int] = [], limits: WireLimits = WireLimits()) -> ParseOutcome {
    var parser = RequestParser(limits: limits)
    return input.withUnsafeBytes { bytes in
        for cut in cuts.sorted() + [input.count] {
            let part = UnsafeRawBufferPointer(rebasing: bytes[..<cut])
            switch parser.parse(part) {
            case .needMore: continue
            case .failure(let failure): return .failure(failure.status.code)
            case .largeBody: return .largeBody
            case .request(let consumed): return .request(describe(parser, part, consumed))
            }
        }
        return .needMore
    }
}

private func describe(
    _ parser: borrowing RequestParser, _ bytes: UnsafeRawBufferPointer, _ consumed: Int
) -> ParsedRequest {
    parser.withRequest(in: bytes) { request in
        var headers: [String] = []
        request.forEachHeader { headers.append("\(text($0))=\(text($1))") }
        return ParsedRequest(
            method: text(request.methodBytes), target: text(request.target), isHTTP10: request.isHTTP10,
            keepsAlive: request.keepsAlive, headers: headers, body: text(request.body), consumed: consumed)
    }
}

/// A responder whose answer tells what it was asked.
final class EchoResponder: Responder {
    /// Answers `.later` for targets that start with `/later`.
    var promises: [EventLoopPromise<Response>] = []
    var requests: [String] = []
    /// Of requests whose body is not collected; such are answered as others are.
    var bodies: [LargeBody] = []
    let eventLoop: any EventLoop
    let takesLargeBodies: Bool

    init(eventLoop: any EventLoop, takesLargeBodies: Bool = false) {
        self.eventLoop = eventLoop
        self.takesLargeBodies = takesLargeBodies
    }

    func respond(to request: borrowing Request, into response: inout ResponseWriter) -> Disposition {
        let line = "\(text(request.methodBytes)) \(text(request.target)) \(text(request.body))"
        requests.append(line)
        if let body = request.largeBody { bodies.append(body) }
        if request.target.starts(with: "/later".utf8) {
            let promise = eventLoop.makePromise(of: Response.self)
            promises.append(promise)
            return .later(promise.futureResult)
        }
        if request.target.starts(with: "/short".utf8) {
            response.start(.ok, contentType: nil, contentLength: 10)
            response.append(Array("nine byte".utf8))
            return .complete
        }
        response.write(.ok, contentType: "text/plain", body: Array(line.utf8))
        return .complete
    }
}

/// A connection without a socket.
struct TestConnection {
    let channel = EmbeddedChannel()
    let responder: EchoResponder
    let loop: WireLoop
    let handler: ConnectionHandler

    init(
        limits: WireLimits = WireLimits(), admission: ConnectionAdmission? = nil, takesLargeBodies: Bool = false
    ) throws {
        responder = EchoResponder(eventLoop: channel.embeddedEventLoop, takesLargeBodies: takesLargeBodies)
        loop = WireLoop(eventLoop: channel.embeddedEventLoop, limits: limits)
        handler = ConnectionHandler(
            limits: limits, loop: loop,
            admission: admission ?? ConnectionAdmission(.init(limits, descriptors: 100_000)), responder: responder)
        try channel.pipeline.syncOperations.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func receive(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// All that was sent since the last call.
    func sent() throws -> String {
        var all = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) { all += String(buffer: buffer) }
        return all
    }

    /// Sends a request and gives what was answered.
    func exchange(_ text: String) throws -> String {
        try receive(text)
        return try sent()
    }

    var isOpen: Bool {
        channel.embeddedEventLoop.run()
        return channel.isActive
    }

    func pass(_ time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }
}

/// A reproducible source of random numbers (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
