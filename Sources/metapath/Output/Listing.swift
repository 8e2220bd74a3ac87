import ArgumentParser
import MetadataDocuments

/// Rows under named columns, printed in any of the formats of ``OutputOptions``.
struct Listing {
    var columns: [String]
    var rows: [[Cell]]

    /// The text to print, without a final newline.
    /// - Throws: `ValidationError` for a column that does not exist.
    func text(_ options: OutputOptions) throws -> String {
        let chosen = try choosing(options.columns)
        return switch options.format {
        case .table: TableText(columns: chosen.columns, rows: chosen.rows).text
        case .json: JSONPrinter.text(chosen.objects)
        case .yaml: try YAMLPrinter.text(chosen.objects)
        case .csv: chosen.csv
        case .value: chosen.rows.map { $0.map(\.plain).joined(separator: " ") }.joined(separator: "\n")
        }
    }

    /// Column names are matched without regard to case, as in OpenStack's client.
    func choosing(_ names: [String]) throws -> Listing {
        guard !names.isEmpty else { return self }
        let indices = try names.map { name in
            guard let index = columns.firstIndex(where: { $0.lowercased() == name.lowercased() }) else {
                throw ValidationError("There is no column “\(name)”; there are: \(columns.joined(separator: ", ")).")
            }
            return index
        }
        return Listing(columns: indices.map { columns[$0] }, rows: rows.map { row in indices.map { row[$0] } })
    }

    private var objects: JSONValue {
        .array(rows.map { row in .object(zip(columns, row).map { JSONValue.Member(key: $0, value: JSONValue($1)) }) })
    }

    private var csv: String {
        let header = columns.map(Self.quoted).joined(separator: ",")
        let lines = rows.map { row in
            row.map { $0.isNumber ? $0.plain : Self.quoted($0.plain) }.joined(separator: ",")
        }
        return ([header] + lines).joined(separator: "\n")
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}

/// One object: its fields one below the other in a table, an object in JSON and YAML.
struct Record {
    var fields: [(name: String, value: Cell)]

    func text(_ options: OutputOptions) throws -> String {
        let chosen = try Listing(columns: fields.map(\.name), rows: [fields.map(\.value)]).choosing(options.columns)
        let values = chosen.rows[0]
        let object = JSONValue.object(
            zip(chosen.columns, values).map { JSONValue.Member(key: $0, value: JSONValue($1)) })
        return switch options.format {
        case .json: JSONPrinter.text(object)
        case .yaml: try YAMLPrinter.text(object)
        case .value: values.map(\.plain).joined(separator: "\n")
        case .table, .csv:
            try Listing(
                columns: ["Field", "Value"], rows: zip(chosen.columns, values).map { [.text($0), $1] }
            ).text(options.withoutColumns)
        }
    }
}

extension OutputOptions {
    var withoutColumns: OutputOptions {
        var copy = self
        copy.columns = []
        return copy
    }
}
