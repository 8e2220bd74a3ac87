import MetadataDocuments

/// JSON for people and scripts: one field a line, two spaces a level.
enum JSONPrinter {
    static func text(_ value: JSONValue) -> String {
        text(value, indent: "")
    }

    private static func text(_ value: JSONValue, indent: String) -> String {
        let inner = indent + "  "
        switch value {
        case .object(let fields) where !fields.isEmpty:
            let lines = fields.map { "\(inner)\(compact(.string($0.key))): \(text($0.value, indent: inner))" }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .array(let items) where !items.isEmpty:
            let lines = items.map { inner + text($0, indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        default:
            return compact(value)
        }
    }

    private static func compact(_ value: JSONValue) -> String {
        String(decoding: value.serialised(), as: UTF8.self)
    }
}

extension JSONValue {
    init(_ cell: Cell) {
        switch cell {
        case .text(let text): self = .string(text)
        case .number(let number): self = .integer(number)
        case .list(let items): self = .array(items.map(JSONValue.string))
        case .none: self = .null
        }
    }
}
