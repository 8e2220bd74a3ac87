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

    func change(_ body: (inout PortDirectory) -> Void) {
        directory.withLock { body(&$0) }
    }
}
