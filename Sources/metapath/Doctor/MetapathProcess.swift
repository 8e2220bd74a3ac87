import ArgumentParser
import Doctor
import Foundation
import ListenerHolder
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
    /// Namespaces that it was told of, whatever their names.
    var namespaces: [NamespaceAssignment] = []
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
        namespaces = try parts.namespaces?.settings(&configuration).told ?? []
        redirectPort = UInt16(clamping: configuration.value(Options.metadataPort))
        guestLimits = GuestLimitSettings(&configuration)
    }

    /// The groups of options of its subcommand.
    private struct Parts {
        var options: DaemonOptions
        var listen: ListenOption?
        var upstream: UpstreamOption?
        var namespaces: NamespaceOptions?

        init(_ role: Role, _ arguments: [String]) throws {
            switch role {
            case .up:
                let command = try UpCommand.parse(arguments)
                (options, listen) = (command.options, command.listen)
                (upstream, namespaces) = (command.upstream, command.namespaces)
            case .proxy:
                let command = try ProxyCommand.parse(arguments)
                (options, upstream, namespaces) = (command.options, command.upstream, command.namespaces)
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

    /// Namespaces with names of their own that a process here was told to serve.
    static func namespaces(among names: [String]) -> [Survey.Wanted] {
        let processes = ProcessFacts.all(ofProgram: "metapath").compactMap { try? MetapathProcess($0) }
        let told = Set(processes.flatMap(\.namespaces)).filter {
            NamespaceKind(name: $0.namespace) == nil && names.contains($0.namespace)
        }
        return told.sorted { $0.namespace < $1.namespace }.map { Survey.Wanted($0.kind, named: $0.namespace) }
    }

    /// The file that limits how often guests may ask.
    var rateLimitFile: String? {
        let files = holder.files
        let file = files.last { $0.entries.contains { $0.option.group == "metadata_rate_limiting" } }
        return (file ?? files.last)?.source
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
