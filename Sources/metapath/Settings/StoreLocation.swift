import OsloConfig

/// Where the instances are.
enum StoreLocation: Equatable {
    case sqlite(path: String)
    /// Nova's own databases, as nova.conf names them.
    case nova
    /// Nowhere here: Neutron knows the ports, and another service answers.
    case neutron

    static let defaultPath = "/var/lib/metapath/metapath.sqlite"
    static let expectation = "sqlite:PATH, nova or neutron"

    init?(_ text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("nova", 1): self = .nova
        case ("neutron", 1): self = .neutron
        case ("sqlite", 2) where !parts[1].isEmpty: self = .sqlite(path: String(parts[1]))
        default: return nil
        }
    }

    /// Where nobody says: Nova's databases if the files name one, else the store without set-up.
    init(defaultFor configuration: inout Configuration) {
        let databases = [Options.apiDatabase, Options.mainDatabase]
        self = databases.contains { configuration.entry(of: $0) != nil } ? .nova : .sqlite(path: Self.defaultPath)
    }
}

extension StoreLocation: CustomStringConvertible {
    var description: String {
        switch self {
        case .sqlite(let path): "sqlite:\(path)"
        case .nova: "nova"
        case .neutron: "neutron"
        }
    }
}
