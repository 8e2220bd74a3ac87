/// One value of a listing.
enum Cell {
    case text(String)
    case number(Int)
    case list([String])
    case none

    init(_ text: String?) {
        self = text.map(Cell.text) ?? .none
    }

    /// For tables, `value` and CSV.
    var plain: String {
        switch self {
        case .text(let text): text
        case .number(let number): String(number)
        case .list(let items): items.joined(separator: ", ")
        case .none: ""
        }
    }

    var isNumber: Bool {
        if case .number = self { true } else { false }
    }
}
