import NIOHTTP1

/// Every document of an instance, as the service gives it and as the guest gets it.
enum DocumentComparison: Sendable {
    /// For this reason.
    case notMade(String)
    case made(Documents)

    struct Documents: Sendable {
        /// Signed, from the service.
        var direct: MetadataAnswers
        /// By the way guests go.
        var through: MetadataAnswers
        /// In the order of asking; empty where the guest's way cannot be gone.
        var paths: [String]
        /// Why it cannot.
        var missing: String?
    }

    /// What a guest reads while it boots, small ones first.
    static let documents = [
        "/latest/meta-data/instance-id", "/", "/latest/meta-data/", "/openstack", "/openstack/latest",
        "/openstack/latest/password", "/openstack/latest/vendor_data.json", "/openstack/latest/vendor_data2.json",
        "/openstack/latest/network_data.json", "/openstack/latest/meta_data.json", "/latest/user-data",
        "/openstack/latest/user_data",
    ]

    /// The smallest first: where only large answers are lost, that shows.
    static func order(_ direct: MetadataAnswers) -> [String] {
        direct.answers.sorted { ($0.value.body.count, $0.key) < ($1.value.body.count, $1.key) }.map(\.key)
    }

    /// The leaves that a listing of the EC2 tree names.
    static func leaves(_ listing: [UInt8]) -> [String] {
        String(decoding: listing, as: UTF8.self).split(separator: "\n").compactMap { name in
            let isLeaf = name.utf8.allSatisfy {
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 || "-0123456789".utf8.contains($0)
            }
            return isLeaf && name != "instance-id" ? "/latest/meta-data/\(name)" : nil
        }
    }
}
