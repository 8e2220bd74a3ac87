import ArgumentParser
import Foundation
import Lab

/// Options that `trace` and `top` share.
struct WatchOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Option(name: [.customShort("f"), .customLong("format")], help: "text for people, or json: one object a line.")
    var format: Format = .text

    @OptionGroup var control: ControlSocketOption
    @OptionGroup var config: ConfigOptions

    /// What the daemon tells about `target`, until a signal arrives.
    func stream(
        _ target: String, _ parameters: [(name: String, value: String?)], tellsOfPauses: Bool = false
    ) throws -> ControlStream {
        var configuration = try config.load()
        guard let path = control.path(&configuration) else {
            throw CommandError(
                "[metapath] control_socket is empty: this host's daemons cannot be watched. --control-socket names another."
            )
        }
        var components = URLComponents()
        components.path = target
        let items = parameters.compactMap { item in item.value.map { URLQueryItem(name: item.name, value: $0) } }
        components.queryItems = items.isEmpty ? nil : items
        return ControlStream(
            path: path, target: components.string ?? target, tellsOfPauses: tellsOfPauses,
            interruption: Interruption())
    }
}
