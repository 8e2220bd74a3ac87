import Foundation
import GRDB
import InstanceModel
import InstanceStore

/// Gives out the numbers of the EC2 tree. A number once given stays, also over deletion and re-creation.
struct NumberWriter {
    private let db: Database
    private var nextInstance: Int64
    private var nextImage: Int64
    /// Numbers that the catalogue asks for and that must not be given to others before.
    private var reserved: Set<Int64> = []

    init(_ db: Database) throws {
        self.db = db
        let present = try Int64.fetchOne(db, sql: "SELECT max(number) FROM instances") ?? 0
        let deleted = try Int64.fetchOne(db, sql: "SELECT max(number) FROM deletions") ?? 0
        nextInstance = max(present, deleted).next
        nextImage = (try Int64.fetchOne(db, sql: "SELECT max(number) FROM images") ?? 0).next
    }

    /// Notes the numbers that the catalogue gives, images' right into the store.
    mutating func reserve(_ instances: [Instance]) throws {
        for instance in instances {
            if instance.ec2Number > 0 { reserved.insert(try checked(instance.ec2Number)) }
            for image in [instance.image, instance.kernel, instance.ramdisk] {
                if let image, image.ec2Number > 0 { try enter(image) }
            }
        }
    }

    /// The instance's number: the one it has, the one it had, the one it asks for or the next.
    mutating func number(of instance: Instance, stored: Int64?) throws -> UInt64 {
        if let former = try stored ?? formerNumber(of: instance.id) {
            guard instance.ec2Number == 0 || instance.ec2Number == former else {
                throw StoreError(
                    .refused,
                    "\(describe(instance)): expected its EC2 number \(hex(former)), which it keeps for ever, "
                        + "found \(hex(Int64(truncatingIfNeeded: instance.ec2Number)))")
            }
            return UInt64(former)
        }
        if instance.ec2Number == 0 { return UInt64(next()) }
        let number = try checked(instance.ec2Number)
        if let owner = try self.owner(of: number), owner != instance.id {
            throw StoreError(
                .refused,
                "\(describe(instance)): expected an EC2 number that is free, found \(hex(number)), "
                    + "which instance \(owner) has")
        }
        return instance.ec2Number
    }

    /// Fills in the numbers of the instance's images.
    mutating func numberImages(of instance: inout Instance) throws {
        for property in [\Instance.image, \Instance.kernel, \Instance.ramdisk] {
            guard let image = instance[keyPath: property], image.ec2Number == 0 else { continue }
            instance[keyPath: property]?.ec2Number = try number(ofImage: image.id)
        }
    }

    // MARK: Instances

    private mutating func next() -> Int64 {
        while reserved.contains(nextInstance) { nextInstance = nextInstance.next }
        defer { nextInstance = nextInstance.next }
        return nextInstance
    }

    private func owner(of number: Int64) throws -> InstanceID? {
        let statement = try db.cachedStatement(sql: "SELECT id FROM instances WHERE number = ?")
        return try Data.fetchOne(statement, arguments: [number]).map { try InstanceID(blob: $0) }
    }

    /// The number of a deleted instance with this id, unless another has taken it since.
    private func formerNumber(of id: InstanceID) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT number FROM deletions WHERE instance = ?")
        guard let number = try Int64.fetchOne(statement, arguments: [id.blob]) else { return nil }
        return try owner(of: number) == nil ? number : nil
    }

    // MARK: Images

    private mutating func number(ofImage id: String) throws -> UInt64 {
        if let number = try storedNumber(ofImage: id) { return UInt64(number) }
        defer { nextImage = nextImage.next }
        try insert(image: id, number: nextImage)
        return UInt64(nextImage)
    }

    /// Enters an image under the number that the catalogue gives it.
    private mutating func enter(_ image: BootImage) throws {
        let number = try checked(image.ec2Number)
        if let stored = try storedNumber(ofImage: image.id) {
            if stored == number { return }
            throw StoreError(
                .refused,
                "image \(image.id): expected its EC2 number \(hex(stored)), which it keeps for ever, "
                    + "found \(hex(number))")
        }
        if let owner = try String.fetchOne(db, sql: "SELECT id FROM images WHERE number = ?", arguments: [number]) {
            throw StoreError(
                .refused,
                "image \(image.id): expected an EC2 number that is free, found \(hex(number)), "
                    + "which image \(owner) has")
        }
        try insert(image: image.id, number: number)
        nextImage = max(nextImage, number.next)
    }

    private func storedNumber(ofImage id: String) throws -> Int64? {
        let statement = try db.cachedStatement(sql: "SELECT number FROM images WHERE id = ?")
        return try Int64.fetchOne(statement, arguments: [id])
    }

    private func insert(image id: String, number: Int64) throws {
        let statement = try db.cachedStatement(sql: "INSERT INTO images (number, id) VALUES (?, ?)")
        try statement.execute(arguments: [number, id])
    }

    // MARK: Texts

    private func checked(_ number: UInt64) throws -> Int64 {
        guard let number = Int64(exactly: number) else {
            let found = String(number, radix: 16)
            throw StoreError(.refused, "expected an EC2 number below 8000000000000000, found \(found)")
        }
        return number
    }

    private func hex(_ number: Int64) -> String { String(UInt64(bitPattern: number), radix: 16) }

    private func describe(_ instance: Instance) -> String { "instance “\(instance.name ?? "")” (\(instance.id))" }
}

extension Int64 {
    /// One more, or the number itself where there is none; inserting that one again then fails and is undone.
    fileprivate var next: Int64 { self == .max ? self : self + 1 }
}
