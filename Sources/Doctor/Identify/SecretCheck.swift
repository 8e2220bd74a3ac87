import Foundation
import OsloConfig

/// The shared secret of both sides, where each reads it, and whether the service accepts it.
struct SecretCheck: Check {
    let name = "shared secret"
    let hop = Hop.secret
    let looksAt =
        """
        Both sides have the same secret, under the names that they read, written without anything that does not belong \
        to it; and what is signed with it is accepted. Secrets are shown as fingerprints of this run.
        """
    let byHand = "grep -Hn metadata_proxy_shared_secret FILE; metapath sign INSTANCE --config-file FILE"
    let codes: [FindingCode] = [
        .secretMissing, .secretWrongPlace, .secretOldName, .secretPadded, .secretsDiffer, .secretNotReloaded,
        .secretRefused,
    ]

    func run(_ path: ServicePath) async -> CheckOutcome {
        let holders = path.holders
        guard !holders.isEmpty else { return .notRun("no configuration file of either side can be read") }
        var findings = holders.flatMap(placement)
        if !findings.contains(where: { $0.code.severity == .failure }) {
            findings += different(path) ?? refused(path) ?? []
        }
        return .findings(findings, orPassed: Self.summary(path))
    }

    // MARK: one side

    private func placement(_ holder: SecretHolder) -> [Finding] {
        if let entry = holder.entry { return [padded(entry, holder), oldName(entry, holder)].compactMap(\.self) }
        if let entry = holder.misplaced.last { return [wrongPlace(entry, holder)] }
        let isNeeded = holder.reader != .metapath
        return isNeeded && !holder.files.isEmpty ? [missing(holder)] : []
    }

    private func padded(_ entry: ConfigEntry, _ holder: SecretHolder) -> Finding? {
        let secret = SecretText(entry.value)
        guard let padding = secret.padding else { return nil }
        let line = entry.location.line ?? 0
        let change =
            #"sed -i "\#(line)s/[ \t]*[#;].*$//; \#(line)s/[=:][ \t\"']*/= /; \#(line)s/[ \t\"']*$//" \#(entry.location.file)"#
        return Finding(
            .secretPadded, entry.location.description,
            "The shared secret that \(holder.name) reads has \(padding).",
            evidence:
                "\(entry.location): \(entry.option), \(secret.value.count) characters, \(secret.core.count) without",
            remedy: .command(change + Self.thenRestart(holder)))
    }

    private func oldName(_ entry: ConfigEntry, _ holder: SecretHolder) -> Finding? {
        guard entry.option != holder.reader.option, holder.reader == .metapath else { return nil }
        return Finding(
            .secretOldName, entry.location.description,
            "The shared secret stands as \(entry.option), which Metapath reads and Nova does not.",
            evidence: entry.location.description,
            remedy: .edit(
                file: entry.location.file, change: "move line \(entry.location.line ?? 0) to \(holder.reader.option)",
                then: nil))
    }

    private func wrongPlace(_ entry: ConfigEntry, _ holder: SecretHolder) -> Finding {
        let option = holder.reader.option
        let line = entry.location.line ?? 0
        let file = entry.location.file
        // The value is moved by sed and never shown.
        let command =
            #"value=$(sed -n '\#(line)s/^[^=:]*[=:][ \t]*//p' \#(file)) && sed -i '\#(line)d' \#(file) && "#
            + #"printf '\n[\#(option.group)]\n\#(option.name) = %s\n' "$value" >> \#(file)"#
        return Finding(
            .secretWrongPlace, entry.location.description,
            "The shared secret stands as \(entry.option), where \(holder.name) does not look for it.",
            evidence: "\(entry.location); read is \(option)",
            remedy: .command(command + Self.thenRestart(holder)))
    }

    private func missing(_ holder: SecretHolder) -> Finding {
        let file = holder.files.last?.source ?? ""
        return Finding(
            .secretMissing, file, "No file of \(holder.name) sets \(holder.reader.option).",
            evidence: holder.files.map(\.source).joined(separator: ", "),
            remedy: .edit(
                file: file, change: "\(holder.reader.option) = the secret of the other side",
                then: holder.process?.restartCommand))
    }

    // MARK: both sides

    private func different(_ path: ServicePath) -> [Finding]? {
        guard let signer = path.signer, let verifier = path.verifier, let from = verifier.entry, let to = signer.entry,
            signer.secret != verifier.secret
        else { return nil }
        let fingerprint = Fingerprint.ofThisRun
        let source = "$(sed -n '\(from.location.line ?? 0)s/^[^=:]*[=:][ \\t]*//p' \(from.location.file))"
        let copy = "sed -i \"\(to.location.line ?? 0)s|[=:].*|= \(source)|\" \(to.location.file)"
        return [
            Finding(
                .secretsDiffer, to.location.description,
                "\(signer.name) signs with another secret than \(verifier.name) has.",
                evidence:
                    "\(to.location) \(fingerprint(signer.secret)), \(from.location) \(fingerprint(verifier.secret))",
                remedy: .command(copy + Self.thenRestart(signer)))
        ]
    }

    private func refused(_ path: ServicePath) -> [Finding]? {
        guard let probe = path.probes.first(where: \.isRefused) else { return nil }
        let evidence = "403 from \(probe.endpoint.url) to a request signed with \(Self.summary(path))"
        if let holder = path.holders.first(where: \.isEditedSinceStart) {
            return [
                Finding(
                    .secretNotReloaded, holder.entry?.location.description ?? holder.name,
                    "\(holder.name) still has the shared secret of before its file was changed.",
                    evidence: evidence, remedy: .command(holder.process?.restartCommand ?? "restart \(holder.name)"))
            ]
        }
        return [
            Finding(
                .secretRefused, probe.endpoint.url,
                "\(probe.endpoint.url) does not accept signatures made with this side's shared secret.",
                evidence: evidence,
                remedy: .advice(
                    "On the service's host compare `metapath sign ID --config-file /etc/nova/nova.conf` with the same here; "
                        + "copy the secret to the side that is wrong and restart it."))
        ]
    }

    private static func thenRestart(_ holder: SecretHolder) -> String {
        holder.process.map { " && \($0.restartCommand)" } ?? ""
    }

    private static func summary(_ path: ServicePath) -> String {
        let sides = path.holders.compactMap { holder in
            holder.entry.map { "\($0.location) \(Fingerprint.ofThisRun(holder.secret))" }
        }
        return sides.isEmpty ? "no secret, and nobody signs" : sides.joined(separator: ", ")
    }
}

extension SecretHolder {
    /// Its secret's file was written to after the process had started. Files and processes have times of a second's
    /// grain; a process reads its files some time after it has started.
    var isEditedSinceStart: Bool {
        guard let process, let file = entry?.location.file, let modified = HostView().modified(file) else {
            return false
        }
        return modified.timeIntervalSince(process.started) > 1
    }
}
