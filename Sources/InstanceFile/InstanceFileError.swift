/// Everything that is wrong with an import file.
public struct InstanceFileError: Error, Sendable, Equatable {
    /// One thing to correct.
    public struct Mistake: Error, Sendable, Equatable {
        /// From 1.
        public var line: Int
        /// From 1, counted in Unicode scalars.
        public var column: Int
        /// `instances[3].ports[0].ip`; empty for the file as a whole.
        public var path: String
        /// What belongs there, as in “expected …”.
        public var expected: String
        /// What is there, as in “found …”.
        public var found: String

        public init(line: Int, column: Int, path: String, expected: String, found: String) {
            self.line = line
            self.column = column
            self.path = path
            self.expected = expected
            self.found = found
        }
    }

    /// More mistakes than this are counted, not described.
    public static let describedMistakes = 1000

    public var fileName: String
    /// In the order of the file.
    public var mistakes: [Mistake]
    /// How many more there are than `mistakes` describes.
    public var omitted: Int

    public init(fileName: String, mistakes: [Mistake], omitted: Int = 0) {
        self.fileName = fileName
        self.mistakes = mistakes
        self.omitted = omitted
    }
}

extension InstanceFileError.Mistake: CustomStringConvertible {
    /// `LINE:COLUMN: PATH: expected …, found …`
    public var description: String {
        let place = path.isEmpty ? "\(line):\(column)" : "\(line):\(column): \(path)"
        return "\(place): expected \(expected), found \(found)"
    }
}

extension InstanceFileError: CustomStringConvertible {
    /// One mistake a line, each led by the file's name.
    public var description: String {
        var lines = mistakes.map { "\(fileName):\($0)" }
        if omitted > 0 { lines.append("\(fileName): \(omitted) more mistakes are not shown") }
        return lines.joined(separator: "\n")
    }
}
