import Foundation
import NetworkNamespaces

/// A process of the path, as `/proc` shows it.
public struct ProcessFacts: Sendable, Equatable {
    public var pid: Int32
    /// What it was called with, the program first.
    public var arguments: [String]
    /// Where relative names in its arguments begin.
    public var directory: String
    public var started: Date
    /// One letter (proc(5)): `T` for a stopped one, `D` for one that waits for a device.
    public var state: Character
    /// Open descriptors, how many it may have, and how far that may be raised without a privilege.
    public var descriptors: Int?
    public var descriptorLimit: Int?
    public var hardDescriptorLimit: Int?

    /// Nil when it is not there, or not ours to look at.
    public init?(pid: Int32) {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let commandLine = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"),
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        guard fields.count > 19, let state = fields[0].first, let ticks = Double(fields[19]) else { return nil }
        self.pid = pid
        self.state = state
        arguments = Self.arguments(Array(commandLine))
        let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
        directory = link ?? "/"
        started = Self.bootTime.addingTimeInterval(ticks / Self.ticksPerSecond)
        descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd"))?.count
        (descriptorLimit, hardDescriptorLimit) = Self.descriptorLimits(of: pid)
    }

    /// Of `/proc/PID/cmdline`. Programs of OpenStack write a title over it, `neutron-metadata-agent (/usr/bin/python3
    /// /usr/bin/neutron-metadata-agent --config-file FILE)`, which has them in parentheses.
    static func arguments(_ commandLine: [UInt8]) -> [String] {
        let words = commandLine.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 1, let title = words[0].wholeMatch(of: /[\w.-]+ \((\S+ .+)\) */) else { return words }
        return title.output.1.split(separator: " ").map(String.init)
    }

    /// The program's name without directories; of a script that Python runs, the script's.
    public var program: String {
        let names = arguments.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        guard let first = names.first else { return "" }
        guard first.hasPrefix("python"), let script = names.dropFirst().first(where: { !$0.hasPrefix("-") }) else {
            return first.trimmingCharacters(in: CharacterSet(charactersIn: ":"))
        }
        return script
    }

    /// The values of an option, `--name value` or `--name=value`, in order.
    public func values(of option: String) -> [String] {
        zip(arguments, arguments.dropFirst() + [""]).compactMap { argument, next in
            if argument == option { return next }
            return argument.hasPrefix(option + "=") ? String(argument.dropFirst(option.count + 1)) : nil
        }
    }

    /// A file it was told of, as seen from anywhere.
    public func path(_ text: String) -> String {
        text.hasPrefix("/") ? text : "\(directory)/\(text)"
    }

    private static let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))

    private static let bootTime: Date = {
        let text = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return Date(timeIntervalSince1970: line.flatMap { Double($0.dropFirst(6)) } ?? 0)
    }()

    private static func descriptorLimits(of pid: Int32) -> (Int?, Int?) {
        let text = try? String(contentsOfFile: "/proc/\(pid)/limits", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        let numbers = (line?.split(separator: " ") ?? []).dropFirst(3).prefix(2).map { Int($0) }
        return (numbers.first ?? nil, numbers.last ?? nil)
    }
}

extension ProcessFacts {
    /// Those whose program has this name, as the kernel keeps it.
    public static func all(ofProgram name: String) -> [ProcessFacts] {
        all { (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8)) == name + "\n" }
    }

    /// Those in a network namespace, besides what this process has started to look around in it.
    static func all(inNetworkNamespace name: String) -> [ProcessFacts] {
        guard let identity = NetworkNamespace.identity(of: name) else { return [] }
        return all { NamespaceIdentity(file: "/proc/\($0)/ns/net") == identity }.filter { $0.parent != getpid() }
    }

    private static func all(where isWanted: (Int32) -> Bool) -> [ProcessFacts] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.sorted().filter(isWanted).compactMap { ProcessFacts(pid: $0) }
    }

    /// What it was started with, `NAME=value` each; nil when it is not ours to look at.
    var environment: [Substring]? {
        FileManager.default.contents(atPath: "/proc/\(pid)/environ").map { data in
            data.split(separator: 0).map { Substring(decoding: $0, as: UTF8.self) }
        }
    }

    /// A variable that it was started with; nil where there is none, or it is not ours to look at.
    public func variable(_ name: String) -> String? {
        environment?.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }

    /// The service of systemd that it belongs to.
    var unit: String? {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/cgroup", encoding: .utf8)) ?? ""
        return text.split(whereSeparator: { $0 == "/" || $0.isNewline }).last { $0.hasSuffix(".service") }.map(
            String.init)
    }

    /// Metapath's worker, whose holder starts another.
    var isWorker: Bool { program == "metapath" && arguments.last == "--worker" }

    /// What makes it read its files again.
    public var restartCommand: String { restartCommand(in: nil) }

    /// What ends it for good.
    public var endCommand: String {
        unit.map { "systemctl disable --now \($0)" } ?? ending(leader.pid)
    }

    /// Whoever comes in its place needs its sockets: waits until it is gone, for ten seconds at most.
    private func ending(_ pid: Int32) -> String {
        "kill \(pid); timeout 10 tail --pid=\(pid) -f /dev/null"
    }

    /// What lets it go on after a signal that has stopped it, and those that have started it.
    var wakeCommand: String { "kill -CONT \(line.map { "\($0.pid)" }.joined(separator: " "))" }

    /// Itself, and those above it that are called alike: who has started workers, of which it is one.
    private var line: [ProcessFacts] {
        let above = parent.flatMap { ProcessFacts(pid: $0) }
        return [self] + (above.map { $0.arguments == arguments ? $0.line : [] } ?? [])
    }

    private var leader: ProcessFacts { line.last ?? self }

    /// - Parameter namespace: that it runs in; nil for the host's own.
    func restartCommand(in namespace: String?) -> String {
        if let unit { return "systemctl restart \(unit)" }
        if isWorker, let parent { return "kill -HUP \(parent)" }
        // As the lab names its programs. A process can write to its own environment, so the name is only ever a word.
        if let name = variable("METAPATH_LAB_PROGRAM") { return "metapath lab restart \(ShellText.word(name))" }
        let words = (variables + arguments).map(ShellText.word).joined(separator: " ")
        let place = namespace.map { "ip netns exec \($0) " } ?? ""
        let end = (isStopped ? "\(wakeCommand); " : "") + ending(leader.pid)
        return
            "\(end); cd \(ShellText.word(directory)) && \(place)setsid \(words) >/dev/null 2>&1 </dev/null &"
    }

    /// Those that name an OpenStack service's files, with env(1) before them; other variables may hold secrets.
    private var variables: [String] {
        let found = (environment ?? []).filter { $0.wholeMatch(of: /OS_[A-Z]+_CONFIG_(DIR|FILES)=.*/) != nil }
            .map(String.init)
        return found.isEmpty ? [] : ["env"] + found
    }

    /// Of a worker, the holder.
    var parent: Int32? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let nameEnd = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: nameEnd)...].split(separator: " ")
        return fields.count > 1 ? Int32(fields[1]) : nil
    }

    /// By a signal; the kernel goes on completing connections for it.
    var isStopped: Bool { state == "T" || state == "t" }
}
