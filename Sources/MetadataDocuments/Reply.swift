/// An answer, ready for the wire except for its framing. Holds references to rendered bytes, never copies of them.
public struct Reply: Sendable {
    /// The values of `Content-Type` that Nova sends (contract nova.md §3.3).
    public enum ContentType: Sendable, Equatable, CaseIterable {
        case plainText, html, json

        public var headerValue: StaticString {
            switch self {
            case .plainText: "text/plain; charset=UTF-8"
            case .html: "text/html; charset=UTF-8"
            case .json: "application/json"
            }
        }
    }

    public enum Body: Sendable {
        case none
        case bytes(ByteSlice)
        case metaData(MetaDataDocument)
    }

    /// HTTP status code.
    public var status: Int
    /// Nil: the header is left out.
    public var contentType: ContentType?
    /// Whether `Content-Type` goes before `Content-Length` instead of after it.
    public var headersTypeFirst: Bool
    /// What a GET gets. A HEAD sends the headers of it only.
    public var body: Body

    public init(
        status: Int = 200, contentType: ContentType? = .plainText, headersTypeFirst: Bool = false, body: Body = .none
    ) {
        self.status = status
        self.contentType = contentType
        self.headersTypeFirst = headersTypeFirst
        self.body = body
    }

    public init(plainText: [UInt8]) {
        self.init(.plainText, plainText)
    }

    init(_ contentType: ContentType = .plainText, _ bytes: [UInt8]) {
        self.init(contentType: contentType, body: .bytes(ByteSlice(bytes)))
    }

    /// The status line's phrase.
    public var reason: StaticString { Self.reason(of: status) }

    /// Octets of the body: the value of `Content-Length`.
    public var bodyCount: Int {
        switch body {
        case .none: 0
        case .bytes(let slice): slice.count
        case .metaData(let document): document.count
        }
    }

    /// The body's bytes, in order, in one or more pieces. A pointer is valid during its call only.
    public func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
        switch self.body {
        case .none: break
        case .bytes(let slice): slice.withUnsafeBytes(body)
        case .metaData(let document): document.forEachPiece(body)
        }
    }
}

extension Reply {
    /// The answer to `/`, which needs no identification (contract nova.md §2.1).
    public static let root = Reply(.plainText, EC2Version.listing)

    /// The answer to a POST that stored the password (contract nova.md §7).
    public static let passwordStored = Reply(contentType: .html, headersTypeFirst: true)

    /// The answer to OPTIONS in place of any error (contract nova.md §1.2).
    public static let optionsInsteadOfError = Reply(contentType: nil)

    /// The phrase for a status code; `Unknown` for codes that this program does not send.
    static func reason(of status: Int) -> StaticString {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 411: "Length Required"
        case 413: "Request Entity Too Large"
        case 414: "Request URI Too Long"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }
}
