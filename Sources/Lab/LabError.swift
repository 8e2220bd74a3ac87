import NetworkNamespaces

/// What the lab could not do: what was expected, what was found, and what to do.
public struct LabError: Error, Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// Not root, or the kernel does not let an ordinary user have namespaces.
        case notPermitted
        /// A program or a feature of the kernel is missing.
        case unsupported
        /// A lab stands already.
        case alreadyUp
        /// A namespace that is not ours has a name the lab needs.
        case foreignNamespace
        /// No lab stands.
        case notUp
        case noSuchInstance
        case noSuchProgram
        case noSuchFault
        /// The networks, routers and instances do not fit together.
        case catalogue
        /// A command failed.
        case commandFailed
        /// A signal asked us to stop.
        case interrupted(Int32)
        /// The lab's own record cannot be read or written.
        case state
    }

    public var kind: Kind
    /// Complete sentences, fit for a terminal.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    init(_ error: NamespaceError) {
        let kind: Kind =
            switch error.kind {
            case .notPermitted: .notPermitted
            case .toolMissing: .unsupported
            case .noSuchNamespace, .addressInUse, .failed: .commandFailed
            }
        self.init(kind, error.message)
    }

    /// The program's exit status: 128 + the signal after an interruption (130 for Ctrl-C), 1 for all else.
    public var exitStatus: Int32 {
        if case .interrupted(let signal) = kind { 128 + signal } else { 1 }
    }
}

extension LabError: CustomStringConvertible {
    public var description: String { message }
}

/// Carries what a namespace could not do over to the lab.
func asLabError<Value>(_ body: () throws(NamespaceError) -> Value) throws(LabError) -> Value {
    do throws(NamespaceError) {
        return try body()
    } catch {
        throw LabError(error)
    }
}
