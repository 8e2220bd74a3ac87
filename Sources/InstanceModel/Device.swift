/// A tagged device of `meta_data.json` (contract nova.md §5.4).
public struct Device: Hashable, Sendable, Codable {
    public enum Kind: Hashable, Sendable, Codable {
        /// `trusted` nil: not recorded, shown as false.
        case nic(mac: String, vlan: Int?, trusted: Bool?)
        case disk(serial: Recorded, path: Recorded)
        case share(shareID: String, tag: String)
    }

    /// A text that Nova's record may lack, hold as null, or hold: the documents show the three differently.
    public enum Recorded: Hashable, Sendable, Codable {
        case absent
        case null
        case text(String)
    }

    /// Where the device sits.
    public struct Bus: Hashable, Sendable, Codable {
        public enum Kind: String, Sendable, Codable, CaseIterable { case pci, usb, scsi, ide, xen }

        public var kind: Kind
        /// Nil shows as `none`.
        public var address: String?

        public init(kind: Kind, address: String?) {
            self.kind = kind
            self.address = address
        }
    }

    public var kind: Kind
    /// Nil shows as `none`.
    public var bus: Bus?
    /// Nil: not recorded; empty shows as `[]`.
    public var tags: [String]?

    public init(kind: Kind, bus: Bus? = nil, tags: [String]? = nil) {
        self.kind = kind
        self.bus = bus
        self.tags = tags
    }
}
