import InstanceModel

/// The path inside a request target, brought to its normal form (contract nova.md §3.1).
enum RoutePath {
    /// Calls `body` with the normal path: decoded, empty or beginning with a slash, without empty, `.` and `..`
    /// segments. Nil when the path is not UTF-8 or does not begin with a slash.
    ///
    /// A path that is normal already, as nearly all are, is handed on without a copy.
    static func withNormalPath<Result>(
        of target: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result? {
        let start = originFormStart(target)
        let (end, isNormal) = scan(target, from: start)
        let path = UnsafeRawBufferPointer(rebasing: target[start..<end])
        guard path.isEmpty || path[0] == UInt8(ascii: "/") else { return nil }
        if isNormal { return body(path) }
        let decoded = percentDecoded(path)
        guard String(validating: decoded, as: UTF8.self) != nil else { return nil }
        return resolved(decoded).withUnsafeBytes(body)
    }

    /// Where the path begins: after scheme and authority of an absolute-form target (RFC 9112 §3.2.2).
    private static func originFormStart(_ target: UnsafeRawBufferPointer) -> Int {
        guard let schemeEnd = schemeCount(target) else { return 0 }
        return target[schemeEnd...].firstIndex { isDelimiter($0) || $0 == UInt8(ascii: "/") } ?? target.count
    }

    /// The length of a leading `http://` or `https://`, in any case.
    private static func schemeCount(_ target: UnsafeRawBufferPointer) -> Int? {
        guard let first = target.first, first | 0x20 == UInt8(ascii: "h") else { return nil }
        let schemes: [StaticString] = ["http://", "https://"]
        return schemes.first { scheme in
            scheme.withUTF8Buffer { $0.elementsEqual(target.prefix($0.count)) { $0 == $1 | 0x20 || $0 == $1 } }
        }?.utf8CodeUnitCount
    }

    /// Where the path ends, before query and fragment, and whether it needs no further work.
    private static func scan(_ target: UnsafeRawBufferPointer, from start: Int) -> (end: Int, isNormal: Bool) {
        var isNormal = true
        var previous: UInt8 = 0
        for index in start..<target.count {
            let byte = target[index]
            defer { previous = byte }
            // Letters, `_` and `~`, nearly everything in a path, mean nothing here: the marks have lower codes.
            if byte >= 0x40, byte < 0x80 { continue }
            if isDelimiter(byte) { return (index, isNormal) }
            let afterSlash = previous == UInt8(ascii: "/")
            if byte == UInt8(ascii: "%") || byte >= 0x80 { isNormal = false }
            if afterSlash, byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") { isNormal = false }
        }
        return (target.count, isNormal)
    }

    private static func isDelimiter(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#")
    }

    /// Decodes once. An escape cut off by the path's end is dropped; one with a digit that is none stays as it is.
    private static func percentDecoded(_ path: UnsafeRawBufferPointer) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(path.count)
        var index = 0
        while index < path.count {
            let byte = path[index]
            index += 1
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard index + 1 < path.count else { break }
            if let high = hexDigitValue(path[index]), let low = hexDigitValue(path[index + 1]) {
                decoded.append(high << 4 | low)
                index += 2
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }

    /// POSIX normalisation: `..` removes the segment before it and cannot climb above `/`.
    private static func resolved(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for segment in path.split(separator: UInt8(ascii: "/")) {
            if segment.elementsEqual(".".utf8) { continue }
            if segment.elementsEqual("..".utf8) {
                result.removeSubrange((result.lastIndex(of: UInt8(ascii: "/")) ?? 0)...)
            } else {
                result.append(UInt8(ascii: "/"))
                result += segment
            }
        }
        return result.isEmpty ? [UInt8(ascii: "/")] : result
    }
}

/// The segments of a normal path, one after the other, without copies.
struct PathSegments {
    private var rest: UnsafeRawBufferPointer

    /// - Parameter path: begins with a slash; one more at the end makes no difference.
    init(_ path: UnsafeRawBufferPointer) {
        rest = UnsafeRawBufferPointer(rebasing: path.dropFirst())
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func next() -> UnsafeRawBufferPointer? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.count
        defer { rest = UnsafeRawBufferPointer(rebasing: rest[min(end + 1, rest.count)...]) }
        return UnsafeRawBufferPointer(rebasing: rest[..<end])
    }
}

extension UnsafeRawBufferPointer {
    /// Compared byte by byte; routes are made of this, so it does without closures and iterators.
    func equals(_ name: StaticString) -> Bool {
        guard name.utf8CodeUnitCount == count else { return false }
        let expected = name.utf8Start
        for index in 0..<count where self[index] != expected[index] { return false }
        return true
    }
}
