import InstanceModel

/// The static vendor data in the forms in which it is served, made once when the file is read (contract nova.md §8.1).
public struct StaticVendorData: Sendable {
    /// The body of `vendor_data.json`.
    public let vendorData: [UInt8]
    /// The body of `vendor_data2.json` when StaticJSON is the only provider.
    public let vendorData2: [UInt8]

    /// - Parameter document: serialised JSON of any type, such as ``JSONValue/serialised()`` gives.
    public init(_ document: [UInt8] = emptyObject) {
        vendorData = document
        vendorData2 = VendorData2.body(providers: [.staticJSON], static: document)
    }

    /// No file configured.
    public static let empty = StaticVendorData()
    public static let emptyObject = Array("{}".utf8)
}

/// `vendor_data2.json`: the answers of several sources in one object (contract nova.md §8.2, §8.3).
public enum VendorData2 {
    /// What a dynamic target answered, or `{}` for one that failed.
    public struct Target: Sendable {
        public var name: String
        /// Serialised JSON of any type.
        public var document: [UInt8]

        public init(name: String, document: [UInt8]) {
            self.name = name
            self.document = document
        }
    }

    /// - Parameters:
    ///   - providers: in configured order.
    ///   - static: serialised JSON; replaces a target called `static`, in its place.
    ///   - dynamic: in order of the targets. A name that is there already is dropped.
    public static func body(
        providers: [VendorDataProvider], static document: [UInt8], dynamic: [Target] = []
    ) -> [UInt8] {
        var parts: [Target] = []
        for provider in providers {
            switch provider {
            case .staticJSON:
                let part = Target(name: "static", document: document)
                if let place = parts.firstIndex(where: { $0.hasSameName(as: part) }) {
                    parts[place] = part
                } else {
                    parts.append(part)
                }
            case .dynamicJSON:
                for target in dynamic where !parts.contains(where: { $0.hasSameName(as: target) }) {
                    parts.append(target)
                }
            }
        }
        var text = JSONText()
        text.object { text in
            for part in parts {
                text.key(part.name)
                text.serialised(part.document)
            }
        }
        return text.bytes
    }

    /// What every dynamic target is sent: a JSON object. The user data is base64 in its canonical form, whatever form
    /// it was stored in.
    public static func dynamicRequestBody(for instance: Instance) -> [UInt8] {
        var text = JSONText()
        text.object {
            $0.member("project-id", instance.projectID)
            $0.member("instance-id", instance.id.description)
            $0.member("image-id", instance.image?.id ?? "")
            $0.member("user-data", instance.userData.map { String(decoding: Base64.encode($0), as: UTF8.self) })
            $0.member("hostname", instance.hostname)
            $0.key("metadata")
            $0.writeMetadata(instance.metadata)
            $0.member("boot-roles", instance.bootRoles)
        }
        return text.bytes
    }
}

extension VendorData2.Target {
    fileprivate func hasSameName(as other: Self) -> Bool {
        name.utf8.elementsEqual(other.name.utf8)
    }
}
