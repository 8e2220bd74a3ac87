import Foundation

/// Collections that may come in pages.
extension OpenStackService {
    /// The most pages of one collection: with pages of 100 entries a million of them.
    static let pageLimit = 10_000

    /// All entries of a collection, in the order of the pages.
    ///
    /// Of the address of a next page only the query counts: the token never goes to another host, and a service that
    /// does not know by which name it is reached, behind a proxy, does not matter.
    /// - Parameters:
    ///   - member: the name that the entries stand under, such as `security_groups`.
    ///   - path: below the version, such as `security-groups`.
    ///   - query: may hold `limit`, the length of a page.
    /// - Throws: ``OpenStackAPIError``, also where pages come again; `CancellationError`.
    public func collection<Entry: Decodable & Sendable>(
        of type: Entry.Type = Entry.self, _ member: String, _ path: String, query: [URLQueryItem]
    ) async throws -> [Entry] {
        var entries: [Entry] = []
        var asked: Set<String> = []
        var next: String? = URLText.query(query)
        while let query = next {
            guard asked.insert(query).inserted else { throw endless(path, "page \(asked.count) leads back") }
            guard asked.count <= Self.pageLimit else { throw endless(path, "more") }
            let page = try await get(path, queryText: query) { body in
                try JSONDecoder().decode(Page<Entry>.self, from: body, configuration: member)
            }
            entries += page.entries
            next = page.nextQuery
        }
        return entries
    }

    private func endless(_ path: String, _ found: String) -> OpenStackAPIError {
        OpenStackAPIError(
            .unreadable,
            "\(name), \(path): expected pages that end, at most \(Self.pageLimit), found \(found); see \(name)'s log")
    }
}

/// `{"ports": […], "ports_links": [{"rel": "next", "href": …}]}`; the configuration is the name, such as `ports`.
private struct Page<Entry: Decodable & Sendable>: DecodableWithConfiguration {
    struct Link: Decodable {
        var rel: String
        var href: String
    }

    struct Member: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    var entries: [Entry]
    /// Percent-encoded; nil on the last page.
    var nextQuery: String?

    init(from decoder: any Decoder, configuration member: String) throws {
        let members = try decoder.container(keyedBy: Member.self)
        entries = try members.decode([Entry].self, forKey: Member(stringValue: member))
        let links = try members.decodeIfPresent([Link].self, forKey: Member(stringValue: "\(member)_links")) ?? []
        guard let href = links.first(where: { $0.rel == "next" })?.href, let mark = href.firstIndex(of: "?") else {
            return
        }
        nextQuery = String(href[href.index(after: mark)...].prefix { $0 != "#" })
    }
}
