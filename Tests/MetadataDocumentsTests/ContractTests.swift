import InstanceModel
import MetadataDocuments
import Testing

/// What real Nova answered, request by request.
@Suite(.enabled(if: Oracle.isPresent, "Nova's recorded answers are not here: set METAPATH_ORACLE to their directory"))
struct ContractTests {
    /// Fixtures that no documents can be made of, and why.
    static let withoutDocuments = [
        "deleted": "not found: the row is soft-deleted",
        "mapping-without-cell": "not found: scheduled to no cell",
        "nonet-null": "network_info is NULL, a 500 in Nova",
        "nonet-row-missing": "network_info has no row, a 500 in Nova",
        "userdata-invalid": "the user data is no base64, a 500 in Nova",
    ]

    /// Profiles that differ from the default in nothing but these settings and the vendor data file.
    static let profiles: [(name: String, settings: DocumentSettings, hasFile: Bool)] = [
        ("domain", DocumentSettings(dhcpDomain: "example.org"), false),
        ("nodomain", DocumentSettings(dhcpDomain: ""), false),
        ("notemplate", DocumentSettings(injectedNetworkTemplate: false), false),
        ("vendordata", DocumentSettings(vendorDataProviders: [.staticJSON, .dynamicJSON]), true),
        ("vendordata-order", DocumentSettings(vendorDataProviders: [.dynamicJSON, .staticJSON]), true),
        ("vendordata-dynamic-only", DocumentSettings(vendorDataProviders: [.dynamicJSON]), false),
    ]

    @Test func defaultConfiguration() throws {
        let instances = try Oracle.instances()
        var replayed = 0
        for recording in try Oracle.recordings(in: "golden") {
            guard Self.withoutDocuments[recording.instance] == nil else { continue }
            let instance = try #require(instances[recording.instance])
            replayed += replay(recording, instance, DocumentSettings(), .empty)
        }
        print("Replayed \(replayed) requests of Nova's default configuration")
        #expect(replayed > 20_000)
    }

    @Test(arguments: profiles.indices)
    func otherConfiguration(_ index: Int) throws {
        let profile = Self.profiles[index]
        let instances = try Oracle.instances()
        let file = profile.hasFile ? StaticVendorData(try Self.vendorDataFile().serialised()) : .empty
        var replayed = 0
        for recording in try Oracle.recordings(in: "golden-profiles/" + profile.name) {
            let instance = try #require(instances[recording.instance])
            replayed += replay(recording, instance, profile.settings, file)
        }
        print("Replayed \(replayed) requests of configuration “\(profile.name)”")
        #expect(replayed > 0)
    }

    static func vendorDataFile() throws -> JSONValue {
        try JSONValue(parsing: Oracle.bytes(of: "conf/vendordata.json"))
    }

    /// Replays what is answered by documents alone, and returns how many requests those were.
    private func replay(
        _ recording: Recording, _ instance: Instance, _ settings: DocumentSettings, _ vendorData: StaticVendorData
    ) -> Int {
        var instance = instance
        var documents = InstanceDocuments(instance, settings: settings)
        var replayed = 0
        for exchange in recording.exchanges {
            let route = Route(exchange.target)
            if exchange.method == "POST", route == .password, exchange.status == 200 {
                instance.password = String(decoding: exchange.request.bytes, as: UTF8.self)
                documents = InstanceDocuments(instance, settings: settings)
            }
            guard ["GET", "HEAD"].contains(exchange.method), [200, 404].contains(exchange.status),
                recording.isIdentified(exchange), !isDynamic(route, settings)
            else { continue }
            let requester = recording.value("X-Forwarded-For", of: exchange)
            let context = DocumentContext.test(requester: requester, vendorData: vendorData)
            let reply = documents.reply(to: route, context: context) ?? notFound(recording, exchange)
            compare(reply, exchange, in: recording)
            replayed += 1
        }
        return replayed
    }

    private func isDynamic(_ route: Route, _ settings: DocumentSettings) -> Bool {
        route == .vendorData2 && settings.vendorDataProviders.contains(.dynamicJSON)
    }

    private func notFound(_ recording: Recording, _ exchange: Exchange) -> Reply {
        let accept = recording.value("Accept", of: exchange).map(latin1)
        return ErrorPage.reply(
            status: 404, explanation: ErrorPage.Explanation.notFound, accept: accept, isHead: exchange.method == "HEAD")
    }

    private func compare(_ reply: Reply, _ exchange: Exchange, in recording: Recording) {
        let place: Comment = "\(recording.instance) \(exchange.n): \(exchange.method) \(exchange.request.path ?? "")"
        if reply.status != exchange.status || reply.headers != exchange.response.headers {
            Issue.record("\(place): \(reply.status) \(reply.headers), not \(exchange.response)")
        } else if exchange.method == "GET", withoutSeed(reply.bytes) != withoutSeed(exchange.response.bytes) {
            Issue.record("\(place): “\(reply.text)”, not “\(exchange.response.body ?? "")”")
        }
    }

    /// Where Nova hangs up, there is a clean 404 instead.
    @Test func pathsThatNovaFailsOn() throws {
        let instances = try Oracle.instances()
        var paths = 0
        for recording in try Oracle.recordings(in: "golden") {
            let documents = InstanceDocuments(try #require(instances[recording.instance]), settings: DocumentSettings())
            for exchange in recording.exchanges where exchange.method == "GET" && exchange.status == nil {
                // RFC 9110 §4.2.3 has schemes compared without case: this is a request for `/`.
                if exchange.request.path == "HTTP://169.254.169.254/" || !recording.isIdentified(exchange) { continue }
                #expect(documents.reply(to: Route(exchange.target), context: .test()) == nil, "\(exchange.request)")
                paths += 1
            }
        }
        #expect(paths > 100)
    }

    @Test func errorPages() throws {
        var pages = 0
        let profiles = ["cached", "neutron-down", "nosecret", "remoteip"].map { "golden-profiles/" + $0 }
        for recording in try (["golden"] + profiles).flatMap(Oracle.recordings) {
            for exchange in recording.exchanges where exchange.method != "OPTIONS" && (exchange.status ?? 0) >= 400 {
                let accept = recording.headers(of: exchange).first { $0.name.lowercased() == "accept" }
                let reply = ErrorPage.reply(
                    status: exchange.status ?? 0, explanation: explanation(in: exchange),
                    accept: accept.map { latin1($0.value) }, isHead: exchange.method == "HEAD")
                compare(reply, exchange, in: recording)
                pages += 1
            }
        }
        print("Compared \(pages) error pages")
        #expect(pages > 7_000)
    }

    private func explanation(in exchange: Exchange) -> String {
        typealias Explanation = ErrorPage.Explanation
        let known = [
            Explanation.instanceIDMissing, Explanation.signatureMissing, Explanation.projectIDMissing,
            Explanation.signatureInvalid, Explanation.unknownError, Explanation.notFound,
            Explanation.forwardedForMissing, Explanation.passwordConflict, Explanation.passwordTooLarge,
            Explanation.passwordMethod,
        ]
        let body = exchange.response.body ?? ""
        if let text = known.first(where: body.contains) { return text }
        let bare = body.replacing("{\"message\": \"", with: "\n  ").replacing("<br /><br />", with: "\n")
        let line = bare.split(separator: "\n").first { $0.hasPrefix("  Could") || $0.hasPrefix("  Expected") } ?? ""
        return String(line.dropFirst(2)).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&#x27;", with: "'").replacing("&amp;", with: "&")
    }
}
