import ArgumentParser
import Foundation
import ListenerHolder
import OsloConfig

/// Which network namespaces are served, for `up` and `proxy`.
struct NamespaceOptions: ParsableArguments {
    @Option(
        name: .customLong("namespace"),
        help: ArgumentHelp(
            "Serve this namespace for this router or network; repeatable.",
            discussion: "Namespaces named qrouter-UUID, qdhcp-UUID and ovnmeta-UUID need no telling.",
            valueName: "NAME=router:UUID|NAME=network:UUID"))
    var namespaces: [String] = []

    @Option(
        name: .customLong("namespace-file"),
        help: ArgumentHelp("File with one such assignment a line; # begins a comment.", valueName: "file"))
    var file: String?

    @Flag(
        name: .customLong("discovery"), inversion: .prefixedNo,
        help: "Serve namespaces with Neutron's names without being told. Default: [metapath] discover_namespaces, true."
    )
    var discovery: Bool?

    /// - Parameter discoversUnasked: what counts where nothing says whether namespaces are to be discovered.
    func settings(
        _ configuration: inout Configuration, discoversUnasked: Bool = true
    ) throws -> NamespaceSettings {
        var mistakes: [String] = []
        var told: [NamespaceAssignment] = []
        for text in configuration.value(Options.namespaces) {
            guard let assignment = NamespaceAssignment(text) else {
                configuration.reject(Options.namespaces, expected: Self.expectation)
                continue
            }
            told.append(assignment)
        }
        for (text, place) in namespaces.map({ ($0, "--namespace \($0)") }) + (try fileLines()) {
            guard let assignment = NamespaceAssignment(text) else {
                mistakes.append("\(place): expected \(Self.expectation).")
                continue
            }
            told.append(assignment)
        }
        guard mistakes.isEmpty else { throw ValidationError(mistakes.joined(separator: "\n")) }
        let isAsked = configuration.entry(of: Options.discoverNamespaces) != nil
        let discovers = configuration.value(Options.discoverNamespaces) && (isAsked || discoversUnasked)
        return NamespaceSettings(
            told: told, discovers: discovery ?? discovers,
            redirectPort: UInt16(clamping: configuration.value(Options.metadataPort)))
    }

    private static let expectation = "NAME=router:UUID or NAME=network:UUID"

    private func fileLines() throws -> [(String, String)] {
        guard let file else { return [] }
        guard let data = FileManager.default.contents(atPath: file) else {
            throw CommandError("\(file): expected a readable file of namespaces; check the name and its permissions.")
        }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.enumerated().compactMap { index, line in
            let text = line.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces)
            return text.isEmpty ? nil : (text, "\(file):\(index + 1)")
        }
    }
}

struct NamespaceSettings {
    var told: [NamespaceAssignment]
    var discovers: Bool
    /// Where routers lead their guests.
    var redirectPort: UInt16

    var isEmpty: Bool { told.isEmpty && !discovers }
}
