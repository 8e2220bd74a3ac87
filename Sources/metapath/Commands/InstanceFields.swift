import ArgumentParser
import Foundation
import MetadataDocuments

/// The options of `instance create` and `instance set`: each is a field of the import format, and is checked as one.
struct InstanceFields: ParsableArguments {
    @Option(help: "Project id.")
    var project: String?

    @Option(help: "Host name without domain.")
    var hostname: String?

    @Option(
        help: ArgumentHelp(
            "A port; repeatable. With `set`, the ports given replace all there were.",
            valueName: "network=NAME,ip=ADDRESS[,mac=MAC]"))
    var port: [String] = []

    @Option(help: "Image id.")
    var image: String?

    @Option(help: "Kernel image id.")
    var kernel: String?

    @Option(help: "Ramdisk image id.")
    var ramdisk: String?

    @Option(help: "Flavor name.")
    var instanceType: String?

    @Option(help: "Availability zone.")
    var availabilityZone: String?

    @Option(help: ArgumentHelp("Name of the key pair; goes with --public-key.", valueName: "name"))
    var keyName: String?

    @Option(help: ArgumentHelp("File with the public key.", valueName: "file"))
    var publicKey: String?

    @Option(help: ArgumentHelp("File with the user data, any bytes; empty name for none.", valueName: "file"))
    var userData: String?

    @Option(help: ArgumentHelp("Metadata; repeatable. With `set`, keys not named are kept.", valueName: "key=value"))
    var property: [String] = []

    @Option(help: "Security group name; repeatable. With `set`, replaces all there were.")
    var securityGroup: [String] = []

    /// Lays the given options over `entry`, an instance of the import format.
    func apply(to entry: inout JSONObject) throws {
        for (name, value) in [
            ("project", project), ("hostname", hostname), ("image", image), ("kernel", kernel), ("ramdisk", ramdisk),
            ("instance_type", instanceType), ("availability_zone", availabilityZone),
        ] {
            if let value { entry[name] = .string(value) }
        }
        if !port.isEmpty { entry["ports"] = .array(try port.map(Self.port)) }
        if !securityGroup.isEmpty { entry["security_groups"] = .array(securityGroup.map(JSONValue.string)) }
        if !property.isEmpty { entry["metadata"] = try metadata(over: entry["metadata"]) }
        try applyFiles(to: &entry)
    }

    private func applyFiles(to entry: inout JSONObject) throws {
        if keyName != nil || publicKey != nil {
            guard let keyName, let publicKey else { throw ValidationError("--key-name and --public-key go together.") }
            let key = String(decoding: try Self.contents(of: publicKey), as: UTF8.self)
            entry["key_pair"] = ["name": .string(keyName), "public_key": .string(key)]
        }
        guard let userData else { return }
        entry["user_data"] = nil
        entry["user_data_base64"] =
            userData.isEmpty ? nil : .string(try Self.contents(of: userData).base64EncodedString())
    }

    private func metadata(over old: JSONValue?) throws -> JSONValue {
        var metadata = JSONObject(old)
        for pair in property {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty else {
                throw ValidationError("--property “\(pair)”: expected key=value.")
            }
            metadata[String(parts[0])] = .string(String(parts[1]))
        }
        return .object(metadata.fields)
    }

    private static func port(_ text: String) throws -> JSONValue {
        var port = JSONObject()
        for pair in text.split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, ["network", "ip", "mac", "id"].contains(parts[0]) else {
                throw ValidationError(
                    "--port “\(text)”: expected network=NAME,ip=ADDRESS and, if wished, mac= and id=.")
            }
            port[String(parts[0])] = .string(String(parts[1]))
        }
        return .object(port.fields)
    }

    private static func contents(of path: String) throws -> Data {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw CommandError("\(path): expected a readable file; check the name and its permissions.")
        }
        return data
    }
}
