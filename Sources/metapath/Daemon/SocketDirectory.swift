import Foundation

/// The directories that sockets of ours are in.
enum SocketDirectory {
    /// Makes the directory of a socket's path, if it is not there.
    /// - Throws: `CommandError`
    static func make(for path: String) throws {
        let directory = (path as NSString).deletingLastPathComponent
        do {
            try FileManager.default.createDirectory(
                atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
        } catch {
            throw CommandError("Cannot make the directory \(directory): \(error.localizedDescription)")
        }
    }
}
