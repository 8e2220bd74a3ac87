/// The release of a program on the path.
public struct Release: Sendable, Equatable {
    /// Whose releases are known to differ.
    public enum Product: String, Sendable {
        case neutron = "Neutron"
        case nova = "Nova"
        case haproxy
    }

    public var product: Product
    /// Major, minor, patch; of Neutron 26 is 2025.1, of Nova 31.
    var numbers: [Int]

    /// `29.0.0`, `2:25.1.0-0ubuntu1`; nil for no version.
    init?(_ product: Product, _ text: String) {
        let version = text.split(separator: ":").last ?? ""
        let numbers = version.prefix { $0.isNumber || $0 == "." }.split(separator: ".").compactMap { Int($0) }
        guard let first = numbers.first, first > 0 else { return nil }
        self.product = product
        self.numbers = Array((numbers + [0, 0]).prefix(3))
    }

    /// Asks what the process itself runs, else the packages.
    public static func look(_ product: Product, _ process: ProcessFacts, on host: HostView = HostView()) async -> Self?
    {
        switch product {
        case .haproxy:
            let program = "/proc/\(process.pid)/exe"
            guard host.isRoots(program) else { return nil }
            let said = try? await host.output([program, "-v"])
            return said.flatMap(haproxysVersion).flatMap { Release(product, $0) }
        case .neutron, .nova:
            let version = await pythonsVersion(product.rawValue.lowercased(), process, host)
            return version.flatMap { Release(product, $0) }
        }
    }

    /// `HAProxy version 2.6.12-1+deb12u4 2026/10/17`; releases before 2.2 write `HA-Proxy`.
    static func haproxysVersion(_ said: String) -> String? {
        said.firstMatch(of: /HA-?Proxy version ([0-9.]+)/).map { String($0.output.1) }
    }

    /// Of the interpreter that it runs in, else of Debian's package.
    private static func pythonsVersion(_ name: String, _ process: ProcessFacts, _ host: HostView) async -> String? {
        let question = "import importlib.metadata; print(importlib.metadata.version('\(name)'))"
        if let python = process.arguments.first, python.contains("python"), host.isRoots(python),
            let version = try? await host.output([python, "-c", question])
        {
            return version
        }
        return try? await host.output(["dpkg-query", "-W", "-f", "${Version}", "\(name)-common"])
    }
}

extension Release: CustomStringConvertible {
    /// `Neutron 29.0.0`.
    public var description: String { "\(product.rawValue) \(numbers.map(String.init).joined(separator: "."))" }
}
