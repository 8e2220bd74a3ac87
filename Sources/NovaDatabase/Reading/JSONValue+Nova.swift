import MetadataDocuments

extension JSONValue {
    /// The member of an object; nil where there is none, where it is null, and for anything that is no object.
    subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members.first(where: { $0.key == key })?.value,
            value != .null
        else { return nil }
        return value
    }

    /// Whether the object has this member, be it null.
    func has(_ key: String) -> Bool {
        guard case .object(let members) = self else { return false }
        return members.contains { $0.key == key }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var number: Int? {
        if case .integer(let digits) = self { Int(digits) } else { nil }
    }

    /// Empty for anything that is no array.
    var items: [JSONValue] {
        if case .array(let items) = self { items } else { [] }
    }

    /// What Python takes for true.
    var isTruthy: Bool {
        switch self {
        case .null: false
        case .boolean(let value): value
        case .integer(let digits): Int(digits) != 0
        case .float(let value): value != 0
        case .string(let text): !text.isEmpty
        case .array(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// The fields of a serialised object of Nova's.
    var novaData: JSONValue? { self["nova_object.data"] }
    var novaName: String? { self["nova_object.name"]?.text }

    /// - Throws: ``BlobError`` for a text that is no JSON.
    static func blob(_ text: [UInt8]) throws(BlobError) -> JSONValue {
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw BlobError(description: "expected JSON, found another text: \(error)")
        }
    }
}
