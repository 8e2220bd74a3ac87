/// A growing text, mostly JSON in the form of Python's `json.dumps` (contract nova.md §3.5): `, ` between items, `: `
/// after keys, ASCII only with DEL escaped too, members in the order of writing.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    /// Whether the next key or item follows another one. One flag is enough: opening a container clears it, and
    /// closing one makes a value.
    private var followsValue = false

    mutating func openObject() { open(UInt8(ascii: "{")) }
    mutating func closeObject() { close(UInt8(ascii: "}")) }
    mutating func openArray() { open(UInt8(ascii: "[")) }
    mutating func closeArray() { close(UInt8(ascii: "]")) }

    /// The next value begins a new text, whatever was written last.
    mutating func beginText() { followsValue = false }

    /// The next key is written as one that follows other members, whatever was written last.
    mutating func resumeObject() { followsValue = true }

    mutating func object(_ members: (inout JSONText) -> Void) {
        openObject()
        members(&self)
        closeObject()
    }

    mutating func array<Item>(_ items: some Sequence<Item>, _ write: (inout JSONText, Item) -> Void) {
        openArray()
        for item in items { write(&self, item) }
        closeArray()
    }

    mutating func key(_ name: String) {
        separate()
        appendQuoted(name)
        append(": ")
        followsValue = false
    }

    mutating func string(_ value: String?) {
        guard let value else { return null() }
        self.value { $0.appendQuoted(value) }
    }

    mutating func integer(_ value: Int?) {
        literal(value.map(String.init) ?? "null")
    }

    mutating func boolean(_ value: Bool) { literal(value ? "true" : "false") }

    mutating func null() { literal("null") }

    /// A value that is JSON already.
    mutating func serialised(_ json: [UInt8]) {
        value { $0.bytes += json }
    }

    mutating func literal(_ json: String) {
        value { $0.append(json) }
    }

    mutating func member(_ name: String, _ value: String?) {
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int?) {
        key(name)
        integer(value)
    }

    /// Text as it is, outside JSON's rules.
    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    mutating func append(_ other: JSONText) {
        bytes += other.bytes
    }

    /// A copy without spare capacity, to be kept.
    var exactBytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, count in
            count = buffer.initialize(fromContentsOf: bytes)
        }
    }

    mutating func reserveCapacity(_ count: Int) {
        bytes.reserveCapacity(count)
    }

    private mutating func value(_ write: (inout JSONText) -> Void) {
        separate()
        write(&self)
        followsValue = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        followsValue = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        followsValue = true
    }

    private mutating func separate() {
        if followsValue { append(", ") }
    }
}

extension JSONText {
    private mutating func appendQuoted(_ text: String) {
        append("\"")
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": append("\\\"")
            case "\\": append("\\\\")
            case "\n": append("\\n")
            case "\r": append("\\r")
            case "\t": append("\\t")
            case "\u{8}": append("\\b")
            case "\u{C}": append("\\f")
            case " "..."~": bytes.append(UInt8(truncatingIfNeeded: scalar.value))
            default: for unit in scalar.utf16 { appendEscaped(unit) }
            }
        }
        append("\"")
    }

    private mutating func appendEscaped(_ unit: UInt16) {
        append("\\u")
        for shift in [12, 8, 4, 0] {
            bytes.append(hexDigit(UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 0xF))
        }
    }
}

/// The lower-case digit of a value below 16.
private func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}
