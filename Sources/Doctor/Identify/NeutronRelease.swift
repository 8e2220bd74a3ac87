import NetworkNamespaces

/// The release of Neutron that an agent runs.
public struct NeutronRelease: Sendable, Comparable {
    /// Major, minor, patch; 26 is 2025.1.
    var numbers: [Int]

    /// `29.0.0`, `2:25.1.0-0ubuntu1`; nil for no version.
    init?(_ text: String) {
        let version = text.split(separator: ":").last ?? ""
        let numbers = version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
        guard let first = numbers.first, first > 0 else { return nil }
        self.numbers = Array((numbers + [0, 0]).prefix(3))
    }

    /// Asks the interpreter that the agent runs in, else the packages.
    public static func look(_ agent: ProcessFacts, on host: HostView = HostView()) async -> NeutronRelease? {
        let question = "import importlib.metadata; print(importlib.metadata.version('neutron'))"
        if let python = agent.arguments.first, python.contains("python"),
            let version = try? await host.output([python, "-c", question])
        {
            return NeutronRelease(version)
        }
        let version = try? await host.output(["dpkg-query", "-W", "-f", "${Version}", "neutron-common"])
        return version.flatMap { NeutronRelease($0) }
    }

    public static func < (left: NeutronRelease, right: NeutronRelease) -> Bool {
        left.numbers.lexicographicallyPrecedes(right.numbers)
    }
}

extension NeutronRelease: CustomStringConvertible {
    public var description: String { numbers.map(String.init).joined(separator: ".") }
}

/// A published defect of Neutron's metadata agent (contract neutron.md §0.1, §3).
struct KnownDefect: Sendable {
    /// What it looks like from outside.
    var codes: Set<FindingCode>
    /// The first release that has it, and the first that has not; nil where none is known to be without it.
    var since: [Int]
    var mended: [Int]?
    /// One sentence; follows the release's name.
    var text: String

    static let all = [
        KnownDefect(
            codes: [.agentSocketFull, .otherStatus], since: [26], mended: nil,
            text: "lets five connections wait at its socket, whatever metadata_backlog says"),
        KnownDefect(
            codes: [.agentSocketMode], since: [26], mended: nil,
            text: "does not read metadata_proxy_socket_mode, so that the socket has the mode of its umask"),
        KnownDefect(
            codes: [.userDataDiffers], since: [26], mended: nil,
            text: "unpacks what begins like gzip on its way to the guest"),
        KnownDefect(
            codes: [.otherStatus], since: [26], mended: nil,
            text: "gives no answer to bodies that are no text, which haproxy turns into 502"),
        KnownDefect(
            codes: [.otherStatus], since: [26], mended: [26, 0, 1],
            text: "gives no answer to a guest that it does not know, which haproxy turns into 502"),
        KnownDefect(
            codes: [.novaUnreachable], since: [1], mended: [25],
            text: "answers guests with 500 while Nova is away, which cloud-init does not wait for"),
    ]

    /// What is known of a release that could be behind a finding; empty where nothing is.
    static func notes(on code: FindingCode, _ release: NeutronRelease?) -> String {
        guard let release else { return "" }
        return all.filter { $0.codes.contains(code) && $0.concerns(release) }.map { defect in
            let cure = defect.mended.map { "\($0.map(String.init).joined(separator: ".")) mends it" }
            return "; Neutron \(release) \(defect.text) (\(cure ?? "no release is known to mend it"))"
        }.joined()
    }

    private func concerns(_ release: NeutronRelease) -> Bool {
        !release.numbers.lexicographicallyPrecedes(since)
            && mended.map { release.numbers.lexicographicallyPrecedes($0) } ?? true
    }
}
