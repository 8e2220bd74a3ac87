import ArgumentParser

@main
struct Metapath: AsyncParsableCommand {
    func run() async throws { print("hi") }
}
