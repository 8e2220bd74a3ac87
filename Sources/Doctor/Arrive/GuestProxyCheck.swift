import NetworkNamespaces

/// Whether a guest asks the metadata address itself, or has an HTTP proxy ask, which cannot.
struct GuestProxyCheck: Check {
    let name = "guest's HTTP proxy"
    let hop = Hop.guestRoute
    let looksAt =
        """
        No variable of the guest's environment leads requests for 169.254.169.254 to an HTTP proxy: `http_proxy` and \
        `all_proxy`, in capitals too, unless `no_proxy` names the address.
        """
    let byHand =
        "grep -is _proxy /etc/netns/GUEST/environment; ip netns pids GUEST | xargs -I{} grep -iaz _proxy /proc/{}/environ"
    let codes: [FindingCode] = [.guestProxy]

    private static let directly = "\(MetadataAddress.ipv4),[\(MetadataAddress.ipv6)]"

    func run(_ path: GuestPath) async -> CheckOutcome {
        guard let namespace = path.guest.namespace else {
            return .notRun("the guest is a virtual machine; run `env | grep -i _proxy` in it")
        }
        let processes = ProcessFacts.all(inNetworkNamespace: namespace)
        return .findings(
            [inFile(path, namespace), inProcesses(path, processes)].compactMap(\.self),
            orPassed: processes.isEmpty ? "none" : "none, nor in its \(processes.count) processes")
    }

    /// `ip netns exec` puts it in the place of `/etc/environment`.
    private func inFile(_ path: GuestPath, _ namespace: String) -> Finding? {
        let file = "/etc/netns/\(namespace)/environment"
        guard let text = path.host.text(of: file) else { return nil }
        let variables = ProxyVariables(text.split(separator: "\n", omittingEmptySubsequences: false))
        guard let proxy = variables.proxy else { return nil }
        return Finding(
            .guestProxy, path.guest.name,
            "\(path.guest.name) asks the proxy \(proxy.place) for \(MetadataAddress.ipv4).",
            evidence: "\(proxy.variable) in \(file)", remedy: .command(exempting(variables, text, file)))
    }

    private func exempting(_ variables: ProxyVariables, _ text: String, _ file: String) -> String {
        guard let there = variables.exceptions else {
            let start = text.isEmpty || text.hasSuffix("\n") ? "" : #"\n"#
            return #"printf '\#(start)no_proxy=\#(Self.directly)\n' >> \#(file)"#
        }
        // In double quotes the shell leaves \1 as it is.
        return #"sed -i -E "\#(there.line)s/^([^=]*=[\"']?)/\1\#(Self.directly),/" \#(file)"#
    }

    private func inProcesses(_ path: GuestPath, _ processes: [ProcessFacts]) -> Finding? {
        let led = processes.compactMap { process in
            process.environment.flatMap { ProxyVariables($0).proxy }.map { (process: process, proxy: $0) }
        }
        guard let first = led.first else { return nil }
        let list = led.map { "\($0.process.program) (process \($0.process.pid))" }.joined(separator: ", ")
        return Finding(
            .guestProxy, path.guest.name,
            "\(first.process.program) in \(path.guest.name) asks the proxy \(first.proxy.place) for \(MetadataAddress.ipv4).",
            evidence: "\(first.proxy.variable) in the environment of \(list)",
            remedy: .advice("Restart \(list) with no_proxy=\(Self.directly) in the environment."))
    }
}
