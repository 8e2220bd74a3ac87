/// One line of `GET /top`.
struct TopFigures: Decodable {
    struct Row: Decodable {
        var instance: String?
        var name: String?
        var peer: String?
        var network: String?
        var path: String?
        var status: Int?
        var reason: String?
        var requests: Int
        /// A second.
        var rate: Double
        var errors: Int
        /// Microseconds.
        var p50_us: Double
        var p99_us: Double
    }

    var time: String
    /// That the figures are about.
    var seconds: Double
    var requests: Int
    var rate: Double
    var errors: Int
    var p50_us: Double
    var p99_us: Double
    /// Requests that are in the sums and in no table.
    var others: Int
    var instances: [Row]
    var networks: [Row]
    var slowest: [Row]
    var failing: [Row]
}
