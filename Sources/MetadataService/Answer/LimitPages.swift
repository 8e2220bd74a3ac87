import HTTPWire
import NIOCore

/// What a guest gets that has asked too often, prepared for each number of seconds that it may be told to wait.
struct LimitPages: Sendable {
    /// A longer wait is told as this: the limit may be another by then, or we.
    private static let longestWait = 60

    private let pages: [Response]

    private init(_ page: (_ seconds: Int) -> Response) {
        pages = (1...Self.longestWait).map(page)
    }

    /// - Parameter wait: milliseconds until there is room for a request.
    func page(after wait: Int64) -> Response {
        let seconds = Int(clamping: (wait + 999) / 1000)
        return pages[min(max(seconds, 1), Self.longestWait) - 1]
    }

    /// For our own limit: cloud-init waits as told by a 503, not by a 429.
    static let unavailable = LimitPages(ErrorAnswer.tooManyRequests)

    /// For the limits of Neutron's options: what its haproxies answer (contract neutron.md §2.1), and when to try again.
    static let tooManyRequests = LimitPages { seconds in
        let text = "You have sent too many requests in a given amount of time."
        var fields = HeaderFields()
        fields.append("Cache-Control", "no-cache")
        fields.append("Content-Type", "text/html")
        fields.append("Retry-After", String(seconds))
        let body = "<html><body><h1>429 Too Many Requests</h1>\n\(text)\n</body></html>\n"
        return Response(.tooManyRequests, fields: fields, body: ByteBuffer(string: body))
    }
}
