import Crypto
import Foundation

/// Shows whether two secrets are equal, and nothing else: an HMAC under a key that lives as long as one run.
///
/// Eight digits of a hash alone would let a short secret be guessed by trying; without the key they do not.
struct Fingerprint: Sendable {
    private let key = SymmetricKey(size: .bits256)

    func callAsFunction(_ secret: SecretText) -> String {
        guard !secret.value.isEmpty else { return "empty" }
        let code = HMAC<SHA256>.authenticationCode(for: Data(secret.value.utf8), using: key)
        return code.prefix(4).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }

    static let ofThisRun = Fingerprint()
}
