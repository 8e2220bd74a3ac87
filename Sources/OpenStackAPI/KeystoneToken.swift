import Foundation

/// What Keystone issued.
struct KeystoneToken: Sendable {
    /// Replaced this long before its end, so that no request is on its way when it ends.
    private static let margin: TimeInterval = 30

    /// The value of `X-Auth-Token`.
    let id: String
    let expires: Date
    /// Empty where the token is for no project: Keystone then lists no services.
    let catalogue: ServiceCatalogue

    func isUsable(at time: Date) -> Bool {
        time < expires.addingTimeInterval(-Self.margin)
    }

    /// - Parameters:
    ///   - id: the answer's `X-Subject-Token`.
    ///   - body: the answer's JSON.
    /// - Throws: `DecodingError` where there is no `token.expires_at` that is a time, or the catalogue is malformed.
    init(id: String, body: Data) throws {
        struct Answer: Decodable {
            struct Token: Decodable {
                var expires_at: String
                var catalog: ServiceCatalogue?
            }
            var token: Token
        }
        let token = try JSONDecoder().decode(Answer.self, from: body).token
        guard let expires = Self.time(token.expires_at) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: [],
                    debugDescription: "token.expires_at: expected a time in UTC, found “\(token.expires_at)”"))
        }
        self.id = id
        self.expires = expires
        self.catalogue = token.catalog ?? ServiceCatalogue(services: [])
    }

    /// Keystone writes microseconds, other implementations whole seconds.
    private static func time(_ text: String) -> Date? {
        let whole = text.prefix(while: { $0 != "." && $0 != "Z" && $0 != "+" })
        return try? Date.ISO8601FormatStyle().parse("\(whole)Z")
    }
}
