/// What a request asks for: derived once from the request target, the same for every instance (contract nova.md §3).
///
/// A route says that a path exists under its version, not that the instance has something there.
public enum Route: Sendable, Equatable {
    /// `/`: EC2's versions, answered before identification with ``Reply/root``.
    case root
    /// `/ec2`, or a target without a path: the same list, after identification.
    case ec2Versions
    /// `/<version>`: `meta-data/` and `user-data`.
    case ec2Contents
    /// `/<version>/meta-data`.
    case ec2MetaData(EC2Version)
    /// Below `/<version>/meta-data`, already checked against the version.
    case ec2(EC2Item)
    /// `user-data` in the EC2 tree and `user_data` in the OpenStack tree, any version.
    case userData
    /// `/openstack`.
    case openStackVersions
    /// `/openstack/<version>`.
    case openStackFiles(OpenStackVersion)
    case metaData(OpenStackVersion)
    case networkData
    /// Exists from 2013-10-17.
    case vendorData
    /// Exists from 2016-10-06.
    case vendorData2
    /// Exists from 2013-04-04; the only path where methods differ (contract nova.md §7).
    case password
    /// `/openstack/content/0000`.
    case injectedNetwork
    /// Nothing in any instance: 404. Also paths on which Nova fails (contract nova.md §11.1): those that are not UTF-8
    /// or do not begin with a slash, and those that go on below a leaf.
    case unknown

    /// - Parameter target: the request target as received: a path with an optional query, or an absolute URI.
    ///   Allocates nothing unless the path has escapes, octets beyond ASCII, or empty or dot segments.
    public init(target: UnsafeRawBufferPointer) {
        self = RoutePath.withNormalPath(of: target, Self.init(normalPath:)) ?? .unknown
    }

    private init(normalPath path: UnsafeRawBufferPointer) {
        guard !path.isEmpty else {
            self = .ec2Versions
            return
        }
        var segments = PathSegments(path)
        guard let first = segments.next() else {
            self = .root
            return
        }
        if first.equals("openstack") {
            self = OpenStackTree.route(&segments)
        } else if first.equals("ec2") {
            self = segments.next().map { EC2Tree.route(version: $0, &segments) } ?? .ec2Versions
        } else {
            self = EC2Tree.route(version: first, &segments)
        }
    }
}
