import Glibc

/// What the system refused: what was tried, and its reason.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    public var action: String
    /// An `errno` value.
    public var code: Int32

    public init(_ action: String, code: Int32 = errno) {
        self.action = action
        self.code = code
    }

    public var description: String { "Cannot \(action): \(String(cString: strerror(code)))." }
}
