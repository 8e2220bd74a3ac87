/// A version of the EC2-compatible tree, oldest first. `latest` is the newest (contract nova.md §3.2).
public enum EC2Version: Int, Sendable, Comparable, CaseIterable {
    case v1_0, v2007_01_19, v2007_03_01, v2007_08_29, v2007_10_10, v2007_12_15, v2008_02_01, v2008_09_01, v2009_04_04

    public static let latest = EC2Version.v2009_04_04

    public var name: StaticString {
        switch self {
        case .v1_0: "1.0"
        case .v2007_01_19: "2007-01-19"
        case .v2007_03_01: "2007-03-01"
        case .v2007_08_29: "2007-08-29"
        case .v2007_10_10: "2007-10-10"
        case .v2007_12_15: "2007-12-15"
        case .v2008_02_01: "2008-02-01"
        case .v2008_09_01: "2008-09-01"
        case .v2009_04_04: "2009-04-04"
        }
    }

    /// The version with this name, or `latest`.
    init?(_ segment: UnsafeRawBufferPointer) {
        if segment.equals("latest") {
            self = .latest
            return
        }
        guard let index = (0..<Self.count).first(where: { Self(rawValue: $0).map { segment.equals($0.name) } ?? false })
        else { return nil }
        self.init(rawValue: index)
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.rawValue < right.rawValue
    }

    /// What `/` shows.
    static let listing = lines(allCases.map(\.name) + ["latest"])

    private static let count = allCases.count
}

/// A directory's text: one name per line, no newline at the end (contract nova.md §3.3).
func lines(_ names: [StaticString]) -> [UInt8] {
    Array(names.map(\.description).joined(separator: "\n").utf8)
}
