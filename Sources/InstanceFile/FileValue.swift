import Yams

/// A value of the file and where it stands.
struct FileValue {
    let node: Node
    let path: FieldPath

    /// A plain scalar that YAML reads as null, which includes nothing at all.
    var isNull: Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain else { return false }
        return ["", "null", "~", "Null", "NULL"].contains(scalar.string)
    }

    var isScalar: Bool { node.scalar != nil }
    var isMapping: Bool { node.mapping != nil }

    /// The value as the end of “found …”.
    var summary: String {
        switch node {
        case .scalar(let scalar): isNull ? "null" : quoted(scalar.string)
        case .mapping(let mapping): mapping.isEmpty ? "an empty mapping" : "a mapping"
        case .sequence(let sequence): sequence.isEmpty ? "an empty list" : "a list"
        case .alias: "an alias"
        }
    }

    func has(_ field: String) -> Bool { node.mapping?[field] != nil }

    /// The field of this mapping, or the mapping under the field's path when the field is absent.
    func field(_ name: String) -> FileValue {
        FileValue(node: node.mapping?[name] ?? node, path: .field(path, name))
    }

    func mistake(expected: String, found: String? = nil) -> InstanceFileError.Mistake {
        let mark = node.mark
        return InstanceFileError.Mistake(
            line: mark?.line ?? 1, column: mark?.column ?? 1, path: path.description, expected: expected,
            found: found ?? summary)
    }
}

/// The way from the top of the file to a value. Rendered only when there is a mistake to report.
indirect enum FieldPath: CustomStringConvertible {
    case top
    case field(FieldPath, String)
    case item(FieldPath, Int)

    /// `instances[3].ports[0].ip`
    var description: String {
        switch self {
        case .top: ""
        case .field(.top, let name): name
        case .field(let parent, let name): "\(parent).\(name)"
        case .item(let parent, let index): "\(parent)[\(index)]"
        }
    }
}

/// Text in typographic quotes, on one line and cut where nobody would read on.
func quoted(_ text: String) -> String {
    let limit = 60
    let line = text.prefix(limit).map { $0.isNewline ? "⏎" : String($0) }.joined()
    return "“\(line)\(text.count > limit ? "…" : "")”"
}
