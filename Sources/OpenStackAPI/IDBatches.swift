import Foundation

/// Many ids of one filter, split so that each request's address stays short enough.
struct IDBatches {
    /// The filter that repeats, such as `network_id`.
    var name: String
    /// The most ids of one request (contract nova.md §2.3: 160 networks; §10.4: 150 security groups).
    var limit: Int
    /// Octets that the rest of the address takes.
    var taken: Int

    /// Each id once, in the order of their first appearance; a batch holds at least one.
    func split(_ ids: [String]) -> [[String]] {
        var seen: Set<String> = []
        var batches: [[String]] = []
        var room = 0
        for id in ids where seen.insert(id).inserted {
            let length = "&\(name)=\(URLText.encode(id))".utf8.count
            if batches.isEmpty || batches[batches.count - 1].count == limit || length > room {
                batches.append([])
                room = URLText.limit - taken
            }
            batches[batches.count - 1].append(id)
            room -= length
        }
        return batches
    }
}
