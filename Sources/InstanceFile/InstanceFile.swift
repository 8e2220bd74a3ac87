import InstanceModel

/// The import format: networks, routers and instances in one YAML or JSON file, written by people.
///
/// `docs/instances.md` describes it, `Schemas/instances.schema.json` is its schema.
public enum InstanceFile {
    /// What `text` describes, every default filled in. EC2 numbers that the file leaves open are 0.
    ///
    /// - Parameters:
    ///   - fileName: How mistakes name the file.
    ///   - known: Networks and routers of the store, which the file may refer to without describing them.
    ///   - contentsOfFile: Reads a file that `user_data_file` names, relative to the import file.
    /// - Throws: Every mistake of the file at once.
    public static func parse(
        _ text: String, fileName: String, known: Catalogue = Catalogue(),
        contentsOfFile: @escaping (String) throws -> [UInt8] = { _ in throw NoOtherFiles() }
    ) throws(InstanceFileError) -> Catalogue {
        let composition = Composition(text)
        guard let root = composition.root else {
            throw InstanceFileError(fileName: fileName, mistakes: composition.mistakes)
        }
        let reader = FileReader(composition, contentsOfFile: contentsOfFile)
        var draft = FileDraft()
        reader.read(FileValue(node: root, path: .top), into: &draft, by: FileDraft.fields)
        let catalogue = Assembly(reader, known: known).catalogue(draft)
        guard reader.mistakes.isEmpty else {
            throw InstanceFileError(fileName: fileName, mistakes: reader.sortedMistakes, omitted: reader.omitted)
        }
        return catalogue
    }
}

/// Why `user_data_file` cannot be used where only the text of the import file is at hand.
public struct NoOtherFiles: Error, CustomStringConvertible {
    public init() {}

    public var description: String { "other files cannot be read here; use user_data or user_data_base64" }
}
