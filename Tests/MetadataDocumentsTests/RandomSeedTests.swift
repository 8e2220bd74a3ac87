import Testing

@testable import MetadataDocuments

struct RandomSeedTests {
    @Test func valuesAreNewAndOfTheRightLength() {
        let seed = RandomSeed.counting()
        let values = (0..<100).map { _ in seed.draw().withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
        #expect(Set(values).count == 100)
        for (number, value) in values.enumerated() {
            let octets = [UInt8](repeating: UInt8(number), count: 512)
            #expect(value == String(decoding: Base64.encode(octets), as: UTF8.self))
            #expect(value.utf8.count == 684)
        }
    }

    @Test func valuesOutliveLaterOnes() {
        let seed = RandomSeed.counting()
        let first = seed.draw()
        for _ in 0..<100 { _ = seed.draw() }
        #expect(first.withUnsafeBytes { $0.allSatisfy { $0 == UInt8(ascii: "A") || $0 == UInt8(ascii: "=") } })
    }

    /// The vectors of RFC 4648 §10, and the two last digits of the alphabet.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"), ("~~~???", "fn5+Pz8/"),
    ])
    func base64(_ text: String, encoded: String) {
        #expect(String(decoding: Base64.encode(Array(text.utf8)), as: UTF8.self) == encoded)
    }
}
