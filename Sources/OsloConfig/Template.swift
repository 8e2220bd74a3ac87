/// A value's text, taken apart into what stands for itself and what stands for another option.
///
/// `$name`, `${name}`, `$group.name` and `${group.name}` are references. `$$` and `\$` are a dollar sign, and so is one
/// that nothing of this follows. A reference's name takes as many letters, digits, underscores and full stops as there
/// are.
struct Template: Equatable {
    enum Piece: Equatable {
        case text(String)
        case reference(String)
    }

    private(set) var pieces: [Piece] = []

    init(_ text: String) {
        var rest = text.replacing(#"\$"#, with: "$$")[...]
        while let dollar = rest.utf8.firstIndex(of: UInt8(ascii: "$")) {
            append(rest[..<dollar])
            let following = rest[rest.utf8.index(after: dollar)...]
            if following.utf8.first == UInt8(ascii: "$") {
                append("$")
                rest = Substring(following.utf8.dropFirst())
            } else if let (name, remainder) = Self.reference(following) {
                pieces.append(.reference(name))
                rest = remainder
            } else {
                append("$")
                rest = following
            }
        }
        append(rest)
    }

    private mutating func append(_ text: Substring) {
        guard !text.isEmpty else { return }
        if case .text(let before) = pieces.last {
            pieces[pieces.count - 1] = .text(before + text)
        } else {
            pieces.append(.text(String(text)))
        }
    }

    private static func reference(_ text: Substring) -> (name: String, remainder: Substring)? {
        let isBraced = text.utf8.first == UInt8(ascii: "{")
        let start = isBraced ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = start.first, first.isNameByte, !first.isDigitOrStop else { return nil }
        let name = start.prefix(while: \.isNameByte)
        let remainder = start[name.endIndex...]
        guard isBraced else { return (String(Substring(name)), Substring(remainder)) }
        guard remainder.first == UInt8(ascii: "}") else { return nil }
        return (String(Substring(name)), Substring(remainder.dropFirst()))
    }
}

extension UInt8 {
    fileprivate var isDigitOrStop: Bool {
        self == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self)
    }

    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: isDigitOrStop
        }
    }
}
