import Identification
import Testing

@Suite struct SharedSecretsTests {
    private let id = "32d0524b-314d-4594-b3a3-607e3f2354f8"

    private func accept(_ secrets: SharedSecrets, _ signature: String, of message: [UInt8]) -> Bool {
        Array(signature.utf8).withUnsafeBytes { signature in
            message.withUnsafeBytes { secrets.accept(signature: signature, of: $0) }
        }
    }

    @Test func signsAsNovaDoes() {
        let secrets = SharedSecrets(current: "deadbeef2eb84d8d")
        #expect(secrets.signature(of: id) == "6bcbe3885ae7efc49cef35b438efe29c95501f4a720a0c53ed000d8fcf04a605")
    }

    @Test(arguments: [("", ""), ("key", "The quick brown fox"), (String(repeating: "k", count: 65), "m"), ("clé", "é")])
    func acceptsItsOwnSignatures(secret: String, message: String) {
        let secrets = SharedSecrets(current: secret)
        let latin1OrUTF8 = message.unicodeScalars.map { UInt8($0.value) }
        #expect(accept(secrets, secrets.signature(of: message), of: latin1OrUTF8))
    }

    /// RFC 4231 test case 6: a key longer than a block is hashed first.
    @Test func hashesLongKeys() {
        let secrets = SharedSecrets(current: String(repeating: "\u{2A}", count: 131))
        let other = SharedSecrets(current: String(repeating: "\u{2A}", count: 130))
        #expect(secrets.signature(of: "x") != other.signature(of: "x"))
        #expect(
            SharedSecrets(current: "key").signature(of: "The quick brown fox jumps over the lazy dog")
                == "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8")
    }

    @Test func refusesEveryOtherSignature() {
        let secrets = SharedSecrets(current: "deadbeef2eb84d8d")
        let good = secrets.signature(of: id)
        let message = Array(id.utf8)
        #expect(!accept(secrets, good.uppercased(), of: message))
        #expect(!accept(secrets, "", of: message))
        #expect(!accept(secrets, good + "0", of: message))
        #expect(!accept(secrets, String(good.dropLast()), of: message))
        for index in 0..<64 {
            var changed = Array(good.utf8)
            changed[index] = changed[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            #expect(!accept(secrets, String(decoding: changed, as: UTF8.self), of: message))
        }
    }

    @Test func acceptsBothSecretsDuringRotation() {
        let old = SharedSecrets(current: "old")
        let new = SharedSecrets(current: "new")
        let both = SharedSecrets(current: "new", alsoAccepted: ["old"])
        let message = Array(id.utf8)
        #expect(accept(both, old.signature(of: id), of: message))
        #expect(accept(both, new.signature(of: id), of: message))
        #expect(both.signature(of: id) == new.signature(of: id))
        #expect(!accept(both, SharedSecrets(current: "other").signature(of: id), of: message))
    }

    @Test func neverPrintsASecret() {
        let secrets = SharedSecrets(current: "deadbeef2eb84d8d", alsoAccepted: ["s3cret"])
        for text in [
            "\(secrets)", String(reflecting: secrets),
            String(describing: Mirror(reflecting: secrets).children.map(\.value)),
        ] {
            #expect(!text.contains("deadbeef") && !text.contains("s3cret"))
        }
    }
}
