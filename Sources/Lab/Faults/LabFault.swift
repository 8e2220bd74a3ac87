/// One way in which a metadata path breaks, as commands that a person might type.
public struct LabFault: Sendable {
    /// What `metapath lab fault NAME` knows it by.
    public var name: String
    /// Where on the path it is, in the words of `metapath doctor`.
    public var hop: String
    /// What it is found as: a code of docs/doctor.md.
    public var finding: String
    /// One sentence.
    public var text: String
    /// The paths that it can break.
    public var paths: Set<LabPath.Kind>
    /// For `sh`, one after the other. Words in braces stand for what the lab has; see ``FaultPlaces``.
    var commands: [String]
    /// Files that it makes outside of the lab's directory, for the lab to remove.
    var files: [String] = []

    init(
        _ name: String, at hop: String, as finding: String, _ paths: Set<LabPath.Kind>, _ text: String,
        _ commands: String...
    ) {
        self.name = name
        self.hop = hop
        self.finding = finding
        self.text = text
        self.paths = paths
        self.commands = commands
    }

    func making(_ files: String...) -> LabFault {
        var fault = self
        fault.files = files
        return fault
    }

    /// In the order of the path.
    public static let all = ofGuests + ofNamespaces + ofRules + ofListeners + ofAgent + ofSecrets + ofServices
}
