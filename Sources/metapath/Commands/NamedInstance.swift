import InstanceModel
import InstanceStore

extension InstanceCatalogue {
    /// The one instance with this id or name.
    func instance(named text: String) async throws -> Instance {
        let found = try await instances(named: text)
        if let only = found.first, found.count == 1 { return only }
        if found.isEmpty {
            throw CommandError("There is no instance “\(text)”; `metapath instance list` shows those there are.")
        }
        let ids = found.map { "\($0.id)" }.joined(separator: ", ")
        throw CommandError("\(found.count) instances are named “\(text)”; give the id of one: \(ids).")
    }
}
