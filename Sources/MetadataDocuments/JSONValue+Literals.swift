extension JSONValue: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral fields: (String, JSONValue)...) {
        self = .object(uniqued: fields.map(Member.init))
    }
}

extension JSONValue {
    public static func integer(_ number: Int) -> JSONValue { .integer(String(number)) }

    /// `null` for nil.
    public static func string(orNull text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
