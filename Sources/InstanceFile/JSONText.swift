extension Written {
    /// JSON, two spaces a level, fields in the order given, a newline at the end.
    var json: String {
        var text = ""
        writeJSON(to: &text, indent: "")
        return text + "\n"
    }

    private func writeJSON(to text: inout String, indent: String) {
        switch self {
        case .text(let value): text += value.doubleQuoted
        case .bare(let value): text += value
        case .list(let items):
            Self.writeJSON(items, between: ("[", "]"), to: &text, indent: indent) { item, text, indent in
                item.writeJSON(to: &text, indent: indent)
            }
        case .fields(let fields):
            Self.writeJSON(fields, between: ("{", "}"), to: &text, indent: indent) { field, text, indent in
                text += field.name.doubleQuoted + ": "
                field.value.writeJSON(to: &text, indent: indent)
            }
        }
    }

    private static func writeJSON<Element>(
        _ elements: [Element], between brackets: (open: String, close: String), to text: inout String, indent: String,
        _ write: (Element, inout String, String) -> Void
    ) {
        text += brackets.open
        for (index, element) in elements.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + indent + "  "
            write(element, &text, indent + "  ")
        }
        text += (elements.isEmpty ? "" : "\n" + indent) + brackets.close
    }
}
