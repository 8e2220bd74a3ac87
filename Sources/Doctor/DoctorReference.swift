/// docs/doctor.md: every check and every finding code, from the values that the checks use.
public enum DoctorReference {
    public static var text: String {
        ([introduction, "## Checks\n"] + Hop.allCases.map(checks) + ["## Findings\n"] + Hop.allCases.map(findings)
            + [defects])
            .filter { !$0.isEmpty }.joined(separator: "\n")
    }

    private static let introduction = """
        # What the doctor checks

        `metapath doctor` walks the metadata path of this host from the guests to the service that answers, and says what is
        broken and how to mend it. It looks at Metapath's own path, `metapath up` and `metapath proxy`, and at OpenStack's:
        Neutron's haproxies, the metadata agent and Nova. It needs neither of Metapath's daemons and changes nothing.

        | command | looks at |
        |---|---|
        | `metapath doctor` | everything on this host |
        | `metapath doctor --instance NAME` | one instance's path |
        | `metapath doctor --network ID` | one network's path |
        | `metapath doctor --all` | every network on this host that has ports, and one instance on each |
        | `metapath doctor --watch` | the same again and again, every 5 seconds or `--interval`, until Ctrl-C |

        The first line is the verdict and names the first hop that is broken. What was seen and the fix follow, then every step
        with the time it took. `-f json` gives the same as data: each finding with code, severity, hop, subject, text, evidence and
        remedy, each step with the command that shows the same by hand. A check that cannot be made says why, and does not count
        as passed. Exit status: 0 fine, 1 warning, 2 failure, 255 unexpected.

        `--watch` tells between examinations which findings are new and which are gone, each with the time: on a terminal on a
        screen that is drawn anew, elsewhere and with `-f json` as `changes` of one JSON object a line for each examination. Its
        exit status is that of the last examination.

        No secret is printed. Two secrets are compared by fingerprints, which are an HMAC under a key that lives as long as one
        run: they tell equal from different and nothing else.

        The files and the store are those of the processes that serve guests, as their arguments name them. Name them with
        `--config-file` and `--store` where nothing runs. Where no store of Metapath's has the instances, guests are known by
        Neutron's ports: `[neutron]` of the files that are named, else of those of whoever resolves guests or checks signatures
        on this host, has the account.

        A fix that is a command is meant for a shell, as root, as it stands; those with `openstack` need its client and an
        administrator's account in the environment.

        """

    private static var defects: String {
        let rows = KnownDefect.all.map { defect in
            let codes = defect.codes.map { "`\($0.rawValue)`" }.sorted().joined(separator: ", ")
            let text = { (numbers: [Int]) in numbers.map(String.init).joined(separator: ".") }
            let end = defect.mended.map { "before \(text($0))" } ?? "and later"
            return "| \(defect.product.rawValue) | \(text(defect.since)) \(end) | \(defect.text) | \(codes) |"
        }
        return "## Published defects\n\nNamed beside a finding where the release that runs here has them.\n\n"
            + "| product | releases | what it does | seen as |\n|---|---|---|---|\n" + rows.joined(separator: "\n")
            + "\n"
    }

    private static func checks(of hop: Hop) -> String {
        Examination.all.filter { $0.hop == hop }.map { check in
            """
            ### \(check.hop.rawValue): \(check.name)

            \(check.looksAt)

                \(check.byHand)

            Findings: \(check.codes.map { "`\($0.rawValue)`" }.joined(separator: ", ")).

            """
        }.joined(separator: "\n")
    }

    private static func findings(at hop: Hop) -> String {
        let rows = FindingCode.allCases.filter { $0.hop == hop }.map { code in
            "| `\(code.rawValue)` | \(code.severity.rawValue) | \(code.reference.cause) | \(code.reference.cure) |"
        }
        guard !rows.isEmpty else { return "" }
        return "### at \(hop.rawValue)\n\n| code | severity | cause | cure |\n|---|---|---|---|\n"
            + rows.joined(separator: "\n") + "\n"
    }
}

extension Examination {
    /// Every check, in the order of the path.
    static var all: [any Check] {
        let checks: [any Check] = ofNamespaces + ofServices + ofGuests + ofAnswers + ofTheEnd
        return checks.enumerated().sorted { ($0.element.hop, $0.offset) < ($1.element.hop, $1.offset) }.map(\.element)
    }
}
