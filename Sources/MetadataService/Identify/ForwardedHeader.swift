import HTTPWire

/// The client address that a proxy in front of us names, read as Nova's middleware reads it (contract nova.md §1.2):
/// `for=` of the first element of `Forwarded`, else the whole of `X-Forwarded-For`, both raw.
enum ForwardedHeader {
    static func client(of request: borrowing Request) -> String? {
        guard let forwarded = request.header(.forwarded).text else { return request.header(.forwardedFor).text }
        let first = forwarded.prefix { $0 != "," }
        for pair in first.split(separator: ";") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0].trimmingSpaces.lowercased() == "for" {
                return String(parts[1].trimmingSpaces)
            }
        }
        return nil
    }
}

extension Substring {
    fileprivate var trimmingSpaces: Substring {
        var trimmed = drop { $0 == " " }
        while trimmed.last == " " { trimmed.removeLast() }
        return trimmed
    }
}
