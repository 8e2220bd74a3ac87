import Foundation
import OsloConfig
import Testing

@testable import Doctor

@Suite("Secrets are compared and never shown")
struct SecretTests {
    private static func holder(_ reader: SecretHolder.Reader, _ text: String) -> SecretHolder {
        SecretHolder(reader, process: nil, files: [ConfigText.parse(text, file: "/etc/\(reader).conf").sections])
    }

    private static func findings(_ signer: String, _ verifier: String) async -> [Finding] {
        let path = ServicePath(
            name: "agent", signer: holder(.neutronAgent, signer), verifier: holder(.nova, verifier), endpoints: [])
        guard case .found(let findings) = await SecretCheck().run(path) else { return [] }
        return findings
    }

    private static let agents = "[DEFAULT]\nmetadata_proxy_shared_secret = deadbeef2eb84d8d\n"
    private static let novas = "[neutron]\nmetadata_proxy_shared_secret = deadbeef2eb84d8d\n"

    @Test func equalOnesAreFine() async {
        #expect(await Self.findings(Self.agents, Self.novas).isEmpty)
    }

    @Test(arguments: [
        ("[DEFAULT]\nmetadata_proxy_shared_secret = another\n", novas, FindingCode.secretsDiffer),
        (agents, "[neutron]\nmetadata_proxy_shared_secret = 'deadbeef2eb84d8d '\n", .secretPadded),
        (agents, "[neutron]\nmetadata_proxy_shared_secret = deadbeef2eb84d8d  # ours\n", .secretPadded),
        (agents, "[neutron]\nmetadata_proxy_shared_secret = \"deadbeef2eb84d8d\n", .secretPadded),
        (agents, "[DEFAULT]\nneutron_metadata_proxy_shared_secret = deadbeef2eb84d8d\n", .secretWrongPlace),
        ("[neutron]\nmetadata_proxy_shared_secret = deadbeef2eb84d8d\n", novas, .secretWrongPlace),
        ("[DEFAULT]\n", novas, .secretMissing),
    ])
    func mistakes(signer: String, verifier: String, code: FindingCode) async {
        let findings = await Self.findings(signer, verifier)
        #expect(findings.map(\.code) == [code])
        for finding in findings {
            #expect(!"\(finding)".contains("deadbeef"), "a secret is shown")
            #expect(!finding.remedy.text.contains("deadbeef"))
        }
    }

    @Test func aFingerprintTellsEqualFromDifferentWithinOneRunOnly() {
        let one = Fingerprint()
        #expect(one(SecretText("a")) == one(SecretText("a")))
        #expect(one(SecretText("a")) != one(SecretText("b")))
        #expect(one(SecretText("a")) != Fingerprint()(SecretText("a")))
        #expect("\(SecretText("deadbeef"))" == "***")
    }

    @Test(arguments: [("[DEFAULT]\n", novas), (agents, "[neutron]\n"), ("[DEFAULT]\n", "[neutron]\n")])
    func oneThatIsMissingIsCopiedOrMadeForBoth(signer: String, verifier: String) async throws {
        let files = try Files(["agent.ini": signer, "nova.conf": verifier])
        var path = files.path
        for case .found(let findings) in [await SecretCheck().run(path)] {
            try files.apply(findings.first?.remedy)
        }
        path = files.path
        #expect(path.signer?.secret == path.verifier?.secret)
        #expect(path.signer?.secret.value.isEmpty == false)
    }

    @Test(arguments: ["a|b&c\\d/e", "with 'one' and \"two\" quotes", "$(id) `id` %s"])
    func anyCharacterIsCopied(secret: String) async throws {
        let files = try Files([
            "agent.ini": "[DEFAULT]\nmetadata_proxy_shared_secret = another\n",
            "nova.conf": "[neutron]\nmetadata_proxy_shared_secret = \(secret)\n",
        ])
        guard case .found(let findings) = await SecretCheck().run(files.path) else {
            Issue.record("nothing was found")
            return
        }
        try files.apply(findings.first?.remedy)
        #expect(files.path.signer?.secret.value == secret)
    }

    @Test func anOldNameIsReplaced() async throws {
        let files = try Files(["nova.conf": "[DEFAULT]\nneutron_metadata_proxy_shared_secret = s3cret\n[api]\n"])
        var path = files.path
        path.signer = nil
        path.verifier?.reader = .metapath
        guard case .found(let findings) = await SecretCheck().run(path) else {
            Issue.record("nothing was found")
            return
        }
        #expect(findings.map(\.code) == [.secretOldName])
        try files.apply(findings.first?.remedy)
        #expect(files.path.verifier?.entry?.value == "s3cret")
        #expect(files.path.verifier?.entry?.option == SecretHolder.Reader.nova.option)
    }

    /// Of a directory of its own, with remedies that restart nothing.
    private final class Files {
        private let directory = URL.temporaryDirectory.appending(path: "doctor-\(UUID())")

        init(_ texts: [String: String]) throws {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            for (name, text) in texts {
                try text.write(to: directory.appending(path: name), atomically: true, encoding: .utf8)
            }
        }

        deinit { try? FileManager.default.removeItem(at: directory) }

        var path: ServicePath {
            var path = ServicePath(
                name: "agent", signer: holder(.neutronAgent, "agent.ini"), verifier: holder(.nova, "nova.conf"),
                endpoints: [MetadataEndpoint(url: "http://127.0.0.1:1")])
            path.starts.agent = "true   # the agent"
            path.starts.services["http://127.0.0.1:1"] = "true &"
            return path
        }

        private func holder(_ reader: SecretHolder.Reader, _ name: String) -> SecretHolder {
            let file = directory.appending(path: name)
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            return SecretHolder(reader, process: nil, files: [ConfigText.parse(text, file: file.path).sections])
        }

        func apply(_ remedy: Remedy?) throws {
            guard case .command(let command)? = remedy else {
                Issue.record("there is no command")
                return
            }
            let shell = try Process.run(URL(filePath: "/bin/sh"), arguments: ["-c", command])
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0)
        }
    }
}
