import MetadataDocuments
import Yams

enum YAMLPrinter {
    /// Without the final newline.
    static func text(_ value: JSONValue) throws -> String {
        let text = try Yams.serialize(node: node(value), allowUnicode: true)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private static func node(_ value: JSONValue) throws -> Node {
        switch value {
        case .object(let fields): Node(try fields.map { (Node($0.key), try node($0.value)) })
        case .array(let items): Node(try items.map(node))
        case .string(let text): try text.represented()
        default: try Yams.compose(yaml: String(decoding: value.serialised(), as: UTF8.self)) ?? Node("null")
        }
    }
}
