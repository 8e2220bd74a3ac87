import ArgumentParser
import Logging
import NIOCore
import OsloConfig

/// Options that `up`, `serve` and `proxy` share.
struct DaemonOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Event loops. Default: [metapath] workers, else one per processor.", valueName: "number"))
    var workers: Int?

    @Option(
        help: ArgumentHelp(
            "Write one JSON line per request: where it arrived, how it was identified, what it got, how long each took.",
            discussion: "- for standard output. Default: [metapath] access_log, else none.", valueName: "file"))
    var accessLog: String?

    @Option(
        help: ArgumentHelp(
            "Log level: trace, debug, info, notice, warning, error or critical.",
            discussion: "Default: debug with [DEFAULT] debug, else info."))
    var logLevel: LogLevel?

    @OptionGroup var control: ControlSocketOption
    @OptionGroup var store: StoreOptions

    func validate() throws {
        if let workers, !(1...1024).contains(workers) {
            throw ValidationError("--workers \(workers): expected 1 to 1024.")
        }
    }
}

/// `--listen`, for `up` and `serve`.
struct ListenOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the metadata service listens: HOST:PORT, [IPV6]:PORT or unix:PATH.",
            discussion: """
                Default: [metapath] listen, else \(ListenTarget.ownDefault), or with Nova's databases [DEFAULT] \
                metadata_listen and metadata_listen_port, else 0.0.0.0:8775.
                """, valueName: "address"))
    var listen: String?

    func address(_ configuration: inout Configuration, _ store: StoreLocation) throws -> ListenTarget {
        guard let listen else { return ListenTarget(&configuration, store) }
        guard let target = ListenTarget(listen) else {
            throw ValidationError("--listen \(listen): expected \(ListenTarget.expectation).")
        }
        return target
    }
}

/// Where a service listens.
enum ListenTarget: Equatable {
    static let expectation = "HOST:PORT, [IPV6]:PORT or unix:PATH"
    /// For a store of our own; what guests reach by way of namespaces needs no other address.
    static let ownDefault = ListenTarget.tcp(host: "127.0.0.1", port: 8775)

    case tcp(host: String, port: Int)
    case unix(path: String)

    /// As the files say; in Nova's place where Nova's service would have listened.
    init(_ configuration: inout Configuration, _ store: StoreLocation) {
        let text = configuration.value(Options.listen)
        if text.isEmpty {
            self = .ownDefault
            guard store == .nova else { return }
            self = .tcp(
                host: configuration.value(Options.metadataListen), port: configuration.value(Options.metadataListenPort)
            )
        } else if let target = ListenTarget(text) {
            self = target
        } else {
            configuration.reject(Options.listen, expected: Self.expectation)
            self = .ownDefault
        }
    }

    init?(_ text: String) {
        if text.hasPrefix("unix:") {
            let path = String(text.dropFirst(5))
            guard !path.isEmpty else { return nil }
            self = .unix(path: path)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self = .tcp(host: String(host), port: Int(port))
    }
}

extension DaemonOptions {
    /// 0 for one per processor. Where only Nova's or Neutron's option says something it is the most there may be: their
    /// workers are slower than ours, and more event loops than processors are of no use.
    func eventLoops(_ configuration: inout Configuration) -> Int {
        let own = configuration.value(Options.workers)
        let others = configuration.value(Options.metadataWorkers)
        if let workers { return workers }
        guard configuration.entry(of: Options.workers) == nil else { return own }
        return others > 0 ? min(others, System.coreCount) : 0
    }

    /// Logs to standard error.
    func logger(_ configuration: inout Configuration) -> Logger {
        var logger = Logger(label: "metapath", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = logLevel?.level ?? (configuration.value(Options.debug) ? .debug : .info)
        return logger
    }
}

extension ListenTarget: CustomStringConvertible {
    var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "unix:\(path)"
        }
    }
}
