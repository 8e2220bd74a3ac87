import Foundation
import Testing

@testable import Doctor

@Suite("Programs that others could have put there are not run")
struct TrustTests {
    @Test func thoseOfTheSystemAre() {
        #expect(HostView().isRoots("/bin/sh"))
    }

    @Test func thoseInADirectoryForEverybodyAreNot() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "doctor-\(UUID().uuidString)")
        try Data("#!/bin/sh\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: file.path)
        #expect(!HostView().isRoots(file.path))
    }

    @Test(arguments: ["haproxy", "", "/no/such/program", "/proc/0/exe"])
    func whatCannotBeFoundIsNot(program: String) {
        #expect(!HostView().isRoots(program))
    }
}
