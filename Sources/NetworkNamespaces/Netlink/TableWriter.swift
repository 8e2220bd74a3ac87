/// Writes one transaction of nf_tables about one table of family inet, for ``NetlinkSocket/exchange(_:to:)``.
///
/// In place of nft(8), which would be a process for each of thousands of routers.
struct TableWriter {
    /// Types of messages, nf_tables' number 10 in the upper byte.
    private enum Kind: UInt16 {
        case batchBegin = 0x0010
        case batchEnd = 0x0011
        case newTable = 0x0A00
        case deleteTable = 0x0A02
        case newChain = 0x0A03
        case newRule = 0x0A06
        case newObject = 0x0A12
    }

    enum Hook: UInt32 {
        case prerouting = 0
        case input = 1
        case forward = 2
    }

    private static let inet: UInt8 = 1
    /// NLM_F_REQUEST | NLM_F_ACK; NLM_F_CREATE; NLM_F_APPEND.
    private static let (request, create, append): (UInt16, UInt16, UInt16) = (0x5, 0x400, 0x800)

    private static let accept: UInt32 = 1

    private let table: String
    private var writer = NetlinkWriter()

    private init(table: String) {
        self.table = table
    }

    /// All of `body` happens, or nothing of it.
    static func transaction(on table: String, _ body: (inout TableWriter) -> Void) -> [UInt8] {
        var writer = TableWriter(table: table)
        writer.frame(.batchBegin)
        body(&writer)
        writer.frame(.batchEnd)
        return writer.writer.bytes
    }

    mutating func addTable() {
        message(.newTable, Self.create) { _ in }
    }

    mutating func deleteTable() {
        message(.deleteTable, 0) { _ in }
    }

    mutating func addCounter(_ name: String) {
        message(.newObject, Self.create) { message in
            message.attribute(2, name)
            message.attribute(3, UInt32(1))
            message.nested(4) { _ in }
        }
    }

    /// A base chain that accepts what no rule decides about.
    mutating func addChain(_ name: String, type: String, hook: Hook, priority: Int32) {
        message(.newChain, Self.create) { message in
            message.attribute(3, name)
            message.nested(4) { nested in
                nested.attribute(1, hook.rawValue)
                nested.attribute(2, UInt32(bitPattern: priority))
            }
            message.attribute(5, Self.accept)
            message.attribute(7, type)
        }
    }

    mutating func addRule(in chain: String, _ expressions: [RuleExpression]) {
        message(.newRule, Self.create | Self.append) { message in
            message.attribute(2, chain)
            message.nested(4) { list in
                for expression in expressions { list.nested(1, expression.write) }
            }
        }
    }

    private mutating func message(_ kind: Kind, _ flags: UInt16, _ body: (inout NetlinkWriter) -> Void) {
        writer.message(type: kind.rawValue, flags: Self.request | flags) { message in
            message.header(family: Self.inet, resource: 0)
            message.attribute(1, table)
            body(&message)
        }
    }

    private mutating func frame(_ kind: Kind) {
        writer.message(type: kind.rawValue, flags: 1) { $0.header(family: 0, resource: 10) }
    }
}

extension NetlinkWriter {
    /// nfgenmsg: the family, version 0, and a resource in network byte order.
    fileprivate mutating func header(family: UInt8, resource: UInt16) {
        append(family)
        append(UInt8(0))
        append(resource.bigEndian)
    }
}
