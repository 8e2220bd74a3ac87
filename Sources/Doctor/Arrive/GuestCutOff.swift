/// Whether the packets of a guest that gets no answer come to its namespace at all.
enum GuestCutOff {
    /// Nil where they do, or nothing shows that they do not.
    static func finding(_ path: GuestPath) async -> Finding? {
        guard let arrival = path.arrival, path.guest.namespace != nil,
            case .success(let requests) = GuestRequests.way(of: path)
        else { return nil }
        let before = await arrival.arrivals()
        guard let answers = try? await requests.ask(["/"]), answers.failure != nil else { return nil }
        let after = await arrival.arrivals()
        let faults = await GuestCable.look(path).faults
        let hasArrived = before == nil || before?.count != after?.count
        // Others may have asked at the same time.
        if hasArrived, faults.isEmpty { return nil }
        let seen = hasArrived ? [] : before.map { ["\($0.what) stays at \($0.count) while it asks"] } ?? []
        return Finding(
            .guestCutOff, path.guest.name,
            "What \(path.guest.name) sends to \(NamespacePath.metadataIPv4) does not come to \(arrival.namespace).",
            evidence: (faults.map(\.text) + seen).joined(separator: "; "),
            remedy: faults.isEmpty ? advice(path, arrival) : .command(faults.map(\.command).joined(separator: " && ")))
    }

    private static func advice(_ path: GuestPath, _ arrival: NamespacePath) -> Remedy {
        let device = arrival.device(of: path.guest)?.name ?? "any"
        let address = path.guest.addresses.first.map { "\($0)" } ?? path.guest.name
        return .advice(
            "Let \(path.guest.name) ask, and look with `tcpdump -ni DEVICE host \(address)` at each device on the way, "
                + "up to \(device) in \(arrival.namespace).")
    }
}

extension NamespacePath {
    /// What has come in from guests so far, as well as it is counted: connections that the rule has led to the listener,
    /// else what the kernel has received.
    fileprivate func arrivals() async -> (what: String, count: Int)? {
        if let count = await redirected() { return ("the rule's counter", count) }
        let counters = await KernelCounters.look(namespace, on: host)
        return counters.map { ("the namespace's count of TCP segments", $0.segments) }
    }

    private func redirected() async -> Int? {
        guard let rules = try? await RuleFacts.look(namespace, on: host) else { return nil }
        let counts = guestDevices.compactMap { device -> Int? in
            let packet = MetadataPacket(from: device, to: Self.metadataIPv4)
            guard case .delivered(_, let rule?) = fate(of: packet, rules) else { return nil }
            return rule.rule?.packets
        }
        return counts.max()
    }
}
