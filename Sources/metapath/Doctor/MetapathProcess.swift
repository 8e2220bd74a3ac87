import ArgumentParser
import Doctor
import Foundation
import NetworkNamespaces
import OpenStackAPI
import OsloConfig

/// A `metapath up`, `proxy` or `serve` that runs on this host, understood from what it was called with.
struct MetapathProcess {
    enum Role: String { case up, proxy, serve }

    var facts: ProcessFacts
    var role: Role
    var config: ConfigOptions
    var store: StoreLocation?
    /// Of its service port; nil where it has none.
    var serviceURL: String?
    /// Nil where it answers itself.
    var upstream: UpstreamSettings?
    var redirectPort: UInt16
    var guestLimits: GuestLimitSettings

    /// Nil for another program. Its files may have changed since it has read them, and be wrong now.
    /// - Throws: where it could not be started with them.
    init?(_ facts: ProcessFacts) throws {
        guard facts.program == "metapath", let name = facts.arguments.dropFirst().first, let role = Role(rawValue: name)
        else { return nil }
        self.facts = facts
        self.role = role
        let parts = try Parts(role, Self.absolute(facts))
        config = parts.options.store.config
        var configuration = try config.load()
        let location = try parts.options.store.location(&configuration)
        store = location
        serviceURL = try parts.listen?.address(&configuration, location).url(from: facts)
        upstream = try parts.upstream?.settings(&configuration, readsAgentOptions: role == .proxy)
        redirectPort = UInt16(clamping: configuration.value(Options.metadataPort))
        guestLimits = GuestLimitSettings(&configuration)
    }

    /// The groups of options of its subcommand.
    private struct Parts {
        var options: DaemonOptions
        var listen: ListenOption?
        var upstream: UpstreamOption?

        init(_ role: Role, _ arguments: [String]) throws {
            switch role {
            case .up:
                let command = try UpCommand.parse(arguments)
                (options, listen, upstream) = (command.options, command.listen, command.upstream)
            case .proxy:
                let command = try ProxyCommand.parse(arguments)
                (options, upstream) = (command.options, command.upstream)
            case .serve:
                let command = try ServeCommand.parse(arguments)
                (options, listen) = (command.options, command.listen)
            }
        }
    }

    /// Its arguments after the subcommand, with names of files that hold from anywhere.
    private static func absolute(_ facts: ProcessFacts) -> [String] {
        let named: Set<String> = ["--config-file", "--config-dir", "--namespace-file", "--access-log"]
        var result: [String] = []
        for argument in facts.arguments.dropFirst(2) {
            if let last = result.last, named.contains(last), argument != "-" {
                result.append(facts.path(argument))
            } else if result.last == "--store", argument.hasPrefix("sqlite:") {
                result.append("sqlite:" + facts.path(String(argument.dropFirst(7))))
            } else {
                result.append(argument)
            }
        }
        return result
    }

    var holder: SecretHolder { SecretHolder(.metapath, process: facts, files: config.sections) }
}

extension ListenTarget {
    /// Where a process that listens so is asked from this host.
    fileprivate func url(from process: ProcessFacts) -> String {
        switch self {
        case .tcp("0.0.0.0", let port): "http://127.0.0.1:\(port)"
        case .tcp: "http://\(self)"
        case .unix(let path):
            "http+unix://"
                + (process.path(path).addingPercentEncoding(withAllowedCharacters: .urlHostAllowed) ?? path)
        }
    }
}

extension UpstreamSettings {
    var endpoints: [MetadataEndpoint] {
        targets.map { target in
            let place = ListenTarget.tcp(host: target.host, port: target.port)
            return MetadataEndpoint(url: "\(target.isSecure ? "https" : "http")://\(place)", security: security)
        }
    }
}
