import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPWire

/// One connection's conversation, without a socket and with a clock of its own.
@Suite struct ConnectionTests {
    @Test func answersInNovasOrderOfFields() throws {
        let connection = try TestConnection()
        #expect(
            try connection.exchange("GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
                == "HTTP/1.1 200 OK\r\nContent-Length: 7\r\nContent-Type: text/plain\r\n\r\nGET /a ")
        #expect(connection.isOpen)
    }

    @Test func pipelinedRequestsAreAnsweredInOrderWithOneWrite() throws {
        let connection = try TestConnection()
        try connection.receive(
            "GET /1 HTTP/1.1\r\n\r\nPOST /2 HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /3 HTTP/1.1\r\n\r")
        let batch = try #require(try connection.channel.readOutbound(as: ByteBuffer.self))
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(String(buffer: batch).matches(of: /HTTP\/1.1 200 OK/).count == 2)
        #expect(connection.responder.requests == ["GET /1 ", "POST /2 hi"])
        try connection.receive("\n")
        #expect(connection.responder.requests.last == "GET /3 ")
    }

    @Test func anyMethodAndAnySplit() throws {
        let connection = try TestConnection()
        for byte in "BREW /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n" {
            try connection.receive(String(byte))
        }
        #expect(connection.responder.requests == ["BREW /x hi"])
    }

