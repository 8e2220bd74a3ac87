import InstanceModel

@testable import MetadataDocuments

extension Route {
    init(_ target: String) {
        self.init(Array(target.utf8))
    }

    init(_ target: [UInt8]) {
        self = target.withUnsafeBytes { Route(target: $0) }
    }
}

extension Reply {
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        forEachPiece { bytes += $0 }
        return bytes
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The headers as they go on the wire.
    var headers: [Header] {
        let length = Header("Content-Length", String(bodyCount))
        guard let contentType else { return [length] }
        let type = Header("Content-Type", contentType.headerValue.description)
        return headersTypeFirst ? [type, length] : [length, type]
    }
}

extension DocumentContext {
    /// A day on which every version is listed, and random seeds that count up.
    static func test(requester: String? = nil, vendorData: StaticVendorData = .empty) -> DocumentContext {
        DocumentContext(
            requesterAddress: requester.map { Array($0.utf8) }, randomSeed: .counting(), staticVendorData: vendorData,
            today: "2026-01-01")
    }
}

extension RandomSeed {
    /// Every value is 512 times the same octet, one higher than in the value before.
    static func counting() -> RandomSeed {
        var filled = 0
        return RandomSeed { buffer in
            for index in buffer.indices {
                buffer[index] = UInt8(truncatingIfNeeded: filled / 512)
                filled += 1
            }
        }
    }
}

extension InstanceDocuments {
    convenience init(_ instance: Instance) {
        self.init(instance, settings: DocumentSettings())
    }

    /// The body for a path; nil for 404.
    func body(_ path: String, requester: String? = nil) -> String? {
        reply(to: Route(path), context: .test(requester: requester))?.text
    }
}

/// A body with its random seed, if any, replaced by `*`.
func withoutSeed(_ body: [UInt8]) -> [UInt8] {
    let opening = Array(MetaDataDocument.seedOpening.description.utf8)
    guard let start = body.firstRange(of: opening)?.upperBound, start + RandomSeed.encodedCount < body.count else {
        return body
    }
    return body[..<start] + [UInt8(ascii: "*")] + body[(start + RandomSeed.encodedCount)...]
}

extension ErrorPage {
    static func reply(status: Int, explanation: String, accept: [UInt8]?, isHead: Bool = false) -> Reply {
        guard let accept else {
            return reply(status: status, explanation: explanation, accept: UnsafeRawBufferPointer?.none, isHead: isHead)
        }
        return accept.withUnsafeBytes { reply(status: status, explanation: explanation, accept: $0, isHead: isHead) }
    }
}
