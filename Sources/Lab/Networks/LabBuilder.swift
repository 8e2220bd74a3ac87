import NetworkNamespaces

/// Makes what a plan says, in few processes: one for all namespaces, one for all cables, then one or two per namespace,
/// several at a time.
struct LabBuilder: Sendable {
    var plan: LabPlan
    var interruption: Interruption?

    func build() throws(LabError) {
        try interruption?.check()
        try IPBatch(lines: plan.namespaceNames.map { "netns add \($0)" }).run()
        try interruption?.check()
        try IPBatch(lines: plan.links, namespace: plan.bridgeNamespace).run()
        try setUpNamespaces()
        try interruption?.check()
    }

    private func setUpNamespaces() throws(LabError) {
        let namespaces = plan.namespaces
        _ = try inParallel(namespaces.count) { index throws(LabError) in
            try interruption?.check()
            try setUp(namespaces[index])
        }
    }

    private func setUp(_ namespace: LabPlan.Namespace) throws(LabError) {
        try IPBatch(lines: namespace.lines, namespace: namespace.name).run()
        switch namespace.rules {
        case .metapaths:
            try asLabError { () throws(NamespaceError) in try MetadataRedirect(namespace: namespace.name).install() }
        case .neutrons: try NeutronRules.install(in: namespace.name)
        case nil: break
        }
    }
}

/// Lines for one `ip -batch`, which stops at the first that fails.
struct IPBatch: Sendable {
    var lines: [String]
    /// Nil: our own.
    var namespace: String?

    /// - Throws: ``LabError`` with the line that failed.
    func run() throws(LabError) {
        let input = lines.joined(separator: "\n") + "\n"
        let command = NamespaceCommand(["ip", "-batch", "-"], in: namespace, input: input)
        let result = try asLabError { () throws(NamespaceError) in try command.run() }
        guard result.status != 0 else { return }
        let place = namespace.map { " in the network namespace \($0)" } ?? ""
        throw LabError(
            .commandFailed, "`ip \(failedLine(result.errors) ?? "-batch -")`\(place) failed: \(result.errors)")
    }

    /// The line whose number ip tells: `Command failed -:3`.
    private func failedLine(_ errors: String) -> String? {
        guard let mark = errors.firstRange(of: "Command failed -:"),
            let number = Int(errors[mark.upperBound...].prefix { $0.isNumber }), lines.indices.contains(number - 1)
        else { return nil }
        return lines[number - 1]
    }
}
