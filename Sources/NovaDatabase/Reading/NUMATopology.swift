import MetadataDocuments

/// `instance_extra.numa_topology`: which guest processors have a host processor of their own (contract nova.md §10.3).
enum NUMATopology {
    /// Ascending.
    static func dedicatedCPUs(_ text: [UInt8]?) throws(BlobError) -> [Int] {
        guard let text, !text.isEmpty else { return [] }
        let topology = try JSONValue.blob(text)
        // The form of before 2015 knows no dedicated processors.
        guard topology.novaName != nil else { return [] }
        var processors: Set<Int> = []
        for cell in topology.novaData?["cells"]?.items ?? [] { processors.formUnion(try dedicated(cell)) }
        return processors.sorted()
    }

    /// What `pcpuset` means depends on the version of the cell's form: before 1.6 only a policy gave it a meaning.
    private static func dedicated(_ cell: JSONValue) throws(BlobError) -> [Int] {
        guard let data = cell.novaData, let version = version(cell) else {
            throw BlobError(description: "expected a NUMA cell with a version")
        }
        let policy = data["cpu_policy"]?.text
        switch version {
        case (1, 4): return policy == "dedicated" ? numbers(data["cpuset"]) : []
        case (1, 5): return policy == "dedicated" || policy == "mixed" ? numbers(data["pcpuset"]) : []
        default:
            guard data.has("pcpuset") else {
                throw BlobError(description: "expected a NUMA cell with pcpuset, found one of an older form")
            }
            return numbers(data["pcpuset"])
        }
    }

    private static func version(_ cell: JSONValue) -> (Int, Int)? {
        let parts = cell["nova_object.version"]?.text?.split(separator: ".").map { Int($0) } ?? []
        guard parts.count >= 2, let major = parts[0], let minor = parts[1] else { return nil }
        return (major, minor)
    }

    private static func numbers(_ list: JSONValue?) -> [Int] {
        list?.items.compactMap(\.number) ?? []
    }
}
