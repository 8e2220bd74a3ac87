/// The OpenStack tree: the one table of its files, from which routes and listings follow (contract nova.md §5).
enum OpenStackTree {
    private struct File: Sendable {
        let name: StaticString
        /// The first version that lists it.
        let listedSince: OpenStackVersion
        /// The first version that serves it.
        let servedSince: OpenStackVersion
        let route: @Sendable (OpenStackVersion) -> Route
        /// Listed for instances with user data only.
        var isUserData = false
    }

    /// Contract nova.md §5.2, in the order of a listing, which Nova does not sort.
    private static let files = [
        File(name: "meta_data.json", listedSince: .v2012_08_10, servedSince: .v2012_08_10, route: Route.metaData),
        File(
            name: "user_data", listedSince: .v2012_08_10, servedSince: .v2012_08_10, route: { _ in .userData },
            isUserData: true),
        File(name: "password", listedSince: .v2013_04_04, servedSince: .v2013_04_04, route: { _ in .password }),
        File(
            name: "vendor_data.json", listedSince: .v2013_10_17, servedSince: .v2013_10_17,
            route: { _ in .vendorData }),
        File(
            name: "network_data.json", listedSince: .v2015_10_15, servedSince: .v2012_08_10,
            route: { _ in .networkData }),
        File(
            name: "vendor_data2.json", listedSince: .v2016_10_06, servedSince: .v2016_10_06,
            route: { _ in .vendorData2 }),
    ]

    /// What `/openstack/<version>` shows.
    static func listing(_ version: OpenStackVersion, hasUserData: Bool) -> [UInt8] {
        listings[version.rawValue][hasUserData ? 1 : 0]
    }

    private static let listings = OpenStackVersion.allCases.map { version in
        [false, true].map { hasUserData in
            lines(files.filter { $0.listedSince <= version && (hasUserData || !$0.isUserData) }.map(\.name))
        }
    }

    /// The route of `/openstack` and the segments that follow it.
    static func route(_ segments: inout PathSegments) -> Route {
        guard let first = segments.next() else { return .openStackVersions }
        if first.equals("content") {
            let isNetwork = segments.next()?.equals("0000") ?? false
            return isNetwork && segments.isAtEnd ? .injectedNetwork : .unknown
        }
        guard let version = OpenStackVersion(first) else { return .unknown }
        guard let name = segments.next() else { return .openStackFiles(version) }
        guard segments.isAtEnd else { return .unknown }
        if name.equals("version") { return .openStackFiles(version) }
        guard let file = files.first(where: { name.equals($0.name) }), file.servedSince <= version else {
            return .unknown
        }
        return file.route(version)
    }
}
