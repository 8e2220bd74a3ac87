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
        var findings = holders.flatMap { placement($0, path) }
        if !findings.contains(where: { $0.code.severity == .failure }) {
            findings += different(path) ?? refused(path) ?? []
        }
        return .findings(findings, orPassed: Self.summary(path))
    }

    // MARK: one side

    private func placement(_ holder: SecretHolder, _ path: ServicePath) -> [Finding] {
        if let entry = holder.entry {
            return [padded(entry, holder, path), oldName(entry, holder, path)].compactMap(\.self)
        }
        if let entry = holder.misplaced.last { return [wrongPlace(entry, holder, path)] }
        let isNeeded = holder.reader != .metapath
        return isNeeded ? [missing(holder, path)].compactMap(\.self) : []
    }

    private func padded(_ entry: ConfigEntry, _ holder: SecretHolder, _ path: ServicePath) -> Finding? {
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
            remedy: Self.change(change, thenRestart: [holder], path))
    }

    private func oldName(_ entry: ConfigEntry, _ holder: SecretHolder, _ path: ServicePath) -> Finding? {
        guard entry.option != holder.reader.option, holder.reader == .metapath, !holder.isNamedAsByAgents else {
            return nil
        }
        return Finding(
            .secretOldName, entry.location.description,
            "The shared secret stands as \(entry.option), which Metapath reads and Nova does not.",
            evidence: entry.location.description,
            remedy: .command(Self.move(entry, to: holder.reader.option)))
    }

    private func wrongPlace(_ entry: ConfigEntry, _ holder: SecretHolder, _ path: ServicePath) -> Finding {
        let option = holder.reader.option
        return Finding(
            .secretWrongPlace, entry.location.description,
            "The shared secret stands as \(entry.option), where \(holder.name) does not look for it.",
            evidence: "\(entry.location); read is \(option)",
            remedy: Self.change(Self.move(entry, to: option), thenRestart: [holder], path))
    }

    private static func move(_ entry: ConfigEntry, to option: OptionName) -> String {
        ShellText.set(
            option, to: ShellText.value(at: entry.location), in: entry.location.file, insteadOf: entry.location)
    }

    private func missing(_ holder: SecretHolder, _ path: ServicePath) -> Finding? {
        guard let file = holder.files.last?.source else { return nil }
        return Finding(
            .secretMissing, file, "No file of \(holder.name) sets \(holder.reader.option).",
            evidence: holder.files.map(\.source).joined(separator: ", "), remedy: Self.filling(holder, file, path))
    }

    /// Copied from the other side, or where that has none either made anew for both.
    private static func filling(_ holder: SecretHolder, _ file: String, _ path: ServicePath) -> Remedy {
        let option = holder.reader.option
        guard let other = path.holders.first(where: { $0.reader != holder.reader }) else {
            return .advice("Set \(option) in \(file) to the secret of the service, which is on another host.")
        }
        if let entry = other.entry {
            let copy = ShellText.set(option, to: ShellText.value(at: entry.location), in: file)
            return change(copy, thenRestart: [holder], path)
        }
        guard let second = other.files.last?.source else { return .advice("Set \(option) on both sides.") }
        let both = ShellText.sequence([
            ShellText.set(option, to: "$(openssl rand -hex 32)", in: file),
            ShellText.set(other.reader.option, to: "$value", in: second),
        ])
        return change(both, thenRestart: [holder, other], path)
    }

    // MARK: both sides

    private func different(_ path: ServicePath) -> [Finding]? {
        guard let signer = path.signer, let verifier = path.verifier, let from = verifier.entry, let to = signer.entry,
            signer.secret != verifier.secret
        else { return nil }
        let fingerprint = Fingerprint.ofThisRun
        let copy = ShellText.set(
            to.option, to: ShellText.value(at: from.location), in: to.location.file, insteadOf: to.location)
        return [
            Finding(
                .secretsDiffer, to.location.description,
                "\(signer.name) signs with another secret than \(verifier.name) has.",
                evidence:
                    "\(to.location) \(fingerprint(signer.secret)), \(from.location) \(fingerprint(verifier.secret))",
                remedy: Self.change(copy, thenRestart: [signer], path))
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
                    evidence: evidence, remedy: .command(path.restart(holder) ?? path.starts.agent))
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

    private static func change(
        _ command: String, thenRestart holders: [SecretHolder], _ path: ServicePath
    ) -> Remedy {
        .command(ShellText.sequence([command] + holders.compactMap(path.restart)))
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
