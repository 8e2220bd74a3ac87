import Foundation

/// Addresses as they are sent and as they are shown.
enum URLText {
    /// The most octets of an address that goes out: servers and proxies commonly take 8192 for the whole request line.
    static let limit = 8000
    /// The most characters of an address in a message.
    private static let shownLimit = 200

    /// `name=value` joined with `&`. Everything but RFC 3986's unreserved characters is percent-encoded, so that
    /// `fixed_ips` takes the form of contract nova.md §2.3: `fixed_ips=ip_address%3D10.0.0.5`.
    static func query(_ items: [URLQueryItem]) -> String {
        items.map { "\(encode($0.name))=\(encode($0.value ?? ""))" }.joined(separator: "&")
    }

    static func encode(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// `url` for a message: without user and password, cut where it is long.
    static func shown(_ url: String) -> String {
        var text = url
        if let scheme = url.range(of: "://") {
            let rest = url[scheme.upperBound...]
            let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
            if let at = authority.lastIndex(of: "@") {
                text = String(url[..<scheme.upperBound] + rest[rest.index(after: at)...])
            }
        }
        return text.count > shownLimit ? "\(text.prefix(shownLimit))…" : text
    }

    /// `url` without slashes at its end.
    static func trimmed(_ url: String) -> String {
        var text = url[...]
        while text.last == "/" { text.removeLast() }
        return String(text)
    }
}
