/// Several sources of assignments, the later ones taking precedence, and the options that are known.
///
/// Looks assignments up and substitutes references; knows nothing of types.
struct ConfigSources {
    private let sources: [[OptionName: [ConfigEntry]]]
    private var declared: [OptionName: any DeclaredOption] = [:]

    init(_ sections: [ConfigSections]) {
        sources = sections.map { Dictionary(grouping: $0.entries, by: \.option) }
    }

    mutating func declare(_ option: some DeclaredOption) {
        declared[option.name] = option
    }

    /// The assignments that count for an option: the last one, or all of them in order if it is repeated.
    func entries(for option: some DeclaredOption) -> [ConfigEntry] {
        let names = [option.name] + option.aliases
        guard option.isRepeated else { return last(of: names).map { [$0] } ?? [] }
        return sources.flatMap { source in names.reversed().flatMap { source[$0] ?? [] } }
    }

    private func last(of names: [OptionName]) -> ConfigEntry? {
        for source in sources.reversed() {
            for name in names {
                if let entry = source[name]?.last { return entry }
            }
        }
        return nil
    }
}

/// Why a text's references could not be substituted.
enum ReferenceFailure: Error, Equatable {
    /// No option of this name is set or known.
    case unknown(String)
    /// The option's value refers, perhaps by way of others, to itself.
    case circular(String)
}

extension ConfigSources {
    /// `text` with its references replaced.
    /// - Parameter name: the option the text belongs to. A reference without a group means an option of the same group,
    ///   else one of `DEFAULT`.
    func substitute(_ text: String, of name: OptionName) throws(ReferenceFailure) -> String {
        try substitute(text, path: [name])
    }

    private func substitute(_ text: String, path: [OptionName]) throws(ReferenceFailure) -> String {
        var result = ""
        for piece in Template(text).pieces {
            switch piece {
            case .text(let text): result += text
            case .reference(let reference): result += try resolve(reference, path: path)
            }
        }
        return result
    }

    private func resolve(_ reference: String, path: [OptionName]) throws(ReferenceFailure) -> String {
        for name in candidates(for: reference, from: path.last) {
            guard let text = writtenText(of: name) else { continue }
            guard !path.contains(name) else { throw .circular(reference) }
            return try substitute(text, path: path + [name])
        }
        throw .unknown(reference)
    }

    private func candidates(for reference: String, from name: OptionName?) -> [OptionName] {
        let inDefaultGroup = OptionName(OptionName.defaultGroup, reference)
        if let stop = reference.firstIndex(of: ".") {
            let option = reference[reference.index(after: stop)...]
            return [OptionName(String(reference[..<stop]), String(option)), inDefaultGroup]
        }
        return [OptionName(name?.group ?? OptionName.defaultGroup, reference), inDefaultGroup]
    }

    /// What is set, else the default of a known option. An option that is set need not be known: a file made for
    /// another program may refer to that program's options.
    private func writtenText(of name: OptionName) -> String? {
        guard let option = declared[name] else { return last(of: [name])?.value }
        return entries(for: option).last?.value ?? option.defaultText
    }
}
