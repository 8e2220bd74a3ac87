import Foundation

/// What `serve --check` says of one thing that the service needs.
struct CheckRow {
    enum State: String {
        case fine, warning, failed
    }

    var name: String
    var state: State
    /// What was found, and where it is not right, what to do.
    var found: String
    /// Nil where nothing had to be asked.
    var took: Duration?
}

extension [CheckRow] {
    /// 0: all is fine; 1: there are warnings; 2: something does not work.
    var exitStatus: Int32 {
        if contains(where: { $0.state == .failed }) { return 2 }
        return contains { $0.state == .warning } ? 1 : 0
    }

    var listing: Listing {
        Listing(
            columns: ["Dependency", "State", "Found", "Took"],
            rows: map { row in
                let took = row.took.map { $0.formatted(.units(allowed: [.milliseconds], width: .narrow)) }
                return [.text(row.name), .text(row.state.rawValue), .text(row.found), Cell(took)]
            })
    }
}