    @Test func closeIsAnnouncedAndDone() throws {
        let connection = try TestConnection()
        let answer = try connection.exchange("GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        #expect(answer.contains("\r\nConnection: close\r\n\r\n"))
        #expect(!connection.isOpen)
    }

    @Test func nothingAfterTheLastRequestIsAnswered() throws {
        let connection = try TestConnection()
        _ = try connection.exchange("GET /1 HTTP/1.1\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
        #expect(connection.responder.requests == ["GET /1 "])
    }

    @Test func http10ClosesUnlessKept() throws {
        let closing = try TestConnection()
        #expect(try !closing.exchange("GET / HTTP/1.0\r\n\r\n").contains("Connection"))
        #expect(!closing.isOpen)
        let kept = try TestConnection()
        let answer = try kept.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(answer.contains("\r\nConnection: keep-alive\r\n"))
        #expect(kept.isOpen)
    }

    @Test func headKeepsTheLengthAndDropsTheBody() throws {
        let connection = try TestConnection()
        #expect(
            try connection.exchange("HEAD /a HTTP/1.1\r\n\r\n")
                == "HTTP/1.1 200 OK\r\nContent-Length: 8\r\nContent-Type: text/plain\r\n\r\n")
    }

    @Test func continueIsSentWhenTheBodyIsHeldBack() throws {
        let connection = try TestConnection()
        let head = "POST / HTTP/1.1\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n"
        #expect(try connection.exchange(head) == "HTTP/1.1 100 Continue\r\n\r\n")
        #expect(try connection.exchange("h") == "")
        #expect(try connection.exchange("i").hasPrefix("HTTP/1.1 200 OK"))
        #expect(try connection.exchange(head + "hi").hasPrefix("HTTP/1.1 200 OK"))
    }

    @Test func continueIsNotSentInVain() throws {
        let old = try TestConnection()
        #expect(try old.exchange("POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n") == "")
        let large = try TestConnection()
        let answer = try large.exchange("POST / HTTP/1.1\r\nContent-Length: 99999\r\nExpect: 100-continue\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
    }

    @Test(arguments: [
        ("GET /\r\n\r\n", "400 Bad Request"),
        ("GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 17_000), "431 Request Header Fields Too Large"),
        ("GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\n\r\n", "414 URI Too Long"),
        ("POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", "413 Content Too Large"),
        ("GET / HTTP/3.0\r\n\r\n", "505 HTTP Version Not Supported"),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: br\r\n\r\n", "501 Not Implemented"),
    ])
    func whatIsNoRequestIsRefusedAndEndsTheConnection(_ input: String, _ status: String) throws {
        let connection = try TestConnection()
        let answer = try connection.exchange(input)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)\r\nContent-Length: "))
        #expect(answer.contains("\r\nConnection: close\r\n\r\n\(status)\n"))
        #expect(!connection.isOpen)
        #expect(connection.responder.requests.isEmpty)
    }

    @Test func requestsBeforeABadOneAreAnswered() throws {
        let connection = try TestConnection()
        let answer = try connection.exchange("GET /1 HTTP/1.1\r\n\r\nnonsense\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
        #expect(answer.contains("HTTP/1.1 400 Bad Request"))
    }

    @Test func anAnswerOfTheWrongLengthIsTakenBack() throws {
        let connection = try TestConnection()
        let answer = try connection.exchange("GET /short HTTP/1.1\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 500 "))
        #expect(!answer.contains("nine byte"))
        #expect(!connection.isOpen)
    }

    @Test func laterAnswersKeepTheOrder() throws {
        let connection = try TestConnection()
        #expect(try connection.exchange("GET /later1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n") == "")
        #expect(connection.responder.requests == ["GET /later1 "])
        connection.responder.promises[0].succeed(
            Response(.notFound, contentType: "text/html", body: ByteBuffer(string: "no"), order: .typeFirst))
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nno"))
        #expect(answer.hasSuffix("GET /2 "))
    }

    @Test func laterAnswerToHeadHasNoBody() throws {
        let connection = try TestConnection()
        try connection.receive("HEAD /later HTTP/1.1\r\n\r\n")
        connection.responder.promises[0].succeed(Response(.ok, contentType: "a/b", body: ByteBuffer(string: "body")))
        #expect(try connection.sent() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Type: a/b\r\n\r\n")
    }

    @Test func aFailedAnswerIsAPageAndNotTheEnd() throws {
        struct Broken: Error {}
        let connection = try TestConnection()
        try connection.receive("GET /later HTTP/1.1\r\n\r\n")
        connection.responder.promises[0].fail(Broken())
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 500 Internal Server Error\r\n"))
        #expect(!answer.contains("Broken"))
        #expect(connection.isOpen)
    }

    @Test func whilePendingOnlySoMuchIsRead() throws {
        let connection = try TestConnection()
        try connection.receive("GET /later HTTP/1.1\r\n\r\n")
        try connection.receive(String(repeating: "x", count: 60_000))
        #expect(connection.handler.isReading)
        try connection.receive(String(repeating: "x", count: 10_000))
        #expect(!connection.handler.isReading)
        connection.responder.promises[0].succeed(Response(.ok))
        #expect(try connection.sent().contains("HTTP/1.1 414 "))
    }

    @Test func aClientThatHasShutItsSendingSideGetsItsAnswers() throws {
        let connection = try TestConnection()
        try connection.receive("GET /later HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n")
        connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(connection.isOpen)
        connection.responder.promises[0].succeed(Response(.ok))
        #expect(try connection.sent().hasSuffix("GET /2 "))
        #expect(!connection.isOpen)
    }

    @Test func anAnswerAfterTheClientHasGoneIsDropped() throws {
        let connection = try TestConnection()
        try connection.receive("GET /later HTTP/1.1\r\n\r\n")
        try connection.channel.close().wait()
        connection.responder.promises[0].succeed(Response(.ok))
        #expect(try connection.sent() == "")
    }

    // MARK: time

    @Test func anIdleConnectionIsClosedWithoutAWord() throws {
        let connection = try TestConnection()
        connection.pass(.seconds(29))
        #expect(connection.isOpen)
        connection.pass(.seconds(2))
        #expect(try connection.sent() == "")
        #expect(!connection.isOpen)
    }

    @Test func anIdleTimeStartsWithEachAnswer() throws {
        let connection = try TestConnection()
        for _ in 0..<3 {
            connection.pass(.seconds(25))
            #expect(try connection.exchange("GET / HTTP/1.1\r\n\r\n") != "")
        }
        connection.pass(.seconds(31))
        #expect(!connection.isOpen)
    }

    /// However steadily it trickles, a request has one time-out, from its first byte.
    @Test(arguments: ["GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"])
    func aRequestThatTricklesIsRefused(_ start: String) throws {
        let connection = try TestConnection()
        try connection.receive(start)
        for _ in 0..<29 {
            connection.pass(.seconds(1))
            try connection.receive("x")
        }
        #expect(connection.isOpen)
        connection.pass(.seconds(2))
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains("Connection: close"))
        #expect(!connection.isOpen)
    }

    @Test func emptyLinesAreNoRequest() throws {
        let connection = try TestConnection()
        #expect(try connection.exchange("POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx\r\n") != "")
        connection.pass(.seconds(31))
        #expect(try connection.sent() == "")
        #expect(!connection.isOpen)
    }

    @Test func aPendingAnswerHasNoTimeOutOfTheWire() throws {
        let connection = try TestConnection()
        try connection.receive("GET /later HTTP/1.1\r\n\r\n")
        connection.pass(.minutes(10))
        #expect(connection.isOpen)
    }

    // MARK: stopping

    @Test func drainingClosesIdleConnectionsAndFinishesOthers() throws {
        let idle = try TestConnection()
        _ = try idle.exchange("GET / HTTP/1.1\r\n\r\n")
        let end = idle.loop.drain()
        #expect(!idle.isOpen)
        try end.wait()

        let pending = try TestConnection()
        try pending.receive("GET /later HTTP/1.1\r\n\r\n")
        _ = pending.loop.drain()
        #expect(pending.isOpen)
        pending.responder.promises[0].succeed(Response(.ok))
        #expect(try pending.sent().contains("Connection: close"))
        #expect(!pending.isOpen)

        let fresh = try TestConnection()
        _ = fresh.loop.drain()
        #expect(try fresh.exchange("GET / HTTP/1.1\r\n\r\n").contains("Connection: close"))
        #expect(!fresh.isOpen)
    }

    // MARK: admission

    @Test func aWaitingConnectionIsServedInItsTurnOrToldToTryAgain() throws {
        let admission = ConnectionAdmission(.init(served: 1, waiting: 2, refused: 1))
        let served = try TestConnection(admission: admission)
        let second = try TestConnection(admission: admission)
        let third = try TestConnection(admission: admission)
        #expect(admission.counts == (1, 2))
        #expect(!second.handler.isReading)

        let refused = try TestConnection(admission: admission)
        let answer = try refused.sent()
        #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(answer.contains("\r\nRetry-After: 1\r\n"))
        #expect(!refused.isOpen)

        try served.channel.close().wait()
        #expect(second.isOpen)
        #expect(second.handler.isReading)
        #expect(try second.exchange("GET / HTTP/1.1\r\n\r\n").hasPrefix("HTTP/1.1 200 OK"))
        third.pass(TimeAmount.seconds(6))
        #expect(try third.sent().contains("Retry-After"))
        #expect(!third.isOpen)
        try second.channel.close().wait()
        #expect(admission.counts == (0, 0))
        #expect(try TestConnection(admission: admission).exchange("GET / HTTP/1.1\r\n\r\n") != "")
    }
}
