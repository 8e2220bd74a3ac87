import InstanceModel

extension JSONText {
    /// The members of every version, then the key of the random seed and its opening quote (contract nova.md §5.3).
    mutating func writeMetaDataHead(_ instance: Instance, hasNetworkConfig: Bool, _ settings: DocumentSettings) {
        openObject()
        member("uuid", instance.id.description)
        if !instance.metadata.isEmpty {
            key("meta")
            writeMetadata(instance.metadata)
        }
        if hasNetworkConfig {
            key("network_config")
            object {
                $0.member("name", "network_config")
                $0.member("content_path", "/content/0000")
            }
        }
        writeKeys(instance)
        member("hostname", settings.fullHostname(of: instance))
        member("name", instance.name)
        member("launch_index", instance.launchIndex)
        member("availability_zone", instance.availabilityZone)
        append(MetaDataDocument.seedOpening.description)
    }

    /// The instance's own pairs as an object. Of equal keys the first keeps its place and the last its value.
    mutating func writeMetadata(_ items: [MetadataItem]) {
        let members = items.map { JSONValue.Member(key: $0.key, value: .string($0.value)) }
        JSONValue.object(uniqued: members).write(into: &self)
    }

    /// Both only for an instance with a key name and a key pair (contract nova.md §5.5).
    private mutating func writeKeys(_ instance: Instance) {
        guard instance.keyName?.isEmpty == false, let keyPair = instance.keyPair else { return }
        key("public_keys")
        object { $0.member(keyPair.name, keyPair.publicKey) }
        key("keys")
        array([keyPair]) { text, keyPair in
            text.object {
                $0.member("name", keyPair.name)
                $0.member("type", keyPair.type)
                $0.member("data", keyPair.publicKey)
            }
        }
    }

    mutating func writeProject(_ instance: Instance) {
        append("\"")
        resumeObject()
        member("project_id", instance.projectID)
    }

    mutating func writeDedicatedCPUs(_ instance: Instance) {
        resumeObject()
        key("dedicated_cpus")
        array(instance.dedicatedCPUs) { $0.integer($1) }
        closeObject()
    }
}

/// `meta_data.json` of one version with one random seed, put together from parts when it is written.
public struct MetaDataDocument: Sendable {
    static let seededSince = OpenStackVersion.v2013_04_04
    static let seedOpening: StaticString = ", \"random_seed\": \""

    private let text: DocumentText
    private let version: OpenStackVersion
    private let seed: ByteSlice?

    /// - Parameter seed: nil for the versions without one.
    init(_ text: DocumentText, _ version: OpenStackVersion, seed: ByteSlice?) {
        self.text = text
        self.version = version
        self.seed = seed
    }

    var count: Int {
        var count = 0
        forEachPiece { count += $0.count }
        return count
    }

    func forEachPiece(_ body: (UnsafeRawBufferPointer) -> Void) {
        text.bytes.withUnsafeBytes { bytes in
            func piece(_ range: Range<Int>) { body(UnsafeRawBufferPointer(rebasing: bytes[range])) }
            func piece(_ constant: StaticString) { constant.withUTF8Buffer { body(UnsafeRawBufferPointer($0)) } }

            let head = text.range(.metaDataHead)
            guard let seed else {
                piece(head.lowerBound..<head.upperBound - Self.seedOpening.utf8CodeUnitCount)
                return piece("}")
            }
            piece(head)
            seed.withUnsafeBytes(body)
            guard version >= .v2015_10_15 else { return piece("\"}") }
            piece(text.range(.project))
            if version >= .v2016_06_30 { piece(text.devices(version)) }
            if version >= .v2020_10_14 { piece(text.range(.dedicatedCPUs)) } else { piece("}") }
        }
    }
}
