import Foundation
import InstanceModel
import ProcessSeparation

/// A shim's side of its connection to `metapath proxy`. The sockets are served as long as the connection is there.
struct ShimClient {
    let path: String
    let scope: Scope
    /// Listening; none where the daemon has sockets of its own.
    let descriptors: [Int32]

    /// Nil when there is no daemon now: connections queue until there is.
    /// - Throws: ``ShimProcess/Refused`` where the daemon cannot serve the scope, or nobody but the daemon could.
    func handOver() throws -> DescriptorChannel? {
        guard let channel = DescriptorChannel(connectedTo: path) else {
            guard descriptors.isEmpty else { return nil }
            throw ShimProcess.Refused(
                description: """
                    somebody listens at these addresses already, and no `metapath proxy` listens on \(path). Expected the \
                    one or the other; `ss -ltnp` in the namespace names who has the addresses.
                    """)
        }
        do {
            try channel.send("\(scope)", descriptors)
        } catch let error as SystemError where error.code == ETOOMANYREFS {
            // More are under way on this system than a process without privileges may add to. Then they are fetched.
            try channel.send("\(scope) \(descriptors.map(String.init).joined(separator: " "))")
        }
        let answer = try channel.receive()?.text
        guard answer == ShimAnswer.served.rawValue else {
            throw ShimProcess.Refused(
                description: """
                    somebody listens at these addresses already, and it is not `metapath proxy`. `ss -ltnp` in the \
                    namespace names it.
                    """)
        }
        return channel
    }
}
