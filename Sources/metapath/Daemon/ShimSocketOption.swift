import ArgumentParser
import Foundation
import HaproxyShim
import OsloConfig

/// `--shim-socket`, for `proxy`.
struct ShimSocketOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serve the sockets that `metapath haproxy-shim` opens in the place of Neutron's haproxies, handed over here.",
            discussion: """
                Default: [metapath] shim_socket, else none. The shims' own default is \(HaproxyShim.defaultSocket).
                """, valueName: "path"))
    var shimSocket: String?

    func path(_ configuration: inout Configuration) -> String? {
        let path = shimSocket ?? configuration.value(Options.shimSocket)
        return path.isEmpty ? nil : path
    }

    /// Where a shim finds the daemon: it is started by Neutron, with arguments that are haproxy's.
    static func ofShim() -> String {
        if let path = ProcessInfo.processInfo.environment["METAPATH_SHIM_SOCKET"], !path.isEmpty { return path }
        let file = "/etc/metapath/metapath.conf"
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return HaproxyShim.defaultSocket }
        var configuration = Configuration(
            [ConfigText.parse(text, file: file).0], options: Options.all, ownGroups: ["metapath"], mistakes: [])
        let path = configuration.value(Options.shimSocket)
        return path.isEmpty ? HaproxyShim.defaultSocket : path
    }
}
