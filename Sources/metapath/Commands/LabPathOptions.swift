import ArgumentParser
import Foundation
import Lab
import NetworkNamespaces

extension LabPath.Kind: ExpressibleByArgument {}

/// Who serves the guests of a lab.
struct LabPathOptions: ParsableArguments {
    @Option(
        name: .customLong("path"),
        help: ArgumentHelp(
            "Who serves the guests: `metapath`, one process for all; or `stock`, the pieces of an OpenStack.",
            discussion: """
                A stock path has haproxies as Neutron configures them, its iptables rules, a stand-in for its metadata \
                agent and for its API, and `metapath serve` in Nova's place. Default: nobody yet.
                """))
    var kind: LabPath.Kind?

    @Option(
        help: ArgumentHelp(
            "Of a stock path: the metadata agent to run, called with --config-file FILE.", valueName: "program"))
    var agent: String?

    @Option(
        help: ArgumentHelp("Of a stock path: a Nova that runs already, with its --config-file.", valueName: "host:port")
    )
    var nova: String?

    @Option(help: ArgumentHelp("The nova.conf of --nova.", valueName: "file"))
    var configFile: String?

    func validate() throws {
        guard agent == nil && nova == nil || kind == .stock else {
            throw ValidationError("--agent and --nova are for --path stock.")
        }
        guard (nova == nil) == (configFile == nil) else {
            throw ValidationError("--nova and --config-file: expected both or neither.")
        }
    }

    func path() throws -> LabPath? {
        guard let kind else { return nil }
        return LabPath(kind, executable: try Executable.own(), agent: agent.map(Self.absolute), nova: try running())
    }

    private func running() throws -> LabPath.RunningNova? {
        guard let nova, let configFile else { return nil }
        guard let target = UpstreamTarget("http://\(nova)") else {
            throw ValidationError("--nova: expected HOST:PORT, found “\(nova)”.")
        }
        return LabPath.RunningNova(host: target.host, port: target.port, configFile: Self.absolute(configFile))
    }

    private static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

    /// - Parameter instances: the text of an import file.
    static func input(_ path: LabPath?, _ instances: String) throws -> LabPathInput {
        guard let nova = path?.nova else { return LabPathInput(instances: instances) }
        var configuration = try ConfigOptions(reading: [nova.configFile]).load()
        return LabPathInput(instances: instances, secret: try SharedSecret(&configuration).value)
    }
}
