import Identification
import InstanceModel

/// The requests of some time, counted by who asked, where, for what, and how it failed.
struct RequestTally {
    /// Who asks: an instance, or, where it is not known which, an address.
    struct Guest: Hashable {
        var instance: InstanceID?
        var name: String?
        /// Only without an instance.
        var peer: String?
        var place: String?
    }

    struct Failure: Hashable {
        var path: String
        var status: Int
        var reason: String?
    }

    /// Bytes of what a guest has written that are looked at.
    private static let textLimit = 128

    private(set) var total = RequestFigures()
    private(set) var guests = FigureTable<Guest>()
    private(set) var places = FigureTable<String>()
    private(set) var paths = FigureTable<String>()
    private(set) var failures = FigureTable<Failure>()

    mutating func add(_ record: borrowing RequestRecord) {
        let (status, time) = (record.status, record.answered.nanoseconds)
        let path = String(decoding: record.target.prefix(Self.textLimit), as: UTF8.self)
        total.add(status: status, nanoseconds: time)
        guests.add(Guest(record), status: status, nanoseconds: time)
        places.add(record.place, status: status, nanoseconds: time)
        paths.add(path, status: status, nanoseconds: time)
        guard status >= 400 else { return }
        let reason = record.refusal.map { String($0.reason.prefix(Self.textLimit)) }
        failures.add(Failure(path: path, status: status, reason: reason), status: status, nanoseconds: time)
    }

    mutating func add(_ other: RequestTally) {
        total.add(other.total)
        guests.add(other.guests)
        places.add(other.places)
        paths.add(other.paths)
        failures.add(other.failures)
    }

    /// Requests that some table had no room for.
    var others: Int { guests.others + places.others + paths.others + failures.others }
}

extension RequestTally.Guest {
    init(_ record: borrowing RequestRecord) {
        instance = record.instance
        name = record.name
        guard record.instance == nil else { return }
        peer = (record.guest?.address ?? record.arrival.peer)?.description
        place = record.place
    }
}
