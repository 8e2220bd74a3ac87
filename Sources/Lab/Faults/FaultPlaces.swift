import InstanceModel

/// What the words in braces of a fault's commands stand for in the lab that stands.
struct FaultPlaces {
    private var values: [String: String] = [:]

    /// - Parameter directory: the lab's own.
    init(_ status: LabStatus, bridges: String, directory: String) {
        values = ["bridges": bridges, "run": directory]
        values["program"] = status.path?.executable
        values["nova_address"] = status.path?.nova.map { "\($0.host):\($0.port)" } ?? "127.0.0.1:8775"
        values["nova_conf"] = status.path?.nova?.configFile ?? "\(directory)/nova.conf"
        for program in status.programs where program.role == .path || program.role == .service {
            values["store"] = program.arguments.first { $0.hasPrefix("sqlite:") }
            values["store_file"] = values["store"].map { String($0.dropFirst(7)) }
            values["service"] = program.name
        }
        if let router = status.listeners.first(where: { $0.kind == .router }) { add(router, as: "router", status) }
        if let network = status.listeners.first(where: { $0.kind == .network }) { add(network, as: "network", status) }
    }

    /// The namespace, its first device, and the first guest that is served by it.
    private mutating func add(_ row: LabStatus.Row, as name: String, _ status: LabStatus) {
        values[name] = row.namespace
        values["\(name)_device"] = row.devices.first
        let guest = status.instances.first { $0.networks.first.map(row.networks.contains) ?? false }
        guard let guest else { return }
        let prefix = name == "router" ? "" : "\(name)_"
        values["\(prefix)guest"] = guest.namespace
        values["\(prefix)instance"] = guest.id
        values["\(prefix)address"] = guest.addresses.first.map { String($0.prefix { $0 != "/" }) }
        values["\(prefix)cidr"] = guest.addresses.first
        values["\(prefix)other_cidr"] = guest.addresses.first.flatMap(Self.other)
    }

    /// Another address of the same subnet.
    private static func other(than cidr: String) -> String? {
        guard let parts = CIDR(cidr), parts.address.family == .v4 else { return nil }
        let last: UInt32 = parts.address.low & 0xFF == 77 ? 78 : 77
        return "\(IPAddress(v4: UInt32(truncatingIfNeeded: parts.address.low) & ~0xFF | last))/\(parts.prefixLength)"
    }

    /// - Throws: ``LabError`` `noSuchFault` where this lab has no such thing.
    func filled(_ text: String) throws(LabError) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            // Braces of the shell's, sed's and nft's own have other things behind them.
            guard Self.isName(name) else {
                result += rest[...open]
                rest = rest[rest.index(after: open)...]
                continue
            }
            guard let value = values[name] else {
                throw LabError(.noSuchFault, "This fault needs a \(name), which this lab does not have.")
            }
            result += rest[..<open] + value
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0 == "_" || $0.isASCII && $0.isLowercase }
    }
}
