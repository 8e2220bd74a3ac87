import ArgumentParser
import Lab

struct LabStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start one of the lab's programs.",
        discussion: "`metapath lab status` names them.")

    @Argument(help: "Its name; of a haproxy its namespace.")
    var name: String

    func run() throws { try Lab().start(name) }
}

struct LabStopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "End one of the lab's programs.",
        discussion: "`metapath lab status` names them.")

    @Argument(help: "Its name; of a haproxy its namespace.")
    var name: String

    func run() throws { try Lab().stop(name) }
}

struct LabRestartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restart", abstract: "End one of the lab's programs and start it.",
        discussion: "`metapath lab status` names them.")

    @Argument(help: "Its name; of a haproxy its namespace.")
    var name: String

    func run() throws {
        try Lab().stop(name)
        try Lab().start(name)
    }
}
