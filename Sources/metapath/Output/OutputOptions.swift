import ArgumentParser

/// How a command prints its result; the options of OpenStack's own client.
struct OutputOptions: ParsableArguments {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case table, json, yaml, csv, value
    }

    @Option(name: [.customShort("f"), .customLong("format")], help: "Output format.")
    var format: Format = .table

    @Option(name: [.customShort("c"), .customLong("column")], help: "Column to include; repeatable. Default: all.")
    var columns: [String] = []
}
