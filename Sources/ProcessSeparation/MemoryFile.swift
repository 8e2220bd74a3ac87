import CLinux
import Foundation
import Glibc

/// Files in memory, by which one process gives another more than fits into a message.
public enum MemoryFile {
    /// The most that is read from another process, in bytes.
    private static let limit: Int64 = 256 << 20

    /// A descriptor of a file with this content, which the caller closes.
    /// - Throws: ``SystemError``
    static func make(_ data: Data) throws -> Int32 {
        let descriptor = clinux_memory_file("metapath")
        guard descriptor >= 0 else { throw SystemError("make a file in memory") }
        do {
            try FileHandle(fileDescriptor: descriptor, closeOnDealloc: false).write(contentsOf: data)
        } catch {
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// The content of a file that another process has sent, which need not be what it should: never waits, and reads
    /// at most 256 MiB. Closes the descriptor.
    /// - Throws: ``SystemError``
    public static func contents(closing descriptor: Int32) throws -> Data {
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError("read from another process") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
            throw SystemError("read from another process", code: EFBIG)
        }
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw SystemError("read from another process") }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        return try file.read(upToCount: Int(status.st_size)) ?? Data()
    }
}
