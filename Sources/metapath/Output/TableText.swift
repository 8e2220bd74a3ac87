/// A table with a frame of `+`, `-` and `|`, as OpenStack's client draws it. Numbers stand to the right.
struct TableText {
    var columns: [String]
    var rows: [[Cell]]

    var text: String {
        let widths = columns.indices.map { index in
            (rows.flatMap { lines(of: $0[index]) } + [columns[index]]).map(Self.width).max() ?? 0
        }
        let frame = "+" + widths.map { String(repeating: "-", count: $0 + 2) }.joined(separator: "+") + "+"
        let header = line(columns.map { ($0, false) }, widths)
        let body = rows.flatMap { row in
            let cells = row.map { cell in lines(of: cell).map { ($0, cell.isNumber) } }
            let height = cells.map(\.count).max() ?? 1
            return (0..<height).map { index in
                line(cells.map { index < $0.count ? $0[index] : ("", false) }, widths)
            }
        }
        return ([frame, header, frame] + body + (rows.isEmpty ? [] : [frame])).joined(separator: "\n")
    }

    private func lines(of cell: Cell) -> [String] {
        cell.plain.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private func line(_ cells: [(text: String, right: Bool)], _ widths: [Int]) -> String {
        "|"
            + zip(cells, widths).map { cell, width in
                let space = String(repeating: " ", count: max(0, width - Self.width(cell.text)))
                return cell.right ? " \(space)\(cell.text) " : " \(cell.text)\(space) "
            }.joined(separator: "|") + "|"
    }

    /// Columns of a terminal, near enough: East Asian wide characters take two.
    private static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x300..<0x370, 0x200B..<0x2010: sum
            case 0x1100..<0x1160, 0x2E80..<0xA4D0, 0xAC00..<0xD7A4, 0xF900..<0xFB00, 0xFF00..<0xFF61, 0x1F300..<0x1FAF0:
                sum + 2
            default: sum + 1
            }
        }
    }
}
