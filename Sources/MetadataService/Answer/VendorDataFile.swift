import Foundation
import MetadataDocuments

/// The JSON file behind `vendor_data.json` and the `static` part of `vendor_data2.json`.
public struct VendorDataFile: Sendable {
    public let path: String

    public init(path: String) {
        self.path = path
    }

    /// Why the file gives no document. Safe to log.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        public let description: String
    }

    /// What changes when the file does.
    struct Stamp: Equatable {
        var modified: Date?
        var size: Int?
        var inode: Int?
    }

    func stamp() -> Stamp {
        let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
        return Stamp(
            modified: attributes[.modificationDate] as? Date, size: (attributes[.size] as? NSNumber)?.intValue,
            inode: (attributes[.systemFileNumber] as? NSNumber)?.intValue)
    }

    /// Reads the file once.
    /// - Returns: how much it holds, for an operator.
    public func check() throws -> String {
        "\(path), \(try read().get().vendorData.count) octets of JSON"
    }

    /// The document, parsed and printed as Python would.
    func read() -> Result<StaticVendorData, Failure> {
        guard let data = FileManager.default.contents(atPath: path) else {
            return .failure(
                Failure(description: "\(path): expected a readable JSON file ([api] vendordata_jsonfile_path)"))
        }
        do {
            return .success(StaticVendorData(try JSONValue(parsing: Array(data)).serialised()))
        } catch {
            return .failure(Failure(description: "\(path): expected JSON ([api] vendordata_jsonfile_path): \(error)"))
        }
    }
}
