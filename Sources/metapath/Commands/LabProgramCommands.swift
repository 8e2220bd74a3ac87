import ArgumentParser
import Lab

/// One of the programs that the lab runs for its guests.
struct LabProgramName: ParsableArguments {
    @Argument(help: "Its name, as `metapath lab status` has it; of a haproxy its namespace.")
    var name: String
}

struct LabStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start one of the lab's programs and wait until it serves.")

    @OptionGroup var program: LabProgramName

    func run() throws { try Lab().start(program.name) }
}

struct LabStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stop", abstract: "End one of the lab's programs.")

    @OptionGroup var program: LabProgramName

    func run() throws { try Lab().stop(program.name) }
}

struct LabRestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "End one of the lab's programs and start it.")

    @OptionGroup var program: LabProgramName

    func run() throws {
        try Lab().stop(program.name)
        try Lab().start(program.name)
    }
}
