/// Installs and removes the tables of ``MetadataRedirect`` in many namespaces.
///
/// The kernel spends most of a transaction's 5 to 10 ms waiting for other processors, and lets go of all who wait at
/// once: many threads do in a second what one does in half a minute. They are there while there is something to do.
public struct RedirectInstaller: Sendable {
    /// How many threads at most.
    private static let width = 32

    private let installation: [UInt8]

    /// - Parameter port: where the routers' listeners are.
    public init(port: UInt16) {
        installation = MetadataTable(port: port).installation
    }

    /// Puts the table in the place of any that is there.
    /// - Returns: why that could not be done, by namespace; empty when all went well.
    public func install(in namespaces: [String]) async -> [String: NamespaceError] {
        await apply(installation, in: namespaces)
    }

    /// Removes the tables that are there.
    /// - Returns: as ``install(in:)``.
    public func remove(in namespaces: [String]) async -> [String: NamespaceError] {
        await apply(MetadataTable.removal, in: namespaces)
    }

    private func apply(_ transaction: [UInt8], in namespaces: [String]) async -> [String: NamespaceError] {
        let threads = min(Self.width, namespaces.count)
        return await withTaskGroup { group in
            for first in 0..<threads {
                let share = stride(from: first, to: namespaces.count, by: threads).map { namespaces[$0] }
                group.addTask { await Self.apply(transaction, inEach: share) }
            }
            return await group.reduce(into: [:]) { $0.merge($1) { $1 } }
        }
    }

    private static func apply(_ transaction: [UInt8], inEach names: [String]) async -> [String: NamespaceError] {
        do throws(NamespaceError) {
            let thread = try NamespaceThread()
            defer { thread.close() }
            let results = await thread.perform(names, in: \.self) { _, _ throws(NamespaceError) in
                try MetadataTable.apply(transaction)
            }
            return Dictionary(
                uniqueKeysWithValues: zip(names, results).compactMap { name, result in
                    if case .failure(let error) = result { (name, error) } else { nil }
                })
        } catch {
            return Dictionary(names.map { ($0, error) }) { $1 }
        }
    }
}
