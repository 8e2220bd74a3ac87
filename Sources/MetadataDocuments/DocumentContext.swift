/// What changes from one request to the next, or from one day to the next.
///
/// One per event loop, with ``requesterAddress`` set for each request. Not Sendable, because ``RandomSeed`` is not.
public struct DocumentContext {
    /// The requester's address as text, shown as `local-ipv4` by an instance without a fixed IPv4 address
    /// (contract nova.md §4.1). Nil shows as `None`.
    public var requesterAddress: [UInt8]?
    public var randomSeed: RandomSeed
    public var staticVendorData: StaticVendorData
    /// The UTC date as `YYYY-MM-DD`. OpenStack versions with a later date are not listed (contract nova.md §3.2).
    public var today: String

    public init(
        requesterAddress: [UInt8]? = nil, randomSeed: RandomSeed, staticVendorData: StaticVendorData = .empty,
        today: String
    ) {
        self.requesterAddress = requesterAddress
        self.randomSeed = randomSeed
        self.staticVendorData = staticVendorData
        self.today = today
    }
}
