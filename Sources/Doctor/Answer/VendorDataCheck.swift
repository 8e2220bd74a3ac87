import Foundation
import MetadataDocuments

/// Something that the service takes vendor data from (contract nova.md §8).
public enum VendorDataSource: Sendable, Equatable {
    /// `vendordata_jsonfile_path`.
    case file(String)
    /// One of `vendordata_dynamic_targets`.
    case target(name: String, url: String)
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
            if let finding = await finding(source) { findings.append(finding) }
        }
        return .findings(findings, orPassed: "\(path.vendorData.count) sources")
    }

    private func finding(_ source: VendorDataSource) async -> Finding? {
        switch source {
        case .file(let file): Self.finding(file: file)
        case .target(let name, let url): await Self.finding(target: name, url)
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
            remedy: .edit(file: file, change: "one JSON object", then: nil))
    }

    /// A service may want another method than GET; that it answers is enough.
    private static func finding(target name: String, _ url: String) async -> Finding? {
        guard case .failure(let failure) = await MetadataEndpoint(url: url).ask("", patience: 5) else { return nil }
        return Finding(
            .vendorDataFails, name, "The vendor data service \(name) at \(url) does not answer.",
            evidence: failure.text,
            remedy: .advice("Start the service at \(url), or take it out of vendordata_dynamic_targets."))
    }
}
