/// The name most like `name`, or nil when none is like it. Equally good ones are settled by alphabetical order.
func nearestName(to name: String, among names: [String]) -> String? {
    let distances = names.sorted().map { (name: $0, distance: editDistance(name, $0)) }
    guard let nearest = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return nearest.distance <= max(2, name.count / 3) ? nearest.name : nil
}

/// How many letters must be put in, taken out or exchanged to turn one text into the other.
private func editDistance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var previous = Array(0...right.count)
    for (row, letter) in left.enumerated() {
        var current = [row + 1]
        for (column, other) in right.enumerated() {
            let exchanged = previous[column] + (letter == other ? 0 : 1)
            current.append(min(exchanged, previous[column + 1] + 1, current[column] + 1))
        }
        previous = current
    }
    return previous[right.count]
}
