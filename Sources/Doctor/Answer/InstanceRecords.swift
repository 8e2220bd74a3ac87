/// The service's own data, as far as this host can read them.
public struct InstanceRecords: Sendable {
    /// Such as `sqlite:PATH`.
    public var name: String
    /// Whose an instance is, by its id; nil where there is none.
    public var project: @Sendable (String) async throws -> String?

    public init(name: String, project: @escaping @Sendable (String) async throws -> String?) {
        self.name = name
        self.project = project
    }
}
