import MetadataDocuments

/// What is between a guest and its namespace where both are on cables (veth) into one bridge or switch.
struct GuestCable: Sendable {
    /// The other end of a cable: a port of a bridge, with all devices that are where it is.
    struct End: Sendable {
        /// Nil for the host's own.
        var namespace: String?
        var port: NetworkDevice
        var devices: [NetworkDevice]
    }

    /// A device that passes nothing on, and the command that mends it.
    struct Fault: Sendable, Equatable {
        var text: String
        var command: String
    }

    /// The guest's. Nil where its device is no cable.
    var guestEnd: End?
    /// The namespace's.
    var arrivalEnd: End?

    static func look(_ path: GuestPath) async -> GuestCable {
        let arrival = path.arrival?.device(of: path.guest)
        return GuestCable(
            guestEnd: await end(of: await path.guestDevice, in: path.guest.namespace, path.host),
            arrivalEnd: await end(of: arrival, in: path.arrival?.namespace, path.host))
    }

    private static func end(of device: NetworkDevice?, in namespace: String?, _ host: HostView) async -> End? {
        guard let peer = device?.peer,
            let names = try? await host.output(["ip", "-j", "netns", "list-id"], in: namespace)
        else { return nil }
        let place = name(of: peer.namespaceNumber, names)
        guard let listing = try? await host.output(["ip", "-j", "address"], in: place),
            let devices = try? NetworkDevice.list(listing),
            let port = devices.first(where: { $0.index == peer.index })
        else { return nil }
        return End(namespace: place, port: port, devices: devices)
    }

    /// Nil for one without a name, as the host's own is.
    static func name(of number: Int, _ listing: String) -> String? {
        let items = (try? JSONValue(parsing: Array(listing.utf8)))?.items ?? []
        return items.first { $0["nsid"]?.number == number }?["name"]?.text
    }

    /// In the order of the way.
    var faults: [Fault] {
        let own = guestEnd.map { faults(at: $0, bridge: arrivalEnd?.port.master) } ?? []
        let theirs = arrivalEnd.map { faults(at: $0, bridge: guestEnd?.port.master) } ?? []
        return own + theirs.filter { !own.contains($0) }
    }

    private func faults(at end: End, bridge: String?) -> [Fault] {
        let place = end.namespace.map { "in \($0)" } ?? "on the host"
        let set = "ip \(end.namespace.map { "-n \($0) " } ?? "")link set"
        let down = [end.port.name, end.port.master].compactMap(\.self).filter { name in
            end.devices.contains { $0.name == name && !$0.isUp }
        }
        let loose = bridge.flatMap { bridge in
            end.port.master == nil
                ? Fault(
                    text: "\(end.port.name) \(place) is a port of no bridge",
                    command: "\(set) \(end.port.name) master \(bridge)") : nil
        }
        return down.map { Fault(text: "\($0) \(place) is down", command: "\(set) \($0) up") }
            + [loose].compactMap(\.self)
    }
}
