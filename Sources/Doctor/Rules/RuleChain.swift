/// A list of rules in one of the kernel's two rule engines, as far as it concerns what happens to a packet.
struct RuleChain: Sendable, Equatable {
    /// Who has put it there, and with which program it is changed.
    enum Backend: String, Sendable {
        /// A table of nft(8).
        case nftables
        /// nftables, by way of the program iptables.
        case iptables
        /// The kernel's older engine, which neither nft nor iptables shows.
        case iptablesLegacy = "iptables-legacy"
    }

    enum Hook: String, Sendable {
        case prerouting, input, forward, output, postrouting
    }

    var backend: Backend
    /// `ip`, `ip6` or `inet`.
    var family: String
    var table: String
    var name: String
    /// Nil for a chain that others jump to.
    var hook: Hook?
    var priority = 0
    /// Address translation: only the first packet of a connection gets here, and only until one rule has translated it.
    var isNAT = false
    var dropsByDefault = false
    var rules: [PacketRule] = []

    /// In the table that `metapath up` and `metapath proxy` keep.
    var isMetapaths: Bool { backend == .nftables && family == "inet" && table == "metapath" }

    var isForIPv4: Bool { family != "ip6" }
    var isForIPv6: Bool { family != "ip" }
}

/// One rule: what it asks of a packet, and what it does with those that have it.
struct PacketRule: Sendable, Equatable {
    var conditions: [Condition]
    var actions: [Action]
    /// As its program lists it.
    var text: String
    /// What takes it away, without `ip netns exec`.
    var removal: String
    /// How many it has concerned so far; of a rule of address translation, how many connections. Nil where nobody counts.
    var packets: Int?

    indirect enum Condition: Sendable, Equatable {
        /// The device it came in on; a name, or a beginning that ends with `*`.
        case inputDevice(String)
        case outputDevice(String)
        /// An address or a range.
        case source(String)
        case destination(String)
        case sourcePort
        case destinationPorts(ClosedRange<UInt16>)
        case transport(String)
        case networkFamily(isIPv4: Bool)
        case mark(value: UInt32, mask: UInt32)
        /// A NAT rule has led it here.
        case isTranslated
        /// States of connection tracking, in lower case.
        case connectionState([String])
        case not(Condition)
        case anyOf([Condition])
        /// Something that we do not read.
        case other(String)
    }

    enum Action: Sendable, Equatable {
        case accept, drop, leave
        /// To a port of this host; nil: the same port.
        case redirect(port: UInt16?)
        case translate(to: String)
        case mark(value: UInt32, mask: UInt32)
        case jump(String)
        case goTo(String)
    }
}
