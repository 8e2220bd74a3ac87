import ArgumentParser
import Foundation
import HaproxyShim

/// What the program is depends on the name it was started under.
@main
enum Program {
    static func main() async {
        guard (CommandLine.arguments.first as NSString?)?.lastPathComponent == HaproxyShim.name else {
            return await Metapath.main()
        }
        exit(HaproxyShim.run(Array(CommandLine.arguments.dropFirst()), socket: ShimSocketOption.ofShim()))
    }
}
