import Foundation
import InstanceFile
import InstanceModel

enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}

/// What is wrong with the file `x`, a line each; empty when nothing is.
func mistakes(_ text: String, known: Catalogue = Catalogue()) -> [String] {
    do {
        _ = try InstanceFile.parse(text, fileName: "x", known: known)
        return []
    } catch {
        return error.description.split(separator: "\n").map(String.init)
    }
}

/// The only instance of a file on a network `blue`, with these lines added to it.
func instance(_ lines: String...) throws -> Instance {
    let text = ([onBlue] + lines.map { "    " + $0 }).joined(separator: "\n")
    let instances = try InstanceFile.parse(text, fileName: "x").instances
    guard let instance = instances.first else { throw NoOtherFiles() }
    return instance
}

/// A network and the beginning of an instance; lines added go into the instance. The next line is the ninth.
let onBlue = """
    networks:
      - name: blue
        subnets:
          - cidr: 10.0.0.0/24
          - cidr: 2001:db8::/64
    instances:
      - name: web-1
        project: demo
    """
