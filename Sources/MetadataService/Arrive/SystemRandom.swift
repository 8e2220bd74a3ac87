#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The kernel's random source, in bulk.
enum SystemRandom {
    /// The most that one `getentropy` call gives, in bytes.
    private static let chunk = 256

    /// Fills the buffer.
    static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        for offset in stride(from: 0, to: buffer.count, by: chunk) {
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[offset..<min(offset + chunk, buffer.count)])
            guard let start = piece.baseAddress else { return }
            // Fails only where the kernel has no getrandom at all; the language's own generator still works there.
            if getentropy(start, piece.count) != 0 { fillByWords(piece) }
        }
    }

    private static func fillByWords(_ piece: UnsafeMutableRawBufferPointer) {
        var generator = SystemRandomNumberGenerator()
        for index in piece.indices { piece[index] = generator.next() }
    }
}
