import ArgumentParser
import AsyncHTTPClient
import Crypto
import GRDB
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Yams

@main
struct Metapath: AsyncParsableCommand {
    func run() async throws { print("hi") }
}
