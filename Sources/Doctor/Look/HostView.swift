import Dispatch
import Foundation
import NetworkNamespaces

/// The host as checks see it: programs run in its namespaces, and files. What they say is read elsewhere, from text.
public struct HostView: Sendable {
    /// How long a program may take.
    static let patience = Duration.seconds(10)

    public init() {}

    /// Runs a program to its end, off the threads that other checks need.
    /// - Throws: ``LookFailure`` where it is not installed, may not enter the namespace, or takes too long.
    func run(
        _ arguments: [String], in namespace: String? = nil, input: String = "", patience: Duration = patience
    ) async throws(LookFailure) -> NamespaceCommand.Completion {
        let result: Result<NamespaceCommand.Completion, LookFailure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Self.runAndWait(arguments, namespace, input, patience))
            }
        }
        return try result.get()
    }

    /// The same, where only status 0 will do.
    func output(_ arguments: [String], in namespace: String? = nil) async throws(LookFailure) -> String {
        let completion = try await run(arguments, in: namespace)
        guard completion.status == 0 else {
            let said = completion.errors.split(separator: "\n").first.map { ": \($0)" } ?? ""
            throw LookFailure("`\(arguments.joined(separator: " "))` ended with status \(completion.status)\(said)")
        }
        return completion.output
    }

    private static func runAndWait(
        _ arguments: [String], _ namespace: String?, _ input: String, _ patience: Duration
    ) -> Result<NamespaceCommand.Completion, LookFailure> {
        guard let name = arguments.first, Executable.path(of: name) != nil else {
            return .failure(LookFailure("the program “\(arguments.first ?? "")” is not installed"))
        }
        let deadline = ContinuousClock.now + patience
        var isLate = false
        do throws(NamespaceError) {
            let completion = try NamespaceCommand(arguments, in: namespace, input: input).run {
                isLate = ContinuousClock.now > deadline
                return !isLate
            }
            if isLate { return .failure(LookFailure("`\(name)` has not ended within \(patience)")) }
            return .success(completion)
        } catch {
            return .failure(LookFailure(error.message))
        }
    }

    /// Whether a program is there to be run.
    func has(_ program: String) -> Bool { Executable.path(of: program) != nil }

    /// Whether only root can have put this program there. What a process says of itself is not to be run otherwise: it may
    /// have been taken over, and we are root.
    func isRoots(_ program: String) -> Bool {
        var place = URL(filePath: program).resolvingSymlinksInPath()
        guard program.hasPrefix("/"), place.path != program || !program.hasPrefix("/proc/") else { return false }
        while true {
            var status = stat()
            guard stat(place.path, &status) == 0, status.st_uid == 0, status.st_mode & 0o022 == 0 else { return false }
            if place.path == "/" { return true }
            place.deleteLastPathComponent()
        }
    }

    /// Nil where it cannot be read.
    func text(of file: String) -> String? {
        FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
    }

    /// When a file was last written to; nil where there is none.
    func modified(_ file: String) -> Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        return attributes?[.modificationDate] as? Date
    }
}

extension HostView {
    /// Whether the kernel has the older engine for `ip` or `ip6` at all; asked of the kernel, because asking the engine
    /// would load it.
    func hasLegacyTables(_ version: String) -> Bool {
        access("/proc/net/\(version)_tables_names", F_OK) == 0
    }

    /// Which engine the program iptables works with, that Neutron's agents call.
    var iptablesUsesNFTables: Bool {
        guard let path = Executable.path(of: "iptables") else { return false }
        return URL(filePath: path).resolvingSymlinksInPath().lastPathComponent.contains("nft")
    }
}
