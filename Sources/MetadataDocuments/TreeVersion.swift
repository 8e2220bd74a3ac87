/// The versions of one of the two trees, oldest first: raw values count from 0.
public protocol TreeVersion: RawRepresentable<Int>, CaseIterable, Comparable, Sendable {
    /// The newest version, which `latest` in a path stands for.
    static var latest: Self { get }
    /// The version's directory.
    var name: StaticString { get }
}

extension TreeVersion {
    /// The version with this name, or `latest`.
    init?(_ segment: UnsafeRawBufferPointer) {
        if segment.equals("latest") {
            self = Self.latest
            return
        }
        for rawValue in 0...Self.latest.rawValue {
            guard let version = Self(rawValue: rawValue), segment.equals(version.name) else { continue }
            self = version
            return
        }
        return nil
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }

    /// A directory of the oldest versions, that many, and `latest`.
    static func listing(ofOldest count: Int) -> [UInt8] {
        lines(allCases.prefix(count).map(\.name) + ["latest"])
    }
}

/// A directory's text: one name per line, no newline at the end (contract nova.md §3.3).
func lines(_ names: [StaticString]) -> [UInt8] {
    Array(names.map(\.description).joined(separator: "\n").utf8)
}
