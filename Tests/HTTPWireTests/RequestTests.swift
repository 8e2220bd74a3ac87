import NIOCore
import Testing

@testable import HTTPWire

@Suite struct RequestTests {
    private func value(_ name: HeaderName, in headers: String) -> String? {
        let input = Array("GET / HTTP/1.1\r\n\(headers)\r\n".utf8)
        var parser = RequestParser()
        return input.withUnsafeBytes { bytes in
            guard case .request = parser.parse(bytes) else { return "not a request" }
            return parser.withRequest(in: bytes) { request in request.header(name).withBytes(text) }
        }
    }

    @Test func namesAreComparedWithoutCaseAndOtherwiseExactly() {
        #expect(value("X-Instance-ID", in: "x-instance-id: a\r\n") == "a")
        #expect(value("X-Instance-ID", in: "X_Instance_ID: a\r\n") == nil)
        #expect(value("X-Instance-ID", in: "X-Instance-ID-Signature: a\r\n") == nil)
        #expect(value("X-Instance-ID", in: "X-Instance\u{0d}ID: a\r\n") == "not a request")
        // 0x5E differs from 0x7E, and 0x40 from 0x60, by the bit that makes letters lower case.
        #expect(value("a^", in: "a~: x\r\n") == nil)
    }

    @Test func absentAndEmptyDiffer() {
        #expect(value("A", in: "B: b\r\n") == nil)
        #expect(value("A", in: "A:\r\n") == "")
    }

    @Test func repeatedFieldsAreJoined() {
        #expect(value("A", in: "A: 1\r\nB: x\r\na: 2\r\nA:\r\n") == "1, 2, ")
    }

    @Test func valueForms() {
        #expect(!HeaderValue.absent.isPresent)
        #expect(HeaderValue.joined([0x2C]).isPresent)
        #expect(HeaderValue.absent.copy == nil)
        #expect(!HeaderValue.single(UnsafeRawBufferPointer(start: nil, count: 0)).hasContent)
        #expect(HeaderValue.single(UnsafeRawBufferPointer(start: nil, count: 0)).isPresent)
    }

    @Test(arguments: [
        ("GET", Request.Method.get), ("HEAD", .head), ("POST", .post), ("OPTIONS", .options), ("get", .other),
        ("PUT", .other), ("GETS", .other),
    ])
    func methods(_ name: String, _ method: Request.Method) {
        let input = Array("\(name) / HTTP/1.1\r\n\r\n".utf8)
        var parser = RequestParser()
        input.withUnsafeBytes { bytes in
            guard case .request = parser.parse(bytes) else { return #expect(Bool(false)) }
            parser.withRequest(in: bytes) { #expect($0.method == method) }
        }
    }

    @Test func fieldsThatWouldForgeOthersAreNotAdded() {
        var fields = HeaderFields()
        let added = [
            fields.append("A", "b"), fields.append("A", "b\r\nC: d"), fields.append("A b", "c"), fields.append("", "c"),
            fields.append([0x42], [0xE9]),
        ]
        #expect(added == [true, false, false, false, true])
        #expect(String(buffer: fields.lines).hasPrefix("A: b\r\nB: "))
        #expect(fields.first("a") == "b")
    }
}
