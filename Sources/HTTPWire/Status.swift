/// A response's status code and reason phrase (RFC 9112 §4).
public struct Status: Hashable, Sendable {
    /// 100…999.
    public let code: Int
    /// May be empty.
    public let reason: String

    public init(_ code: Int, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    public static let ok = Status(200, "OK")
    public static let noContent = Status(204, "No Content")
    public static let badRequest = Status(400, "Bad Request")
    public static let unauthorized = Status(401, "Unauthorized")
    public static let forbidden = Status(403, "Forbidden")
    public static let notFound = Status(404, "Not Found")
    public static let requestTimeout = Status(408, "Request Timeout")
    public static let conflict = Status(409, "Conflict")
    public static let contentTooLarge = Status(413, "Content Too Large")
    public static let uriTooLong = Status(414, "URI Too Long")
    public static let tooManyRequests = Status(429, "Too Many Requests")
    public static let headerFieldsTooLarge = Status(431, "Request Header Fields Too Large")
    public static let internalServerError = Status(500, "Internal Server Error")
    public static let notImplemented = Status(501, "Not Implemented")
    public static let badGateway = Status(502, "Bad Gateway")
    public static let serviceUnavailable = Status(503, "Service Unavailable")
    public static let gatewayTimeout = Status(504, "Gateway Timeout")
    public static let versionNotSupported = Status(505, "HTTP Version Not Supported")

    /// Whether a response with this status never has a body, whatever its fields say (RFC 9110 §6.4.1).
    var isBodiless: Bool { code == 204 || code == 304 || code < 200 }
}

extension Status: CustomStringConvertible {
    public var description: String { "\(code) \(reason)" }
}
