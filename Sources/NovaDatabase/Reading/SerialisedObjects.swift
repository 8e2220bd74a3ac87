import InstanceModel
import MetadataDocuments

/// `instance_extra.flavor` (contract nova.md §10.3).
enum FlavorBlob {
    /// The present flavor's name; nil where there is no record.
    static func name(_ text: [UInt8]?) throws(BlobError) -> String? {
        guard let text, !text.isEmpty else { return nil }
        guard let name = try JSONValue.blob(text)["cur"]?.novaData?["name"]?.text else {
            throw BlobError(description: "expected a serialised flavor with a name")
        }
        return name
    }
}

/// `instance_extra.keypairs` (contract nova.md §5.5, §10.3).
enum KeyPairBlob {
    /// The first key pair, the only one that the documents show; nil for none.
    static func keyPair(_ text: [UInt8]?) throws(BlobError) -> KeyPair? {
        guard let text, !text.isEmpty else { return nil }
        let list = try JSONValue.blob(text)
        guard list != .null else { return nil }
        guard let objects = list.novaData?["objects"] else {
            throw BlobError(description: "expected a serialised list of key pairs")
        }
        guard let first = objects.items.first else { return nil }
        guard let data = first.novaData, let name = data["name"]?.text, let key = data["public_key"]?.text else {
            throw BlobError(description: "expected a key pair with name and public_key")
        }
        return KeyPair(name: name, type: data["type"]?.text ?? "ssh", publicKey: key)
    }
}
