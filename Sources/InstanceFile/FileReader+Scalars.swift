import InstanceModel
import Yams

extension FileReader {
    /// Any scalar by its source text, so that a name may be `1.0` or `no` without quotes.
    func text(_ value: FileValue, _ expected: String = "text") -> String? {
        guard case .scalar(let scalar) = value.node, !value.isNull else {
            refuse(value, expected: expected)
            return nil
        }
        guard value.node.tag == .init(.str) else {
            refuse(value, expected: "\(expected) without a tag", found: "the tag \(value.node.tag)")
            return nil
        }
        return scalar.string
    }

    /// A scalar that `read` understands.
    func scalar<Value>(_ value: FileValue, _ expected: String, _ read: (String) -> Value?) -> Value? {
        guard let text = text(value, expected) else { return nil }
        guard let result = read(text) else {
            refuse(value, expected: expected)
            return nil
        }
        return result
    }

    func integer(_ value: FileValue, _ range: ClosedRange<Int>) -> Int? {
        scalar(value, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func boolean(_ value: FileValue) -> Bool? {
        scalar(value, "true or false") { ["true": true, "false": false][$0] }
    }

    func choice(_ value: FileValue, _ choices: [String]) -> String? {
        scalar(value, "one of \(choices.joined(separator: ", "))") { choices.contains($0) ? $0 : nil }
    }

    func identifier<Entity>(_ value: FileValue) -> Identifier<Entity>? {
        scalar(value, "a UUID such as 32d0524b-314d-4594-b3a3-607e3f2354f8") { Identifier<Entity>($0[...]) }
    }

    func macAddress(_ value: FileValue) -> MACAddress? {
        scalar(value, "a MAC address such as fa:16:3e:9c:bf:3d") { MACAddress($0) }
    }

    /// An address, kept as it is written.
    func address(_ value: FileValue) -> String? {
        scalar(value, "an IPv4 or IPv6 address") { IPAddress($0) == nil ? nil : $0 }
    }

    /// A prefix, kept as it is written.
    func prefix(_ value: FileValue) -> String? {
        scalar(value, "an address and prefix length such as 10.0.0.0/24") { CIDR($0) == nil ? nil : $0 }
    }

    /// The number behind an id such as `i-0000000a`.
    func ec2Number(_ value: FileValue, prefix: String) -> UInt64? {
        scalar(value, "an id such as \(prefix)-0000000a") { EC2ID.number(in: $0, prefix: prefix) }
    }

    func texts(_ value: FileValue) -> [String]? {
        list(value, of: "texts") { text($0) }
    }
}

/// A field whose absence and whose explicit null mean different things.
enum Given<Value> {
    case absent
    case null
    case value(Value)

    /// The value, nil for an explicit null, or `other` when the field is absent.
    func or(_ other: @autoclosure () -> Value?) -> Value? {
        switch self {
        case .absent: other()
        case .null: nil
        case .value(let value): value
        }
    }
}

extension Given: Sendable where Value: Sendable {}
