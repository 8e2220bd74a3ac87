import Crypto
import InstanceModel

/// The secrets under which a caller may sign instance ids: the one we sign with, then any that are still accepted
/// while a new one is being rolled out.
///
/// Contract nova.md §2.2: HMAC-SHA256, key = secret in UTF-8, message = instance id, 64 lower-case hexadecimal digits.
public struct SharedSecrets: Sendable {
    /// Two SHA-256 states that the key has already entered; copying them spares the key schedule for each request.
    private struct Keyed: Sendable {
        private let inner: SHA256
        private let outer: SHA256

        init(_ secret: String) {
            var key = [UInt8](secret.utf8)
            if key.count > SHA256.blockByteCount { key = [UInt8](SHA256.hash(data: key)) }
            key += repeatElement(0, count: SHA256.blockByteCount - key.count)
            self.inner = Self.state(key, 0x36)
            self.outer = Self.state(key, 0x5C)
        }

        private static func state(_ key: [UInt8], _ pad: UInt8) -> SHA256 {
            var hash = SHA256()
            hash.update(data: key.map { $0 ^ pad })
            return hash
        }

        func code(for message: UnsafeRawBufferPointer) -> SHA256Digest {
            var inner = inner
            inner.update(bufferPointer: message)
            var outer = outer
            inner.finalize().withUnsafeBytes { outer.update(bufferPointer: $0) }
            return outer.finalize()
        }
    }

    private let secrets: [Keyed]

    /// - Parameters:
    ///   - current: signs, and is accepted. May be empty, as in Nova: then anyone can sign (contract §11.2 no. 8).
    ///   - alsoAccepted: secrets of callers that have not been changed yet.
    public init(current: String, alsoAccepted: [String] = []) {
        self.secrets = ([current] + alsoAccepted).map(Keyed.init)
    }

    /// The signature of `message` under the current secret.
    public func signature(of message: String) -> String {
        var message = message
        let code = message.withUTF8 { secrets[0].code(for: UnsafeRawBufferPointer($0)) }
        return String(decoding: Self.hexadecimal(code), as: UTF8.self)
    }

    /// The signatures of an instance's id in its canonical spelling, under each secret.
    public func expectedSignature(of id: InstanceID) -> ExpectedSignature {
        var message = id.description
        return ExpectedSignature(
            message.withUTF8 { message in
                secrets.flatMap { Self.hexadecimal($0.code(for: UnsafeRawBufferPointer(message))) }
            })
    }

    /// Whether `signature` is that of `message` under any of the secrets. Takes the same time wherever they differ.
    ///
    /// `message` is the header's octets, which Nova reads as Latin-1 and signs as UTF-8.
    public func accept(signature: UnsafeRawBufferPointer, of message: UnsafeRawBufferPointer) -> Bool {
        guard signature.count == 2 * SHA256.byteCount else { return false }
        guard message.allSatisfy({ $0 < 0x80 }) else {
            let utf8 = Array(String(String.UnicodeScalarView(message.map { Unicode.Scalar($0) })).utf8)
            return utf8.withUnsafeBytes { match(signature, $0) }
        }
        return match(signature, message)
    }

    private func match(_ signature: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer) -> Bool {
        var accepted = false
        for secret in secrets where Self.equal(secret.code(for: message), signature) { accepted = true }
        return accepted
    }

    private static func equal(_ code: SHA256Digest, _ signature: UnsafeRawBufferPointer) -> Bool {
        code.withUnsafeBytes { code in
            var difference: UInt8 = 0
            for index in 0..<SHA256.byteCount {
                difference |= hexDigit(code[index] >> 4) ^ signature[2 * index]
                difference |= hexDigit(code[index] & 0xF) ^ signature[2 * index + 1]
            }
            return difference == 0
        }
    }

    private static func hexadecimal(_ code: SHA256Digest) -> [UInt8] {
        code.flatMap { [hexDigit($0 >> 4), hexDigit($0 & 0xF)] }
    }

    @inline(__always)
    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
    }
}

extension SharedSecrets: CustomStringConvertible, CustomReflectable {
    /// How many; never what.
    public var description: String { "\(secrets.count) shared secret(s)" }
    public var customMirror: Mirror { Mirror(self, children: ["count": secrets.count]) }
}
