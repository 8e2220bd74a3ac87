import InstanceModel

/// What must fit together within the subnets of one network.
struct SubnetCheck {
    private let reader: FileReader

    init(_ reader: FileReader) {
        self.reader = reader
    }

    func check(_ drafts: [SubnetDraft]) {
        var ranges: [CIDR] = []
        for draft in drafts {
            guard let range = CIDR(draft.subnet.cidr) else { continue }
            if let other = ranges.first(where: { $0.overlaps(range) }) {
                let expected = "subnets that do not overlap"
                let found = "\(quoted(draft.subnet.cidr)) beside \(other.address)/\(other.prefixLength)"
                reader.refuse(draft.place.field("cidr"), expected: expected, found: found)
            }
            ranges.append(range)
            check(draft, family: range.address.family)
        }
    }

    private func check(_ draft: SubnetDraft, family: IPAddress.Family) {
        let expected = "an address of the subnet's family, \(family == .v4 ? "IPv4" : "IPv6")"
        for (field, text) in [("gateway", draft.subnet.gateway), ("dhcp_server", draft.subnet.dhcpServer)] {
            guard let text, let address = IPAddress(text), address.family != family else { continue }
            reader.refuse(draft.place.field(field), expected: expected)
        }
        for route in draft.subnet.routes {
            guard let range = CIDR(route.cidr), let gateway = IPAddress(route.gateway) else { continue }
            guard range.address.family != family || gateway.family != family else { continue }
            reader.refuse(
                draft.place.field("routes"), expected: "routes of the subnet's family",
                found: "\(quoted(route.cidr)) by way of \(quoted(route.gateway))")
        }
        if draft.subnet.ipv6AddressMode != nil, family == .v4 {
            reader.refuse(draft.place.field("ipv6_mode"), expected: "no IPv6 mode on an IPv4 subnet")
        }
    }
}

extension CIDR {
    fileprivate func overlaps(_ other: CIDR) -> Bool {
        contains(other.network) || other.contains(network)
    }
}
