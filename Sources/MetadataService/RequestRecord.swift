import Foundation
import Identification
import InstanceModel
import MetadataDocuments

/// One request as the access log and those who watch are told it: ARRIVE, IDENTIFY, ANSWER.
struct RequestRecord {
    var arrival: Arrival
    var guest: PortKey?
    var instance: InstanceID?
    /// Of the instance; nil where it is not known here.
    var name: String?
    var refusal: Refusal?
    var method: [UInt8]
    var target: [UInt8]
    var status: Int
    var bytes: Int
    /// From the connection's beginning to its first complete request; nil for later ones.
    var arrived: Duration?
    /// Since the request was complete, or the head of one whose body is passed on as it comes: when it was identified,
    /// when the answer was ready.
    var identified: Duration
    var answered: Duration

    /// As JSON, with its line break; made once for all who want it.
    lazy var line = serialised()

    private func serialised() -> [UInt8] {
        let record: JSONValue = [
            "time": .string(Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
            "arrive": [
                "listener": .string(arrival.listener.description), "scope": .string(orNull: guest?.scope.description),
                "peer": .string(orNull: (guest?.address ?? arrival.peer)?.description),
                "ns": arrived.map { .integer($0.nanoseconds) } ?? .null,
            ],
            "identify": [
                "instance": .string(orNull: instance?.description), "name": .string(orNull: name),
                "reason": .string(orNull: refusal?.reason), "ns": .integer(identified.nanoseconds),
            ],
            "answer": [
                "method": .string(String(decoding: method, as: UTF8.self)),
                "path": .string(String(decoding: target, as: UTF8.self)), "status": .integer(status),
                "bytes": .integer(bytes), "ns": .integer((answered - identified).nanoseconds),
            ],
            "ns": .integer(answered.nanoseconds),
        ]
        return record.serialised() + [UInt8(ascii: "\n")]
    }
}

extension Duration {
    var nanoseconds: Int {
        Int(components.seconds) * 1_000_000_000 + Int(components.attoseconds / 1_000_000_000)
    }
}
