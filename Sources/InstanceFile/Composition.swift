import Yams

/// The file's text as a tree of nodes, or the reason why it is none.
///
/// Yams stops at the first mapping that repeats a key. So that repeated keys are reported along with everything else,
/// the first scalar of the repeated key is replaced by one from the private use area and the text is read again;
/// the replacement keeps every line and column. `name(ofKey:)` undoes it.
struct Composition {
    private(set) var root: Node?
    private(set) var mistakes: [InstanceFileError.Mistake] = []
    private var renamedKeys: [Unicode.Scalar: String] = [:]

    /// UTF-8 bytes. More is not an import but an accident.
    static let maximumSize = 256 << 20
    /// What may be read again on account of repeated keys before the rest of the file goes unchecked.
    private static let maximumRenamedKeys = 20
    private static let maximumSizeRead = 64 << 20
    private static let firstPrivateScalar: UInt32 = 0xE000

    init(_ text: String) {
        guard text.utf8.count <= Self.maximumSize else {
            let expected = "a file of at most \(Self.maximumSize >> 20) MiB"
            mistakes = [.file(expected: expected, found: "\(text.utf8.count >> 20) MiB")]
            return
        }
        var text = JSONEscapes.joiningSurrogates(in: text)
        text.makeContiguousUTF8()
        while let repeated = compose(text) {
            mistakes.append(repeated.mistake)
            let sizeRead = text.utf8.count * renamedKeys.count
            guard sizeRead <= Self.maximumSizeRead, renamedKeys.count < Self.maximumRenamedKeys,
                rename(repeated, in: &text)
            else { return }
        }
        if root != nil { mistakes = [] }
    }

    /// The key as it is written in the file.
    func name(ofKey key: String) -> String {
        guard let first = key.unicodeScalars.first else { return key }
        return renamedKeys[first] ?? key
    }

    /// Reads the text once. Returns a repeated key if that is what stopped it.
    private mutating func compose(_ text: String) -> RepeatedKey? {
        do {
            root = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
            if root == nil { mistakes.append(.file(expected: "networks, routers or instances", found: "nothing")) }
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            if let key = keys.first { return RepeatedKey(name: key, mark: context.mark) }
        } catch {
            mistakes.append(.notReadable(error))
        }
        return nil
    }

    private mutating func rename(_ key: RepeatedKey, in text: inout String) -> Bool {
        guard let substitute = Unicode.Scalar(Self.firstPrivateScalar + UInt32(renamedKeys.count)),
            var index = text.index(of: key.mark)
        else { return false }
        var scalars = text.unicodeScalars
        if scalars[index] == "\"" || scalars[index] == "'" { index = scalars.index(after: index) }
        guard index < scalars.endIndex, !":\"'\n".unicodeScalars.contains(scalars[index]) else { return false }
        renamedKeys[substitute] = name(ofKey: key.name)
        scalars.replaceSubrange(index...index, with: CollectionOfOne(substitute))
        text = String(scalars)
        return true
    }
}

private struct RepeatedKey {
    let name: String
    let mark: Mark

    var mistake: InstanceFileError.Mistake {
        .init(
            line: mark.line, column: mark.column, path: "",
            expected: "every field once; the rest of the file is not checked before that",
            found: "\(quoted(name)) more than once")
    }
}

extension InstanceFileError.Mistake {
    static func file(expected: String, found: String) -> Self {
        .init(line: 1, column: 1, path: "", expected: expected, found: found)
    }

    fileprivate static func notReadable(_ error: any Error) -> Self {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let fault = [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
            return .notReadable(fault, line: mark.line, column: mark.column)
        case .reader(let problem, let offset, _, let yaml):
            let place = offset.map(yaml.lineAndColumn) ?? (line: 1, column: 1)
            return .notReadable(problem, line: place.line, column: place.column)
        default:
            return .file(expected: "YAML or JSON", found: "text that cannot be read")
        }
    }

    private static func notReadable(_ fault: String, line: Int, column: Int) -> Self {
        .init(line: line, column: column, path: "", expected: "YAML or JSON", found: "a fault: \(fault)")
    }
}

extension String {
    /// The place that libyaml's line and column mean.
    fileprivate func index(of mark: Mark) -> String.Index? {
        let scalars = unicodeScalars
        var index = scalars.startIndex
        for _ in 1..<max(mark.line, 1) {
            guard let end = scalars[index...].firstIndex(where: \.endsLine) else { return nil }
            let isPair = scalars[end] == "\r" && scalars[scalars.index(after: end)...].first == "\n"
            index = scalars.index(end, offsetBy: isPair ? 2 : 1)
        }
        let found = scalars.index(index, offsetBy: mark.column - 1, limitedBy: scalars.endIndex)
        return found == scalars.endIndex ? nil : found
    }

    /// Line and column, from 1, of the character at `offset`.
    fileprivate func lineAndColumn(offset: Int) -> (line: Int, column: Int) {
        let before = prefix(offset)
        let column = before.reversed().prefix { !$0.isNewline }.count
        return (before.count(where: \.isNewline) + 1, column + 1)
    }
}

extension Unicode.Scalar {
    /// What libyaml counts as the end of a line.
    fileprivate var endsLine: Bool {
        self == "\n" || self == "\r" || self == "\u{85}" || self == "\u{2028}" || self == "\u{2029}"
    }
}
