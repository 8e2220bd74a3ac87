/// A version of the EC2-compatible tree, oldest first (contract nova.md §3.2).
public enum EC2Version: Int, TreeVersion {
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

    /// What `/` shows.
    static let listing = listing(ofOldest: allCases.count)
}
