import Foundation
import Glibc
import Synchronization
import Testing

@testable import NetworkNamespaces

/// Names come and go in a directory that may itself come, go, and be mounted over.
struct NamespaceWatcherTests {
    private let directory = NSTemporaryDirectory() + "metapath-test-\(UUID())/netns"

    @Test func namesAreToldInADirectoryThatComesLater() async throws {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let announcements = try Announcements(directory)
        for _ in 0..<2 {
            #expect(try await announcements.follow { mkdir(directory, 0o755) })
            #expect(try await announcements.follow { close(open("\(directory)/name", O_CREAT | O_WRONLY, 0o600)) })
            #expect(try await announcements.follow { unlink("\(directory)/name") })
            #expect(try await announcements.follow { rmdir(directory) })
        }
    }

    /// `ip netns add` mounts the directory on itself, and a container's runtime may mount another one there.
    @Test(.enabled(if: geteuid() == 0, "Mounting needs root."))
    func namesAreToldInADirectoryThatIsMountedOver() async throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: parent) }
        let announcements = try Announcements(directory)
        #expect(try await announcements.follow { _ = try? run(["mount", "-t", "tmpfs", "none", directory]) })
        defer { _ = try? run(["umount", directory]) }
        #expect(try await announcements.follow { close(open("\(directory)/name", O_CREAT | O_WRONLY, 0o600)) })
    }

    private var parent: String { (directory as NSString).deletingLastPathComponent }
}

/// Counts what a watcher announces.
private final class Announcements: Sendable {
    private let count = Mutex(0)
    private let watcher: NamespaceWatcher

    init(_ directory: String) throws {
        watcher = try NamespaceWatcher(directory: directory)
        Task { [watcher, weak self] in
            for await _ in watcher.changes { self?.count.withLock { $0 += 1 } }
        }
    }

    deinit { watcher.close() }

    /// Whether a change is announced within two seconds of `action`.
    func follow(_ action: () -> some Any) async throws -> Bool {
        try await Task.sleep(for: .milliseconds(100))
        let before = count.withLock { $0 }
        _ = action()
        for _ in 0..<200 {
            if count.withLock({ $0 }) > before { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// The first packet of a connection, as the kernel keeps it.
struct SavedSynTests {
    private let ethernet: [UInt8] = [2, 0, 0, 0, 0, 1, 0xFA, 0x16, 0x3E, 0, 0, 5]

    @Test func theSenderIsInTheEthernetHeader() {
        #expect(sender(ethernet + [0x08, 0x00, 0x45]) == 0xFA16_3E00_0005)
        #expect(sender(ethernet + [0x86, 0xDD, 0x60]) == 0xFA16_3E00_0005)
    }

    @Test func whatHasNoEthernetHeaderHasNoSender() {
        #expect(sender([]) == nil)
        #expect(sender(ethernet + [0x08, 0x00]) == nil)
        // Nothing but IPv4: 10.0.0.5 to 169.254.169.254.
        #expect(
            sender([0x45, 0, 0, 60, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, 5, 169, 254, 169, 254, 0, 80]) == nil)
        #expect(sender([UInt8](repeating: 0, count: 12) + [0x08, 0x00, 0x45]) == nil)
    }

    private func sender(_ packet: [UInt8]) -> UInt64? {
        packet.withUnsafeBytes(SavedSyn.sourceMAC(in:))
    }
}
