import Foundation

/// One request as the service's access log tells it: where it arrived, who was identified, what was answered.
struct AccessLogEntry: Decodable, Sendable {
    struct Arrival: Decodable, Sendable {
        /// `router:UUID`, `network:UUID` or `service`.
        var listener: String
        var peer: String
        /// Nanoseconds from the connection's beginning to its first complete request; nil for later requests.
        var ns: Int?
    }

    struct Identification: Decodable, Sendable {
        var instance: String?
        /// Why there is no instance.
        var reason: String?
        /// Nanoseconds since the request was complete.
        var ns: Int
    }

    struct Answer: Decodable, Sendable {
        var method: String
        var path: String
        var status: Int
        var bytes: Int
        var ns: Int
    }

    /// When the answer was ready: UTC, ISO 8601 with milliseconds, so that texts compare as times do.
    var time: String
    var arrive: Arrival
    var identify: Identification
    var answer: Answer
    /// Of the whole request.
    var ns: Int

    /// The requests of one listener in the log, oldest first. A line that is still being written is passed over.
    static func read(_ path: String, listener: String) -> [AccessLogEntry] {
        let lines = FileManager.default.contents(atPath: path)?.split(separator: UInt8(ascii: "\n")) ?? []
        return lines.compactMap { try? JSONDecoder().decode(AccessLogEntry.self, from: $0) }
            .filter { $0.arrive.listener == listener }
    }
}
