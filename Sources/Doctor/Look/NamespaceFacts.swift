import InstanceModel
import NetworkNamespaces

/// What there is in a namespace, each part with the reason where it could not be looked at.
public struct NamespaceFacts: Sendable {
    var devices: Result<[NetworkDevice], LookFailure>
    var rules: Result<RuleFacts, LookFailure>
    var listeners: Result<[ListeningSocket], LookFailure>

    static func look(_ namespace: String, on host: HostView) async -> NamespaceFacts {
        async let devices = Result<[NetworkDevice], LookFailure>.look { () async throws(LookFailure) in
            try NetworkDevice.list(try await host.output(["ip", "-j", "address"], in: namespace))
        }
        async let rules = Result<RuleFacts, LookFailure>.look { () async throws(LookFailure) in
            try await RuleFacts.look(namespace, on: host)
        }
        async let listeners = Result<[ListeningSocket], LookFailure>.look { () async throws(LookFailure) in
            ListeningSocket.list(try await host.output(["ss", "-Hltne"], in: namespace))
        }
        return await NamespaceFacts(devices: devices, rules: rules, listeners: listeners)
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
        await facts.add(
            ["iptables-legacy-save", "ip6tables-legacy-save"].filter(host.has),
            named: ["iptables-legacy", "ip6tables-legacy"], namespace, host)
        return facts
    }

    private mutating func add(_ listers: [String], named names: [String], _ namespace: String, _ host: HostView) async {
        for (lister, name) in zip(listers, names) {
            do throws(LookFailure) {
                chains += IPTablesListing.chains(try await host.output([lister], in: namespace), program: name)
            } catch {
                unread.append(error.reason)
            }
        }
    }
}

extension Result where Failure == LookFailure {
    static func look(_ body: () async throws(LookFailure) -> Success) async -> Result {
        do throws(LookFailure) {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}
