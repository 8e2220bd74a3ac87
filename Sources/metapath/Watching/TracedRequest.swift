import Foundation

/// One line of `GET /trace`: a request, or how many were dropped because they were not taken fast enough.
enum TraceLine: Decodable {
    case request(TracedRequest)
    case dropped(Int)

    private enum Key: CodingKey { case dropped }

    init(from decoder: any Decoder) throws {
        if let count = try decoder.container(keyedBy: Key.self).decodeIfPresent(Int.self, forKey: .dropped) {
            self = .dropped(count)
        } else {
            self = .request(try TracedRequest(from: decoder))
        }
    }
}

/// See docs/configuration.md, “The access log”.
struct TracedRequest: Decodable {
    struct Arrival: Decodable {
        var listener: String
        var scope: String?
        var peer: String?
        var ns: Int?
    }

    struct Identification: Decodable {
        var instance: String?
        var name: String?
        var reason: String?
        var ns: Int
    }

    struct Answer: Decodable {
        var method: String
        var path: String
        var status: Int
        var bytes: Int
        var ns: Int
    }

    var time: String
    var arrive: Arrival
    var identify: Identification
    var answer: Answer
    var ns: Int
}
