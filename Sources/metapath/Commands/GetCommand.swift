import ArgumentParser
import AsyncHTTPClient
import Foundation
import Identification
import InstanceModel
import MetadataDocuments
import NIOCore
import NIOHTTP1
import NovaDatabase
import OsloConfig

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Ask a metadata service what an instance would get: the signed request, made by hand.",
        discussion: """
            Works with any Nova-compatible service that knows the shared secret. Exit status: 0 for a 2xx answer, 1 for \
            any other, or none.

            EXAMPLES
              metapath get /latest/meta-data/ --instance test0
              metapath get /openstack/latest/user_data --instance test0 --raw > user_data
              metapath get /latest/meta-data/ --instance 32d0524b-314d-4594-b3a3-607e3f2354f8 \\
                  --project 28a490a0f8b28800181ce490a74df8d2 --endpoint http://192.0.2.10:8775
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }

    @Argument(help: "The path, such as /latest/meta-data/.")
    var path: String

    @Option(help: ArgumentHelp("Name or id of an instance in the store.", valueName: "name-or-id"))
    var instance: String

    @Option(help: "The instance's project; then the store is not asked, and --instance is an id.")
    var project: String?

    @Option(help: ArgumentHelp("The service. Default: http:// and [metapath] listen.", valueName: "url"))
    var endpoint: String?

    @Option(help: "X-Forwarded-For, the address the instance would ask from.")
    var address: String?

    @Option(name: [.customShort("f"), .customLong("format")], help: "text, or json with status, headers and body.")
    var format: Format = .text

    @Flag(help: "Print the body's bytes and nothing else, also of an error.")
    var raw = false

    @Option(help: "Seconds to wait for the answer.")
    var timeout: Int = 10

    @OptionGroup var store: StoreOptions

    func run() async throws {
        var configuration = try store.config.load()
        let secret = try SharedSecret(&configuration)
        let settings = try StoreSettings(store, &configuration)
        let base = endpoint ?? "http://\(ListenTarget(&configuration, settings.location))"
        try configuration.finish()
        let (id, projectID) = try await identity(settings)
        var request = HTTPClientRequest(url: base + (path.hasPrefix("/") ? path : "/" + path))
        request.headers = [
            "X-Instance-ID": id, "X-Tenant-ID": projectID,
            "X-Instance-ID-Signature": SharedSecrets(current: secret.value).signature(of: id),
        ]
        if let address { request.headers.add(name: "X-Forwarded-For", value: address) }
        try await show(request)
    }

    private func identity(_ store: StoreSettings) async throws -> (id: String, project: String) {
        if let project { return (instance, project) }
        guard let nova = store.nova else {
            let found = try await StoreOptions.open(store.location).instance(named: instance)
            return ("\(found.id)", found.projectID)
        }
        guard let id = InstanceID(instance) else {
            throw CommandError("--instance \(instance): expected an instance's id, since the store is Nova's database.")
        }
        let database = NovaDatabase(nova.database) { _ in }
        guard let found = try await database.instance(id) else {
            throw CommandError("There is no instance \(id) in Nova's databases.")
        }
        return ("\(id)", found.projectID)
    }

    private func show(_ request: HTTPClientRequest) async throws {
        let response: HTTPClientResponse
        let body: [UInt8]
        do {
            response = try await HTTPClient.shared.execute(request, timeout: .seconds(Int64(timeout)))
            body = Array(try await response.body.collect(upTo: 1 << 30).readableBytesView)
        } catch {
            throw CommandError(
                "No answer from \(request.url): \(error). Is the service running, and is --endpoint right?")
        }
        let succeeded = (200..<300).contains(response.status.code)
        if raw {
            FileHandle.standardOutput.write(Data(body))
        } else if format == .json {
            print(JSONPrinter.text(Self.object(response, body)))
        } else {
            if !succeeded { FileHandle.standardError.write(Data("\(response.status)\n".utf8)) }
            print(String(decoding: body, as: UTF8.self))
        }
        if !succeeded { throw ExitCode.failure }
    }

    /// The body as text where it is UTF-8, otherwise in base64 under another name.
    private static func object(_ response: HTTPClientResponse, _ body: [UInt8]) -> JSONValue {
        let headers = response.headers.map { JSONValue.array([.string($0.name), .string($0.value)]) }
        let text = String(validating: body, as: UTF8.self)
        return [
            "status": .integer(Int(response.status.code)), "headers": .array(headers),
            text == nil ? "body_base64" : "body": .string(text ?? Data(body).base64EncodedString()),
        ]
    }
}
