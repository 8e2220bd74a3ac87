/// Who has what may be had only once.
struct Register<Key: Hashable> {
    private var owners: [Key: FieldPath] = [:]

    /// Notes the owner. Returns the earlier one if there is one, which stays.
    mutating func claim(_ key: Key, _ path: FieldPath) -> FieldPath? {
        if let owner = owners[key] { return owner }
        owners[key] = path
        return nil
    }

    func contains(_ key: Key) -> Bool { owners[key] != nil }
}
