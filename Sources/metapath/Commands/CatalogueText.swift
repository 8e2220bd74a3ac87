import Foundation
import InstanceFile
import InstanceModel

/// An import file as it was read.
struct CatalogueText {
    /// As messages name it.
    let name: String
    let text: String
    private let directory: URL

    /// - Parameter path: `-` for standard input.
    init(path: String) throws {
        let input = path == "-" ? "/dev/stdin" : path
        guard let data = FileManager.default.contents(atPath: input) else {
            throw CommandError("\(path): expected a readable YAML or JSON file; check the name and its permissions.")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandError("\(path): expected UTF-8 text.")
        }
        self.name = path == "-" ? "standard input" : path
        self.text = text
        self.directory = URL(fileURLWithPath: path).deletingLastPathComponent()
    }

    init(name: String, text: String) {
        self.name = name
        self.text = text
        self.directory = URL(fileURLWithPath: ".")
    }

    /// - Parameter known: networks and routers that the file may refer to.
    func parse(known: Catalogue) throws -> Catalogue {
        try InstanceFile.parse(text, fileName: name, known: known) { file in
            Array(try Data(contentsOf: URL(fileURLWithPath: file, relativeTo: directory)))
        }
    }
}
