/// A part of an nf_tables rule. Parts are worked off in order; each may end the rule. Values pass through one register.
enum RuleExpression {
    enum Field: UInt32 {
        /// The name of the device that a packet came in on.
        case inputDevice = 6
        /// 2 for IPv4, 10 for IPv6.
        case networkProtocol = 15
        /// 6 for TCP.
        case transportProtocol = 16
    }

    enum Header: UInt32 {
        case network = 1
        case transport = 2
    }

    case load(Field)
    case loadBytes(Header, offset: UInt32, count: UInt32)
    case loadConnectionStatus
    /// Keeps those bits of the register.
    case mask(UInt32)
    /// Goes on when the register begins with these bytes.
    case equals([UInt8])
    /// Goes on when the register is not zero.
    case isNotZero
    case count(String)
    case loadPort(UInt16)
    /// To the port in the register, of the address that the packet's device has.
    case redirect
    case accept
    case drop

    private static let register: UInt32 = 1

    /// Name and attributes, as `NFTA_EXPR_*` has them.
    func write(to list: inout NetlinkWriter) {
        list.attribute(1, name)
        list.nested(2, writeAttributes)
    }

    private var name: String {
        switch self {
        case .load: "meta"
        case .loadBytes: "payload"
        case .loadConnectionStatus: "ct"
        case .mask: "bitwise"
        case .equals, .isNotZero: "cmp"
        case .count: "objref"
        case .loadPort, .accept, .drop: "immediate"
        case .redirect: "redir"
        }
    }

    private func writeAttributes(to data: inout NetlinkWriter) {
        switch self {
        case .load(let field): data.numbers(Self.register, field.rawValue)
        case .loadBytes(let header, let offset, let count): data.numbers(Self.register, header.rawValue, offset, count)
        case .loadConnectionStatus: data.numbers(Self.register, 2)
        case .mask(let bits):
            data.numbers(Self.register, Self.register, 4)
            data.value(4, withUnsafeBytes(of: bits) { Array($0) })
            data.value(5, [0, 0, 0, 0])
        case .equals(let bytes):
            data.numbers(Self.register, 0)
            data.value(3, bytes)
        case .isNotZero:
            data.numbers(Self.register, 1)
            data.value(3, [0, 0, 0, 0])
        case .count(let name):
            data.numbers(1)
            data.attribute(2, name)
        case .loadPort(let port):
            data.numbers(Self.register)
            data.value(2, port.bigEndianBytes)
        case .redirect:
            data.attribute(1, Self.register)
            // NF_NAT_RANGE_PROTO_SPECIFIED: the port is given.
            data.attribute(3, UInt32(2))
        case .accept: data.verdict(1)
        case .drop: data.verdict(0)
        }
    }
}

extension NetlinkWriter {
    /// Numbers as the attributes 1, 2, 3 and so on.
    fileprivate mutating func numbers(_ numbers: UInt32...) {
        for (index, number) in numbers.enumerated() { attribute(index + 1, number) }
    }

    /// NFTA_DATA_VALUE.
    fileprivate mutating func value(_ type: Int, _ bytes: [UInt8]) {
        nested(type) { $0.attribute(1, bytes) }
    }

    /// NFTA_DATA_VERDICT for the register of verdicts, which has number 0.
    fileprivate mutating func verdict(_ code: UInt32) {
        numbers(0)
        nested(2) { data in data.nested(2) { $0.attribute(1, code) } }
    }
}
