import ArgumentParser
import OsloConfig

/// `--control-socket`, for daemons and for those who watch them.
struct ControlSocketOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The UNIX socket by which requests can be watched: metapath trace, metapath top.",
            discussion: """
                Empty: none. Default: [metapath] control_socket, else \(ControlSocket.defaultPath), which only root's \
                daemons open.
                """, valueName: "path"))
    var controlSocket: String?

    /// Nil: nowhere.
    func path(_ configuration: inout Configuration) -> String? {
        let path = controlSocket ?? configuration.value(Options.controlSocket)
        return path.isEmpty ? nil : path
    }

    /// Somebody has said where, and it does not have to be guessed.
    func isTold(_ configuration: Configuration) -> Bool {
        controlSocket != nil || configuration.entry(of: Options.controlSocket) != nil
    }
}
