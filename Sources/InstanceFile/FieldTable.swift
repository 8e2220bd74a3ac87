/// A field that a mapping of the file may have, and how it is taken into the draft of what the mapping describes.
struct Field<Draft>: Sendable {
    let name: String
    /// What is missing when the field is: nil for an optional field.
    let required: String?
    /// False: an explicit null is the same as leaving the field out.
    let takesNull: Bool
    let read: @Sendable (inout Draft, FileValue, FileReader) -> Void

    init<Value>(
        _ name: String, _ property: any WritableKeyPath<Draft, Value> & Sendable, required: String? = nil,
        _ value: @escaping @Sendable (FileReader, FileValue) -> Value?
    ) {
        self.name = name
        self.required = required
        self.takesNull = false
        self.read = { draft, found, reader in
            if let value = value(reader, found) { draft[keyPath: property] = value }
        }
    }

    /// A field in which null is a value of its own.
    init<Value>(
        nullable name: String, _ property: any WritableKeyPath<Draft, Given<Value>> & Sendable, required: String? = nil,
        _ value: @escaping @Sendable (FileReader, FileValue) -> Value?
    ) {
        self.name = name
        self.required = required
        self.takesNull = true
        self.read = { draft, found, reader in
            if found.isNull {
                draft[keyPath: property] = .null
            } else if let value = value(reader, found) {
                draft[keyPath: property] = .value(value)
            }
        }
    }
}

/// The fields of one kind of mapping: the source of what is read, of the hint for a field that is unknown, and of the
/// names that the published schema must have.
struct FieldTable<Draft>: Sendable {
    let fields: [Field<Draft>]
    private let index: [String: Int]

    init(_ fields: [Field<Draft>]) {
        self.fields = fields
        self.index = Dictionary(
            fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(name: String) -> Field<Draft>? { index[name].map { fields[$0] } }

    var names: [String] { fields.map(\.name) }

    var summary: String { names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "") }

    /// What to write instead of a field that does not exist.
    func hint(for name: String) -> String {
        let nearest = names.map { (name: $0, distance: editDistance($0, name)) }.min { $0.distance < $1.distance }
        if let nearest, nearest.distance * 2 <= min(name.count, 8) { return "the field \(quoted(nearest.name))" }
        return "one of the fields \(names.joined(separator: ", "))"
    }
}

/// How many characters must be put in, taken out or replaced to make one text of the other (Levenshtein).
private func editDistance(_ first: String, _ second: String) -> Int {
    let second = Array(second.lowercased().prefix(100))
    var row = Array(0...second.count)
    for (line, character) in first.lowercased().enumerated() {
        var diagonal = row[0]
        row[0] = line + 1
        for column in second.indices {
            let replaced = diagonal + (character == second[column] ? 0 : 1)
            diagonal = row[column + 1]
            row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
        }
    }
    return row[second.count]
}
