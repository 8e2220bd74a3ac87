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
            Exit status: 0 fine, 1 warning, 2 failure, 255 unexpected. See docs/doctor.md.

            EXAMPLES
              metapath doctor
              metapath doctor --instance test0
              metapath doctor --config-file /etc/nova/nova.conf --config-file /etc/neutron/metadata_agent.ini -f json
            """)

    @OptionGroup var options: DoctorOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Write the reference of checks and findings here.", visibility: .hidden))
    var writeReference: String?

    func run() async throws {
        if let writeReference {
            return try DoctorReference.text.write(toFile: writeReference, atomically: true, encoding: .utf8)
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
