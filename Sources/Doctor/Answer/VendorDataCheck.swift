import Foundation
import MetadataDocuments
import OsloConfig

/// Something that the service takes vendor data from (contract nova.md §8).
public enum VendorDataSource: Sendable, Equatable {
    /// `vendordata_jsonfile_path`.
    case file(String)
    /// One of `vendordata_dynamic_targets`, which is set there.
    case target(name: String, url: String, ConfigLocation?)
}

/// The sources of vendor data that the service's files name.
struct VendorDataCheck: Check {
    let name = "vendor data"
    let hop = Hop.vendorData
    let looksAt = "The vendor data file is JSON that can be read, and each vendor data service answers."
    let byHand = "grep -n vendordata FILE"
    let codes: [FindingCode] = [.vendorDataFails]

    func run(_ path: ServicePath) async -> CheckOutcome {
        guard !path.vendorData.isEmpty else { return .notApplicable }
        var findings: [Finding] = []
        for source in path.vendorData {
            if let finding = await finding(source, path) { findings.append(finding) }
        }
        return .findings(findings, orPassed: "\(path.vendorData.count) sources")
    }

    private func finding(_ source: VendorDataSource, _ path: ServicePath) async -> Finding? {
        switch source {
        case .file(let file): Self.finding(file: file)
        case .target(let name, let url, let place): await Self.finding(target: name, url, place, path)
        }
    }

    private static func finding(file: String) -> Finding? {
        let reason: String
        if let data = FileManager.default.contents(atPath: file) {
            do throws(JSONSyntaxError) {
                _ = try JSONValue(parsing: Array(data))
                return nil
            } catch {
                reason = "\(error)"
            }
        } else {
            reason = "it cannot be read"
        }
        return Finding(
            .vendorDataFails, file, "The vendor data file \(file) is of no use: \(reason).", evidence: reason,
            remedy: .advice("Write one JSON object to \(file)."))
    }

    /// A service may want another method than GET; that it answers is enough.
    private static func finding(
        target name: String, _ url: String, _ place: ConfigLocation?, _ path: ServicePath
    ) async -> Finding? {
        guard case .failure(let failure) = await MetadataEndpoint(url: url).ask("", patience: 5) else { return nil }
        return Finding(
            .vendorDataFails, name, "The vendor data service \(name) at \(url) does not answer.",
            evidence: failure.text,
            remedy: removal("\(name)@\(url)", place, path).map(Remedy.command)
                ?? .advice("Start the service at \(url), or take it out of vendordata_dynamic_targets."))
    }

    /// Takes it out of the list, which may go on over several lines.
    private static func removal(_ target: String, _ place: ConfigLocation?, _ path: ServicePath) -> String? {
        guard let place, let line = place.line, let verifier = path.verifier else { return nil }
        let pattern = target.replacing(/[.*\[\]^$|\\]/) { "\\\($0.output)" }
        let script = #"\#(line),$s|,\{0,1\}[ \t]*\#(pattern)||; \#(line)s|=[ \t]*,|= |"#
        let change = "sed -i \(ShellText.word(script)) \(ShellText.word(place.file))"
        return ShellText.sequence([change] + [path.restart(verifier)].compactMap(\.self))
    }
}
