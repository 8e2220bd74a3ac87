import ArgumentParser
import Doctor
import Lab
import OsloConfig

/// What the lab runs in the place of OpenStack's own; not for anything else.
struct LabStandInCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stand-in", abstract: "Stand in for a part of OpenStack in the lab.", shouldDisplay: false,
        subcommands: [LabAgentCommand.self, LabNeutronCommand.self])
}

struct LabAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Stand in for Neutron's metadata agent.")

    @OptionGroup var config: ConfigOptions

    @Option(help: "What to answer where Nova's answer is empty.")
    var emptyAs: String?

    func run() async throws {
        var configuration = try config.load()
        let upstream = UpstreamSettings([UpstreamTarget(ofAgent: &configuration)], &configuration)
        try configuration.finish()
        let settings = AgentStandIn.Settings(
            socket: configuration.value(Options.metadataProxySocket), secret: text("metadata_proxy_shared_secret"),
            nova: upstream.endpoints.first?.url ?? "", security: upstream.security, portsFile: text("ports"))
        try await AgentStandIn(settings, emptyAs: emptyAs).run()
    }

    /// Neutron's agent looks in `[DEFAULT]` and nowhere else.
    private func text(_ name: String) -> String {
        config.sections.flatMap(\.entries).last { $0.option == OptionName("DEFAULT", name) }?.value ?? ""
    }
}

struct LabNeutronCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neutron", abstract: "Stand in for Neutron's API, as far as ports go.")

    @Option(help: ArgumentHelp("Ports, a list in JSON.", valueName: "file"))
    var ports: String

    @Option(help: "Where to listen at 127.0.0.1.")
    var port: Int

    @Option(help: ArgumentHelp("How far its clock is ahead.", valueName: "seconds"))
    var clockOffset = 0

    func run() async throws {
        try await NeutronStandIn(portsFile: ports, port: port, clockOffset: clockOffset).run()
    }
}
