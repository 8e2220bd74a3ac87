import Crypto
import Foundation

/// Random bytes in bulk, for the seeds that guests feed their own generators with.
///
/// The kernel gives a fresh key for each buffer, and AES-256 in counter mode under that key gives the bytes: as hard to
/// predict as the kernel's own, at a tenth of its cost.
enum SystemRandom {
    /// Fills the buffer. Each call's bytes tell nothing of any other's.
    static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let key = SymmetricKey(size: .bits256)
        guard let box = try? AES.GCM.seal(Data(count: buffer.count), using: key, nonce: AES.GCM.Nonce()),
            box.ciphertext.count == buffer.count
        else { return fillFromKernel(buffer) }
        buffer.copyBytes(from: box.ciphertext)
    }

    private static func fillFromKernel(_ buffer: UnsafeMutableRawBufferPointer) {
        var generator = SystemRandomNumberGenerator()
        for index in buffer.indices { buffer[index] = generator.next() }
    }
}
