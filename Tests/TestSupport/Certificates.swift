import Foundation

/// A CA, and what it signed: `server` for 127.0.0.1, `client`. Made by openssl, removed at the end.
package final class Certificates: Sendable {
    package let directory: String

    package init() throws {
        directory = NSTemporaryDirectory() + "metapath-tls-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try make("ca", signedBy: [])
        for name in ["server", "client"] {
            try make(
                name,
                signedBy: ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-addext", "subjectAltName=IP:127.0.0.1"])
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    package func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func make(_ name: String, signedBy: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments =
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-keyout", path("\(name).key"), "-out", path("\(name).pem"),
            ] + signedBy
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw OpenSSLFailed(name: name) }
    }

    private struct OpenSSLFailed: Error {
        var name: String
    }
}
