import Logging
import MetadataDocuments
import Synchronization

/// Where vendor data comes from: a static file, dynamic targets, or both (contract nova.md §8).
public final class VendorData: Sendable {
    public let providers: [VendorDataProvider]
    let targets: DynamicVendorData?
    private let file: VendorDataFile?
    private let current: Mutex<Result<StaticVendorData, VendorDataFile.Failure>>

    /// - Parameters:
    ///   - file: `[api] vendordata_jsonfile_path`; nil for none.
    ///   - targets: nil where `DynamicJSON` is not among the providers.
    public init(providers: [VendorDataProvider], file: VendorDataFile?, targets: DynamicVendorData?) {
        self.providers = providers
        self.file = file
        self.targets = targets
        self.current = Mutex(file?.read() ?? .success(.empty))
    }

    /// The static document as Nova would print it, or why there is none.
    var staticDocument: Result<StaticVendorData, VendorDataFile.Failure> { current.withLock { $0 } }

    /// Reads the file again whenever it changes, until cancelled. Without a file there is only the waiting.
    public func follow(logger: Logger) async {
        if case .failure(let failure) = staticDocument { logger.error("\(failure)") }
        var stamp = file?.stamp()
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            guard let file else { continue }
            let now = file.stamp()
            guard now != stamp else { continue }
            stamp = now
            read(file, logger)
        }
    }

    private func read(_ file: VendorDataFile, _ logger: Logger) {
        let read = file.read()
        current.withLock { $0 = read }
        switch read {
        case .success: logger.info("vendor data read again", metadata: ["file": "\(file.path)"])
        case .failure(let failure): logger.error("\(failure)")
        }
    }

    public func shutdown() async throws {
        try await targets?.shutdown()
    }
}
