/// A column whose text is not what Nova writes there: that part of the instance cannot be shown.
struct BlobError: Error, CustomStringConvertible {
    /// Expected and found.
    var description: String
}
