import InstanceModel
import NetworkNamespaces

/// What the rules of a namespace do with a guest's first packet.
struct RuleCheck: Check {
    let name = "rules"
    let hop = Hop.rules
    let looksAt =
        """
        A guest's first packet is followed through the namespace's rules as the kernel would: nftables, iptables and \
        iptables-legacy, prerouting, then input or forward. It has to end at the listener's port.
        """
    let byHand = "ip netns exec NAMESPACE sh -c 'nft list ruleset; iptables-legacy-save -c; ip6tables-legacy-save -c'"
    let codes: [FindingCode] = [
        .ruleMissing, .ruleShadowed, .ruleDrops, .markRuleMissing, .wrongRedirectPort, .rulesInLegacyEngine,
    ]

    func run(_ path: NamespacePath) async -> CheckOutcome {
        guard let facts = path.facts else { return .notRun("there is no namespace") }
        let rules: RuleFacts
        switch facts.rules {
        case .success(let found): rules = found
        case .failure(let failure): return .notRun(failure.reason)
        }
        guard !path.guestDevices.isEmpty else { return .notRun("there is no device that guests are behind") }
        var findings: [Finding] = []
        var found: [String] = []
        for (packet, fate) in fates(path, rules) {
            // One table may be wrong for several packets, and one command then mends it for all.
            findings += self.findings(fate, packet, path, rules).filter { new in
                !findings.contains { $0.remedy == new.remedy }
            }
            let line = "\(packet.destination): \(fate.summary)"
            if !found.contains(line) { found.append(line) }
        }
        if findings.isEmpty, !rules.unread.isEmpty { return .notRun(rules.unread.joined(separator: "; ")) }
        return .findings(findings, orPassed: found.joined(separator: "; "))
    }

    /// Of one packet to each metadata address from behind each device. Which devices guests are behind nobody knows in a
    /// namespace that somebody has named himself: there it has to be one.
    private func fates(_ path: NamespacePath, _ rules: RuleFacts) -> [(MetadataPacket, PacketWalk.Fate)] {
        let fates = packets(path).map { ($0, path.fate(of: $0, rules)) }
        guard !path.isNeutrons else { return fates }
        let led = fates.filter { if case .routed = $0.1 { false } else { true } }
        return led.isEmpty ? fates : led
    }

    private func packets(_ path: NamespacePath) -> [MetadataPacket] {
        path.destinations.flatMap { destination in
            path.guestDevices.map { MetadataPacket(from: $0, to: destination) }
        }
    }

    private func findings(
        _ fate: PacketWalk.Fate, _ packet: MetadataPacket, _ path: NamespacePath, _ rules: RuleFacts
    ) -> [Finding] {
        switch fate {
        case .delivered(let port, let rule):
            // An address that the namespace has itself does not need a rule.
            if port != path.port { return [wrongPort(port, rule, path, packet, rules)] }
            return rule.flatMap { inLegacyEngine($0, path) }.map { [$0] } ?? []
        case .ledAway(let place, let rule): return [shadowed(by: rule, place, path)]
        case .dropped(let rule, let hook): return [dropped(by: rule, hook, packet, path, rules)]
        case .routed: return path.isRouter ? [missing(packet, path, rules)] : []
        }
    }
}

extension PacketWalk.Fate {
    var summary: String {
        switch self {
        case .delivered(let port, nil): "to port \(port)"
        case .delivered(let port, let rule?):
            "redirected to port \(port)" + (rule.rule?.packets.map { ", \($0) connections so far" } ?? "")
        case .ledAway(let place, _): "led away to \(place)"
        case .dropped(_, let hook): "dropped in \(hook.rawValue)"
        case .routed: "no rule"
        }
    }
}

extension RuleCheck {
    private func missing(_ packet: MetadataPacket, _ path: NamespacePath, _ rules: RuleFacts) -> Finding {
        Finding(
            .ruleMissing, path.namespace,
            "No rule in \(path.namespace) leads \(packet.destination), port 80, to port \(path.port).",
            evidence: "no rule of \(rules.chains.count) chains for packets that come in on \(packet.device)",
            remedy: .command(RuleText.redirect(path, packet, rules)))
    }

