/// A version of the OpenStack tree, oldest first. `latest` is the newest, even if it lies in the future
/// (contract nova.md §3.2).
public enum OpenStackVersion: Int, Sendable, Comparable, CaseIterable {
    case v2012_08_10, v2013_04_04, v2013_10_17, v2015_10_15, v2016_06_30, v2016_10_06, v2017_02_22, v2018_08_27
    case v2020_10_14, v2025_04_04

    public static let latest = OpenStackVersion.v2025_04_04

    public var name: StaticString {
        switch self {
        case .v2012_08_10: "2012-08-10"
        case .v2013_04_04: "2013-04-04"
        case .v2013_10_17: "2013-10-17"
        case .v2015_10_15: "2015-10-15"
        case .v2016_06_30: "2016-06-30"
        case .v2016_10_06: "2016-10-06"
        case .v2017_02_22: "2017-02-22"
        case .v2018_08_27: "2018-08-27"
        case .v2020_10_14: "2020-10-14"
        case .v2025_04_04: "2025-04-04"
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

    /// What `/openstack` shows on the day `today`, a date as `YYYY-MM-DD`.
    static func listing(today: String) -> [UInt8] {
        listings[(0..<count).last { names[$0] <= today }.map { $0 + 1 } ?? 0]
    }

    /// The listing of the first so many versions, by their number.
    private static let listings = (0...count).map { lines(allCases.prefix($0).map(\.name) + ["latest"]) }
    private static let names = allCases.map(\.name.description)
    private static let count = allCases.count
}
