import MetadataDocuments

/// A JSON object whose fields are set by name and keep their order.
struct JSONObject {
    var fields: [JSONValue.Member] = []

    init() {}

    /// Empty unless `value` is an object.
    init(_ value: JSONValue?) {
        if case .object(let fields) = value { self.fields = fields }
    }

    subscript(name: String) -> JSONValue? {
        get { fields.first { $0.key == name }?.value }
        set {
            let index = fields.firstIndex { $0.key == name }
            switch (index, newValue) {
            case (let index?, let value?): fields[index].value = value
            case (let index?, nil): fields.remove(at: index)
            case (nil, let value?): fields.append(JSONValue.Member(key: name, value: value))
            case (nil, nil): break
            }
        }
    }
}
