/// A value to be written to a file, apart from the syntax it is written in.
indirect enum Written: Sendable {
    case text(String)
    /// A number, `true`, `false` or `null`.
    case bare(String)
    case list([Written])
    case fields([(name: String, value: Written)])

    static let null = Written.bare("null")
    static func number(_ number: Int) -> Written { .bare(String(number)) }
    static func bool(_ bool: Bool) -> Written { .bare(bool ? "true" : "false") }
    static func texts(_ texts: [String]) -> Written { .list(texts.map(Written.text)) }
}

extension String {
    /// In double quotes as both JSON and YAML read it. Everything that YAML does not take literally is escaped.
    var doubleQuoted: String {
        var result = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            default:
                if scalar.isLiteral {
                    result.unicodeScalars.append(scalar)
                } else {
                    let digits = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return result + "\""
    }
}

extension Unicode.Scalar {
    /// May stand in a YAML file as itself and is not taken for the end of a line.
    var isLiteral: Bool {
        switch value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