    private func wrongPort(
        _ port: UInt16, _ rule: PacketWalk.DecisiveRule?, _ path: NamespacePath, _ packet: MetadataPacket,
        _ rules: RuleFacts
    ) -> Finding {
        let isOfMetadata = rule?.rule?.isAbout(packet.destination) ?? true
        let mending = rule.map { rule in
            // Metapath puts its table back, with all its rules, once there is none.
            if rule.chain.isMetapaths, path.owner?.program == "metapath" {
                return path.command("nft delete table inet metapath")
            }
            let again = isOfMetadata ? " && \(RuleText.redirect(path, packet, rules))" : ""
            return path.command(rule.rule?.removal ?? "") + again
        }
        return Finding(
            isOfMetadata ? .wrongRedirectPort : .ruleShadowed, path.namespace,
            "\(packet.destination), port 80, ends at port \(port) of \(path.namespace), and guests are served at port \(path.port).",
            evidence: rule?.text ?? "no rule redirects it",
            remedy: mending.map { .command($0) } ?? .advice("Let `metadata_port` and the listener name one port."))
    }

    private func shadowed(by rule: PacketWalk.DecisiveRule, _ place: String, _ path: NamespacePath) -> Finding {
        Finding(
            .ruleShadowed, path.namespace,
            "An earlier rule in \(path.namespace) leads metadata requests to \(place).",
            evidence: rule.text, remedy: removal(of: rule, path))
    }

    private func dropped(
        by rule: PacketWalk.DecisiveRule, _ hook: RuleChain.Hook, _ packet: MetadataPacket, _ path: NamespacePath,
        _ rules: RuleFacts
    ) -> Finding {
        // In forward it is a packet that should have been redirected: Neutron's rule, and ours, drop those.
        if hook == .forward, path.isRouter { return missing(packet, path, rules) }
        if hook == .input, rule.isGuard(of: path.port) { return markMissing(rule, packet, path) }
        return Finding(
            .ruleDrops, path.namespace,
            "A rule in \(path.namespace) drops guests' requests to \(packet.destination) in \(hook.rawValue).",
            evidence: rule.text, remedy: removal(of: rule, path))
    }

    private func markMissing(
        _ rule: PacketWalk.DecisiveRule, _ packet: MetadataPacket, _ path: NamespacePath
    ) -> Finding {
        let program = packet.destination.family == .v4 ? "iptables" : "ip6tables"
        let prefix = packet.destination.family == .v4 ? "/32" : "/128"
        return Finding(
            .markRuleMissing, path.namespace,
            "Port \(path.port) of \(path.namespace) is kept from everybody, guests included: nothing marks their packets.",
            evidence: rule.text,
            remedy: .command(
                path.command(
                    "\(program) -t mangle -A PREROUTING -d \(packet.destination)\(prefix) -i qr-+ -p tcp -m tcp --dport 80 "
                        + "-j MARK --set-xmark 0x1/0xffff")
                    + " && "
                    + path.command("\(program) -t filter -I INPUT -m mark --mark 0x1/0xffff -j ACCEPT")))
    }

    private func inLegacyEngine(_ rule: PacketWalk.DecisiveRule, _ path: NamespacePath) -> Finding? {
        guard rule.chain.backend == .iptablesLegacy, path.host.has("iptables-nft"), let text = rule.rule?.removal else {
            return nil
        }
        let command = text.replacing("-legacy", with: "").replacing(" -D ", with: " -A ")
        let isNeeded = rule.chain.family == "ip" || rule.chain.family == "ip6"
        guard isNeeded, path.host.iptablesUsesNFTables else { return nil }
        return Finding(
            .rulesInLegacyEngine, path.namespace,
            "The rule for metadata in \(path.namespace) is in the older engine, which Neutron's iptables neither shows nor keeps.",
            evidence: rule.text,
            remedy: .command(path.command(command) + " && " + path.command(text)))
    }

    private func removal(of rule: PacketWalk.DecisiveRule, _ path: NamespacePath) -> Remedy {
        .command(path.command(rule.rule?.removal ?? RuleText.acceptByDefault(rule.chain)))
    }
}

extension PacketRule {
    /// Whether it asks for this destination alone, as rules for metadata do.
    fileprivate func isAbout(_ destination: IPAddress) -> Bool {
        conditions.contains { condition in
            guard case .destination(let text) = condition else { return false }
            return IPAddress(text.split(separator: "/").first.map(String.init) ?? text) == destination
        }
    }
}

extension PacketWalk.DecisiveRule {
    /// Whether it is the rule that keeps the listener's port from whoever was not redirected to it.
    func isGuard(of port: UInt16) -> Bool {
        rule?.conditions.contains(.destinationPorts(port...port)) ?? false
    }
}
