import InstanceModel
import NetworkNamespaces

/// What there is in a namespace, each part with the reason where it could not be looked at.
public struct NamespaceFacts: Sendable {
    var devices: Result<[NetworkDevice], LookFailure>
    var rules: Result<RuleFacts, LookFailure>
    var listeners: Result<[ListeningSocket], LookFailure>
    /// Nil where the kernel does not tell.
    var counters: KernelCounters?
    /// What each look took, by the hop that it is for.
    var times: [Hop: Duration] = [:]

    static func look(_ namespace: String, on host: HostView) async -> NamespaceFacts {
        async let devices = timed { () async throws(LookFailure) in
            try NetworkDevice.list(try await host.output(["ip", "-j", "address"], in: namespace))
        }
        async let rules = timed { () async throws(LookFailure) in try await RuleFacts.look(namespace, on: host) }
        async let listeners = timed { () async throws(LookFailure) in
            ListeningSocket.list(try await host.output(["ss", "-Hltne"], in: namespace))
        }
        async let counters = KernelCounters.look(namespace, on: host)
        let all = await (devices, rules, listeners)
        return NamespaceFacts(
            devices: all.0.result, rules: all.1.result, listeners: all.2.result,
            counters: await counters,
            times: [.addresses: all.0.took, .rules: all.1.took, .listener: all.2.took])
    }

    private static func timed<Value: Sendable>(
        _ body: () async throws(LookFailure) -> Value
    ) async -> (result: Result<Value, LookFailure>, took: Duration) {
        let start = ContinuousClock.now
        do throws(LookFailure) {
            return (.success(try await body()), start.duration(to: .now))
        } catch {
            return (.failure(error), start.duration(to: .now))
        }
    }
}

/// The rules of a namespace, of both of the kernel's engines.
struct RuleFacts: Sendable, Equatable {
    var chains: [RuleChain]
    /// What could not be read, in words; empty if all was.
    var unread: [String] = []

    static func look(_ namespace: String, on host: HostView) async throws(LookFailure) -> RuleFacts {
        let (own, hasIPTables) = try NFTListing.chains(
            try await host.output(["nft", "-j", "list", "ruleset"], in: namespace))
        var facts = RuleFacts(chains: own)
        if hasIPTables {
            await facts.add(
                ["iptables-nft-save", "ip6tables-nft-save"], named: ["iptables", "ip6tables"], namespace, host)
        }
        for version in ["ip", "ip6"] where host.hasLegacyTables(version) {
            await facts.add(["\(version)tables-legacy-save"], named: ["\(version)tables-legacy"], namespace, host)
        }
        return facts
    }

    private mutating func add(_ listers: [String], named names: [String], _ namespace: String, _ host: HostView) async {
        for (lister, name) in zip(listers, names) {
            do throws(LookFailure) {
                chains += IPTablesListing.chains(try await host.output([lister, "-c"], in: namespace), program: name)
            } catch {
                unread.append(error.reason)
            }
        }
    }
}
