/// How long requests took, in few numbers whatever the times: a quantile is right to within an eighth of itself.
struct LatencyHistogram {
    /// Each octave has four buckets, from 2^``first`` nanoseconds on; beyond the last octave there is nothing.
    private static let first = 9
    private static let octaves = 28
    private var counts = [UInt32](repeating: 0, count: 4 * octaves)
    private(set) var count = 0

    mutating func add(_ nanoseconds: Int) {
        counts[Self.bucket(of: nanoseconds)] += 1
        count += 1
    }

    mutating func add(_ other: LatencyHistogram) {
        for (index, more) in other.counts.enumerated() where more > 0 { counts[index] += more }
        count += other.count
    }

    /// Microseconds within which this part of the requests was answered; 0 without requests.
    /// - Parameter part: 0…1.
    func quantile(_ part: Double) -> Double {
        var left = max(1, Int((part * Double(count)).rounded(.up)))
        for (index, found) in counts.enumerated() where found > 0 {
            left -= Int(found)
            if left <= 0 { return Self.middle(of: index) / 1000 }
        }
        return 0
    }

    private static func bucket(of nanoseconds: Int) -> Int {
        let least = 1 << first
        let value = min(max(nanoseconds, least), least << octaves - 1)
        let octave = Int.bitWidth - 1 - value.leadingZeroBitCount
        return 4 * (octave - first) + (value >> (octave - 2)) & 3
    }

    /// Nanoseconds.
    private static func middle(of bucket: Int) -> Double {
        let quarter = Double(1 << (first + bucket / 4)) / 4
        return (4.5 + Double(bucket % 4)) * quarter
    }
}
