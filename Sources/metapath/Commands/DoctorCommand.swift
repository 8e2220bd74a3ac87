import ArgumentParser
import Doctor
import Foundation

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is broken in a metadata path, and how to mend it.",
        discussion: """
            Walks the path from the guests to the service that answers: Metapath's own, and Neutron's haproxies with the \
            metadata agent. Looks at what runs, and changes nothing. The first line names the first hop that is broken. \
            Configuration files and the store are those of the processes that run, unless they are named. \
            With --watch it looks again and again until Ctrl-C, and tells which findings are new and which are gone: on a \
            terminal on a screen, elsewhere and with -f json one JSON object a line for each examination. \
            Exit status, with --watch that of the last examination: 0 fine, 1 warning, 2 failure, 255 unexpected. See docs/doctor.md.

            EXAMPLES
              metapath doctor
              metapath doctor --instance test0
              metapath doctor --watch --interval 10
              metapath doctor --config-file /etc/nova/nova.conf --config-file /etc/neutron/metadata_agent.ini -f json
            """)

    @OptionGroup var options: DoctorOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Examine again and again, and tell what has changed; Ctrl-C ends.")
    var watch = false

    @Option(help: ArgumentHelp("With --watch: from one examination to the next, 1 to 3600.", valueName: "seconds"))
    var interval: Int = 5

    @Option(help: ArgumentHelp("Write the reference of checks and findings here.", visibility: .hidden))
    var writeReference: String?

    func validate() throws {
        guard (1...3600).contains(interval) else {
            throw ValidationError("--interval \(interval): expected 1 to 3600.")
        }
        guard !watch || [.table, .json].contains(output.format) else {
            throw ValidationError("--watch -f \(output.format.rawValue): expected -f table or json.")
        }
    }

    func run() async throws {
        if let writeReference {
            return try DoctorReference.text.write(toFile: writeReference, atomically: true, encoding: .utf8)
        }
        if watch {
            let isScreen = Terminal.isTerminal && output.format == .table
            let status = try await DoctorWatch(options: options, isScreen: isScreen, interval: interval).run()
            throw ExitCode(status)
        }
        let progress = ProgressBar()
        let diagnosis: Diagnosis
        do {
            let plan = DoctorPlan(options: options)
            diagnosis = try await plan.examination { progress.show($0, of: $1) }.run()
        } catch {
            progress.done()
            FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
            throw ExitCode(255)
        }
        progress.done()
        print(try DiagnosisText(diagnosis: diagnosis).text(output))
        if diagnosis.exitStatus != 0 { throw ExitCode(diagnosis.exitStatus) }
    }
}
