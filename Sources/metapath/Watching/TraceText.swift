/// A request as one line for people; numbers first, so that they stand below each other.
enum TraceText {
    static let header =
        "TIME UTC      STATUS     BYTES  ARRIVE IDENTIFY   ANSWER    TOTAL µs  WHERE, PEER, INSTANCE, REQUEST"

    static func line(_ request: TracedRequest) -> String {
        let answer = request.answer
        let times = [(request.arrive.ns, 7), (request.identify.ns, 8), (answer.ns, 8), (request.ns, 8)]
            .map { right($0.0.map(microseconds) ?? "-", $0.1) }.joined(separator: " ")
        let numbers = [
            String(request.time.dropFirst(11).prefix(12)).padded(12),
            Terminal.coloured(right("\(answer.status)", 7), colour(of: answer.status)), right("\(answer.bytes)", 9),
            times,
        ].joined(separator: " ")
        return numbers + "     " + words(request)
    }

    static func dropped(_ count: Int) -> String {
        Terminal.coloured("\(count) requests are not shown: more passed than could be written here", .yellow)
    }

    static func colour(of status: Int) -> Terminal.Colour {
        status < 400 ? .green : status < 500 ? .yellow : .red
    }

    private static func words(_ request: TracedRequest) -> String {
        let place = request.arrive.scope ?? request.arrive.listener
        let request = [
            place, request.arrive.peer ?? "-", who(request.identify), request.answer.method, request.answer.path,
        ]
        return request.map(Terminal.printable).joined(separator: "  ")
    }

    private static func who(_ identify: TracedRequest.Identification) -> String {
        guard let instance = identify.instance else { return identify.reason.map { "nobody: \($0)" } ?? "-" }
        return identify.name.map { "\($0) (\(instance))" } ?? instance
    }

    private static func microseconds(_ nanoseconds: Int) -> String {
        "\(nanoseconds / 1000).\(nanoseconds / 100 % 10)"
    }

    private static func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}

extension String {
    /// With spaces behind it, up to this many characters.
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
