import InstanceModel
import Yams

/// Reads values from the file's tree and collects what is wrong with them.
///
/// Every method returns nil after it has noted a mistake, so that reading goes on and all mistakes come out at once.
final class FileReader {
    private(set) var mistakes: [InstanceFileError.Mistake] = []
    private(set) var omitted = 0
    private let composition: Composition
    /// Values that may still be read. Aliases let a small file describe more than memory holds.
    private var valuesLeft = 20_000_000

    /// The bytes of a file named by `user_data_file`.
    let contentsOfFile: (String) throws -> [UInt8]

    init(_ composition: Composition, contentsOfFile: @escaping (String) throws -> [UInt8]) {
        self.composition = composition
        self.contentsOfFile = contentsOfFile
    }

    /// In the order of the file, whichever check found them.
    var sortedMistakes: [InstanceFileError.Mistake] {
        mistakes.sorted { ($0.line, $0.column, $0.path) < ($1.line, $1.column, $1.path) }
    }

    func refuse(_ value: FileValue, expected: String, found: String? = nil) {
        guard mistakes.count < InstanceFileError.describedMistakes else {
            omitted += 1
            return
        }
        mistakes.append(value.mistake(expected: expected, found: found))
    }

    /// Takes the fields of a mapping into `draft`. False when `value` is no mapping.
    @discardableResult
    func read<Draft>(_ value: FileValue, into draft: inout Draft, by table: FieldTable<Draft>) -> Bool {
        guard let entries = entries(value, expected: "a mapping with \(table.summary)") else { return false }
        var present: Set<String> = []
        for (name, key, entry) in entries where isFirst(name, key, in: &present) {
            guard let field = table[name] else {
                refuse(key, expected: table.hint(for: name), found: quoted(name))
                continue
            }
            if field.takesNull || !entry.isNull {
                field.read(&draft, entry, self)
            } else if let expected = field.required {
                refuse(entry, expected: expected)
            }
        }
        for field in table.fields where !present.contains(field.name) {
            guard let expected = field.required else { continue }
            let missing = FileValue(node: value.node, path: .field(value.path, field.name))
            refuse(missing, expected: expected, found: "nothing")
        }
        return true
    }

    /// What a mapping describes, starting from `draft`. Nil when `value` is no mapping.
    func record<Draft>(_ value: FileValue, _ draft: Draft, by table: FieldTable<Draft>) -> Draft? {
        var draft = draft
        return read(value, into: &draft, by: table) ? draft : nil
    }

    /// The pairs of a mapping whose keys are the file's own, in its order.
    func pairs<Value>(_ value: FileValue, _ read: (FileValue) -> Value?) -> [(key: String, value: Value)]? {
        guard let entries = entries(value, expected: "a mapping") else { return nil }
        var present: Set<String> = []
        return entries.compactMap { name, key, entry in
            guard isFirst(name, key, in: &present), let value = read(entry) else { return nil }
            return (name, value)
        }
    }

    /// The items of a list.
    func list<Value>(_ value: FileValue, of what: String, _ read: (FileValue) -> Value?) -> [Value]? {
        guard case .sequence(let sequence) = value.node else {
            refuse(value, expected: "a list of \(what)")
            return nil
        }
        return sequence.enumerated().compactMap { index, node in
            guard spend(on: value) else { return nil }
            return read(FileValue(node: node, path: .item(value.path, index)))
        }
    }

    private func entries(_ value: FileValue, expected: String) -> [(name: String, key: FileValue, value: FileValue)]? {
        guard case .mapping(let mapping) = value.node else {
            refuse(value, expected: expected)
            return nil
        }
        return mapping.compactMap { key, node in
            guard spend(on: value) else { return nil }
            guard case .scalar(let scalar) = key else {
                refuse(FileValue(node: key, path: value.path), expected: "a field's name")
                return nil
            }
            let name = composition.name(ofKey: scalar.string)
            let path = FieldPath.field(value.path, name)
            return (name, FileValue(node: key, path: path), FileValue(node: node, path: path))
        }
    }

    private func isFirst(_ name: String, _ key: FileValue, in present: inout Set<String>) -> Bool {
        if present.insert(name).inserted { return true }
        refuse(key, expected: "every field once", found: "\(quoted(name)) again")
        return false
    }

    private func spend(on value: FileValue) -> Bool {
        valuesLeft -= 1
        if valuesLeft == 0 {
            refuse(value, expected: "a file of at most 20 million values", found: "more, repeated by aliases")
        }
        return valuesLeft > 0
    }
}
