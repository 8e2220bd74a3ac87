import InstanceModel

/// The EC2 numbers that a file gives to images: one number has one image, one image one number.
struct ImageNumbers {
    private var numbers: [String: (number: UInt64, path: FieldPath)] = [:]
    private var owners: [UInt64: (id: String, path: FieldPath)] = [:]

    /// Notes the image's number. Returns what is wrong with it, if anything.
    mutating func claim(_ image: BootImage, _ path: FieldPath) -> (expected: String, found: String)? {
        guard image.ec2Number > 0 else { return nil }
        if let earlier = numbers[image.id], earlier.number != image.ec2Number {
            return ("the number that \(earlier.path) gives the same image", "another")
        }
        if let owner = owners[image.ec2Number], owner.id != image.id {
            return ("a number of its own", "that of image \(quoted(owner.id)) at \(owner.path)")
        }
        numbers[image.id] = (image.ec2Number, path)
        owners[image.ec2Number] = (image.id, path)
        return nil
    }
}
