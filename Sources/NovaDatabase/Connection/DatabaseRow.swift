/// One row of a result, its columns in the order of the statement. Nil is NULL.
struct DatabaseRow {
    private let values: [[UInt8]?]

    init(_ values: [[UInt8]?]) {
        self.values = values
    }

    func bytes(_ column: Int) -> [UInt8]? { values[column] }

    func text(_ column: Int) -> String? {
        values[column].map { String(decoding: $0, as: UTF8.self) }
    }
}
