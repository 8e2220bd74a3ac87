import Foundation
import Testing

@testable import OpenStackAPI

/// What is sent to Keystone (Identity API v3, `POST /v3/auth/tokens`).
struct KeystoneCredentialsTests {
    private func body(_ method: KeystoneCredentials.Method, _ scope: KeystoneCredentials.Scope) throws -> NSDictionary {
        let credentials = KeystoneCredentials(authURL: "http://keystone/v3", method: method, scope: scope)
        return try #require(try JSONSerialization.jsonObject(with: credentials.requestBody()) as? NSDictionary)
    }

    private let user = KeystoneCredentials.Subject(name: "nova", domain: .init(name: "Default"))

    @Test func aPasswordIsSentWithItsUserAndTheProject() throws {
        let sent = try body(
            .password(user: user, password: "p"), .project(.init(name: "service", domain: .init(id: "d"))))
        let expected: NSDictionary = [
            "auth": [
                "identity": [
                    "methods": ["password"],
                    "password": ["user": ["name": "nova", "domain": ["name": "Default"], "password": "p"]],
                ],
                "scope": ["project": ["name": "service", "domain": ["id": "d"]]],
            ]
        ]
        #expect(sent == expected)
    }

    @Test func anApplicationCredentialHasNoScopeOfItsOwn() throws {
        let sent = try body(.applicationCredential(.init(id: "c1"), user: nil, secret: "s"), .none)
        let expected: NSDictionary = [
            "auth": [
                "identity": [
                    "methods": ["application_credential"], "application_credential": ["id": "c1", "secret": "s"],
                ]
            ]
        ]
        #expect(sent == expected)
    }

    @Test(
        arguments: [
            ("http://k:5000", "http://k:5000/v3/auth/tokens"),
            ("http://k:5000/v3/", "http://k:5000/v3/auth/tokens"),
            ("https://k/identity/v2.0", "https://k/identity/v3/auth/tokens"),
        ])
    func tokensAreAskedForBelowVersion3(_ address: String, _ expected: String) {
        let credentials = KeystoneCredentials(
            authURL: address, method: .password(user: user, password: ""), scope: .none)
        #expect(credentials.tokensURL == expected)
    }

    @Test func aTokenIsReplacedBeforeItEnds() throws {
        let body = Data(#"{"token": {"expires_at": "2026-01-01T00:01:00.000000Z"}}"#.utf8)
        let token = try KeystoneToken(id: "t", body: body)
        let end = try Date("2026-01-01T00:01:00Z", strategy: .iso8601)
        #expect(token.isUsable(at: end.addingTimeInterval(-60)))
        #expect(!token.isUsable(at: end.addingTimeInterval(-20)))
    }
}
