import Identification
import InstanceModel
import Synchronization

/// The ports that are known, for all event loops: looking one up takes one short lock.
public final class PortTable: Sendable {
    private let directory: Mutex<PortDirectory>

    public init(_ directory: PortDirectory = PortDirectory()) {
        self.directory = Mutex(directory)
    }

    public func port(in scope: Scope, address: IPAddress, mac: MACAddress?) -> Result<DirectoryPort, Refusal> {
        directory.withLock { $0.port(in: scope, address: address, mac: mac) }
    }

    func read<Result: Sendable>(_ body: (PortDirectory) -> Result) -> Result {
        directory.withLock { body($0) }
    }

    /// For the one who follows the ports; nobody else changes them. What it takes to work in a change holds up no
    /// look-up.
    func change(_ body: (inout PortDirectory) -> Void) {
        var changed = directory.withLock { $0 }
        body(&changed)
        directory.withLock { [changed] in $0 = changed }
    }
}
