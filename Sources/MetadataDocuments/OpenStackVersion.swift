/// A version of the OpenStack tree, oldest first (contract nova.md §5.1). One with a future date is not listed, but
/// served, also as `latest`.
public enum OpenStackVersion: Int, TreeVersion {
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

    /// What `/openstack` shows on the day `today`, a date as `YYYY-MM-DD`.
    static func listing(today: String) -> [UInt8] {
        listings[names.lastIndex { $0 <= today }.map { $0 + 1 } ?? 0]
    }

    /// By the number of versions that have come.
    private static let listings = (0...allCases.count).map(listing(ofOldest:))
    private static let names = allCases.map(\.name.description)
}
