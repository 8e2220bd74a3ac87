import Foundation

/// The program's own code as far as only its start needed it.
///
/// Linking and the look-up of types touch most of a large program once. The pages stay resident although what serves
/// guests is a tenth of them; the kernel would take them back only when memory is short.
enum StartPages {
    /// Lets go of the resident pages of the program's code. They are clean copies of the file: what is used again comes
    /// back from the page cache, without a read. Does nothing where /proc does not tell which they are.
    static func release() {
        guard let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"),
            let maps = FileManager.default.contents(atPath: "/proc/self/maps")
        else { return }
        for line in String(decoding: maps, as: UTF8.self).split(separator: "\n") where line.hasSuffix(" " + program) {
            let fields = line.split(separator: " ")
            guard fields.count > 1, fields[1] == "r-xp" else { continue }
            let range = fields[0].split(separator: "-").compactMap { UInt(String($0), radix: 16) }
            guard range.count == 2, range[1] > range[0] else { continue }
            _ = madvise(UnsafeMutableRawPointer(bitPattern: range[0]), Int(range[1] - range[0]), MADV_DONTNEED)
        }
    }
}
