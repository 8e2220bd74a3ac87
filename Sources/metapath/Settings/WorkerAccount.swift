import Foundation
import OsloConfig
import ProcessSeparation

/// As whom the process runs that serves guests.
enum WorkerAccount {
    /// Who serves where nothing says otherwise, if there is such a user.
    private static let ours = "metapath"

    /// Nil: as whoever started it.
    ///
    /// A store of our own stays with its owner, because reading SQLite takes writing beside the file.
    static func account(_ configuration: inout Configuration, _ store: StoreLocation) -> Account? {
        let name = configuration.value(Options.user)
        guard name.isEmpty else {
            guard let account = Account(name) else {
                configuration.reject(Options.user, expected: "a user of this system, by name or number")
                return nil
            }
            return account.user == geteuid() ? nil : account
        }
        guard geteuid() == 0 else { return nil }
        let account =
            switch store {
            case .sqlite(let path): owner(of: path)
            case .nova, .neutron: Account(ours) ?? Account("nobody")
            }
        // In a user namespace there may be nobody else.
        return account.flatMap { $0.user != 0 && $0.isMapped ? $0 : nil }
    }

    /// Of the file, or of the directory that it will be in.
    private static func owner(of path: String) -> Account? {
        Account(ownerOf: path) ?? Account(ownerOf: (path as NSString).deletingLastPathComponent)
    }
}
