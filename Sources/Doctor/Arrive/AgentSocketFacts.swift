import Foundation

/// The UNIX socket between Neutron's haproxies and the metadata agent.
public struct AgentSocketFacts: Sendable, Equatable {
    public var path: String
    var exists = false
    /// Permission bits and owner.
    var mode: Int = 0
    var owner: Int = 0
    var group: Int = 0
    /// Whom a haproxy runs as, one that may not connect if there is such; nil where it cannot be told.
    var client: Client?
    /// Nil where nobody listens.
    var listener: Listener?
    /// Of whoever listens.
    public var process: ProcessFacts?

    public struct Client: Sendable, Equatable {
        var user: Int
        var group: Int
    }

    struct Listener: Sendable, Equatable {
        var waiting: Int
        var backlog: Int
        var inode: UInt64
    }

    /// - Parameter clients: the haproxies that connect to it.
    static func look(_ path: String, clients: [ProcessFacts], owners: SocketOwners, on host: HostView) async -> Self {
        var facts = AgentSocketFacts(path: path)
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        facts.exists = attributes != nil
        facts.mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        facts.owner = (attributes?[.ownerAccountID] as? NSNumber)?.intValue ?? 0
        facts.group = (attributes?[.groupOwnerAccountID] as? NSNumber)?.intValue ?? 0
        for client in clients.compactMap({ Self.client(of: $0.pid) }) where facts.admitsClient { facts.client = client }
        let listing = (try? await host.output(["ss", "-Hxln"])) ?? ""
        facts.listener = listener(path, listing)
        facts.process = owners.owner(of: facts.listener?.inode).flatMap { ProcessFacts(pid: $0) }
        return facts
    }

    /// In what `ss -Hxln` prints: `u_str LISTEN 0 5 /var/lib/neutron/metadata_proxy 12345 * 0`.
    ///
    /// A socket whose path another one has taken is listed as long as it is open; the newest has the path.
    static func listener(_ path: String, _ listing: String) -> Listener? {
        let listeners = listing.split(separator: "\n").compactMap { line -> Listener? in
            let words = line.split(separator: " ")
            guard words.count > 5, words[0] == "u_str", words[4] == path, let waiting = Int(words[2]),
                let backlog = Int(words[3]), let inode = UInt64(words[5])
            else { return nil }
            return Listener(waiting: waiting, backlog: backlog, inode: inode)
        }
        return listeners.max { $0.inode < $1.inode }
    }

    /// Whether the permission bits let the haproxies connect, which needs write permission.
    var admitsClient: Bool {
        guard let client, client.user != 0 else { return true }
        let bits = ["u": 0o200, "g": 0o020, "o": 0o002]
        return mode & (bits[clientClass] ?? 0) != 0
    }

    /// Which of the mode's bits count for the haproxies, as chmod(1) calls them.
    var clientClass: String {
        client?.user == owner ? "u" : client?.group == group ? "g" : "o"
    }

    private static func client(of pid: Int32) -> Client? {
        guard let status = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8) else { return nil }
        func effective(_ name: String) -> Int? {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name) }
            return line?.split(whereSeparator: \.isWhitespace).dropFirst(2).first.flatMap { Int($0) }
        }
        guard let user = effective("Uid:"), let group = effective("Gid:") else { return nil }
        return Client(user: user, group: group)
    }
}
