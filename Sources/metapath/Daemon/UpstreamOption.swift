import ArgumentParser
import OsloConfig

/// `--upstream`, for `up` and `proxy`.
struct UpstreamOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Pass guests' requests, signed, to this Nova-compatible service instead of answering them here; repeatable.",
            discussion: """
                Services take turns; one that fails is left out until it answers again. Default: [metapath] upstream, for \
                proxy also [DEFAULT] nova_metadata_host and the like, else none.
                """, valueName: "http[s]://HOST:PORT"))
    var upstream: [String] = []

    /// - Parameter readsAgentOptions: whether the options of Neutron's metadata agent count where ours are not set.
    /// - Returns: nil when requests are answered here.
    func settings(_ configuration: inout Configuration, readsAgentOptions: Bool) throws -> UpstreamSettings? {
        let told = try told()
        var targets = told.isEmpty ? Self.ours(&configuration) : told
        if targets.isEmpty, readsAgentOptions { targets = Self.agents(&configuration).map { [$0] } ?? [] }
        return targets.isEmpty ? nil : UpstreamSettings(targets, &configuration)
    }

    private func told() throws -> [UpstreamTarget] {
        try upstream.map { text in
            guard let target = UpstreamTarget(text) else {
                throw ValidationError("--upstream \(text): expected \(UpstreamTarget.expectation).")
            }
            return target
        }
    }

    private static func ours(_ configuration: inout Configuration) -> [UpstreamTarget] {
        let texts = configuration.value(Options.upstream).filter { !$0.isEmpty }
        let targets = texts.compactMap(UpstreamTarget.init)
        if targets.count < texts.count { configuration.reject(Options.upstream, expected: UpstreamTarget.expectation) }
        return targets
    }

    /// The service that `metadata_agent.ini` names (contract neutron.md §4). Its host has a default, so only a file
    /// that says something about it means it.
    private static func agents(_ configuration: inout Configuration) -> UpstreamTarget? {
        let said: [(any DeclaredOption)] = [
            Options.novaMetadataHost, Options.novaMetadataPort, Options.novaMetadataProtocol,
        ]
        guard said.contains(where: { configuration.entry(of: $0) != nil }) else { return nil }
        return UpstreamTarget(ofAgent: &configuration)
    }
}
