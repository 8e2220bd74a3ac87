import Glibc

/// What has changed inside a namespace.
public enum NamespaceEvent: Sendable {
    /// Devices have come, gone, or got another name.
    case devices
    /// Somebody has taken something away from the table of ``MetadataRedirect``.
    case redirectDamaged
    /// The table is there as it was installed.
    case redirectWhole
}

/// Tells of changes inside a namespace, from a netlink socket in it. Costs nothing while nothing changes; like any
/// socket it keeps the namespace alive until it is closed.
public struct NamespaceEvents: Sendable {
    public enum Subject: Sendable {
        case devices
        case redirect
    }

    private let events: ReadEvents

    /// In the namespace that the calling thread is in.
    /// - Parameter tell: called on a thread that all namespaces share; it must not block.
    init(of subject: Subject, _ tell: @escaping @Sendable (NamespaceEvent) -> Void) throws(NamespaceError) {
        let descriptor = try NetlinkSocket(subject.family, groups: subject.groups).release()
        events = .follow(descriptor) { descriptor in
            if let event = subject.read(from: descriptor) { tell(event) }
            return true
        }
    }

    /// Closes the socket.
    public func close() {
        events.end()
    }
}

extension NamespaceEvents.Subject {
    fileprivate var family: NetlinkSocket.Family {
        switch self {
        case .devices: .route
        case .redirect: .netfilter
        }
    }

    /// RTNLGRP_LINK is group 1, NFNLGRP_NFTABLES group 7; bits are counted from 0.
    fileprivate var groups: UInt32 {
        switch self {
        case .devices: 1 << 0
        case .redirect: 1 << 6
        }
    }

    /// Reads what the kernel has to tell, to its end. When it had to drop something, the worst is assumed.
    fileprivate func read(from descriptor: Int32) -> NamespaceEvent? {
        var event: NamespaceEvent?
        while true {
            let (messages, isOverrun) = NetlinkSocket.receive(from: descriptor)
            guard isOverrun || messages != nil else { return event }
            switch self {
            case .devices: event = .devices
            case .redirect: event = messages.map { MetadataTable.event(after: $0) ?? event } ?? .redirectDamaged
            }
        }
    }
}

extension MetadataTable {
    /// What these changes leave of the table; nil when they are not about it. An installation begins with a removal and
    /// ends with a complete table.
    static func event(after messages: ArraySlice<UInt8>) -> NamespaceEvent? {
        let ours = Array(name.utf8) + [0]
        var event: NamespaceEvent?
        for message in NetlinkReader(messages) where message.type >> 8 == 10 && message.payload.first == 1 {
            // Behind the family and three octets, the first attribute is the table's name.
            guard message.payload.dropFirst(8).starts(with: ours) else { continue }
            switch message.type & 0xFF {
            case 6: event = .redirectWhole
            case 2, 5, 8, 20: event = .redirectDamaged
            default: break
            }
        }
        return event
    }
}
