/// Nova's error answers: one explanation in three forms, chosen by `Accept` (contract nova.md §2.5).
public enum ErrorPage {
    /// - Parameters:
    ///   - status: one of the codes that ``Reply/reason`` knows.
    ///   - explanation: plain text; may hold what the requester sent.
    ///   - accept: the value of `Accept`; nil when there is no such header, which is the same as an empty one.
    ///   - isHead: the answer to HEAD is empty and claims HTML, whatever `accept` says.
    public static func reply(
        status: Int, explanation: String, accept: UnsafeRawBufferPointer?, isHead: Bool
    ) -> Reply {
        if isHead { return Reply(status: status, contentType: .html, headersTypeFirst: true) }
        let title = Reply.reason(of: status).description
        let type = AcceptHeader.errorPageType(accept)
        let page = text(type, explanation, title: title, status: "\(status) \(title)")
        return Reply(status: status, contentType: type, body: .bytes(ByteSlice(Array(page.utf8))))
    }

    private static func text(
        _ type: Reply.ContentType, _ explanation: String, title: String, status: String
    ) -> String {
        let end = "<br /><br />\n\n\n"
        switch type {
        case .html:
            return """
                <html>
                 <head>
                  <title>\(status)</title>
                 </head>
                 <body>
                  <h1>\(status)</h1>
                  \(escaped(explanation))\(end)
                 </body>
                </html>
                """
        case .plainText:
            return "\(status)\n\n\(withoutMarkup(explanation + end))"
        case .json:
            var json = JSONText()
            json.object {
                $0.member("message", explanation + end)
                $0.member("code", status)
                $0.member("title", title)
            }
            return String(decoding: json.bytes, as: UTF8.self)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#x27;"
            case "\u{80}"...: result += "&#\(scalar.value);"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    /// Line breaks become spaces, `<br…>` a line break, and other tags and comment marks nothing.
    private static func withoutMarkup(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.first {
            if let mark = markup(at: rest) {
                if mark.isLineBreak { result.append("\n") }
                rest = rest.dropFirst(mark.count)
                continue
            }
            rest = rest.dropFirst()
            if scalar == "\n" { result.append(" ") } else if scalar != "\r" { result.append(scalar) }
        }
        return String(result)
    }

    private static func markup(at text: Substring.UnicodeScalarView) -> (count: Int, isLineBreak: Bool)? {
        if text.starts(with: "-->".unicodeScalars) { return (3, false) }
        guard text.first == "<" else { return nil }
        let start = text.dropFirst()
        let isLineBreak = start.starts(with: "br".unicodeScalars) { $0.properties.lowercaseMapping.unicodeScalars.first == $1 }
        if !isLineBreak, start.starts(with: "!--".unicodeScalars) { return (4, false) }
        guard let end = start.firstIndex(of: ">") else { return nil }
        return (start.distance(from: start.startIndex, to: end) + 2, isLineBreak)
    }
}

extension ErrorPage {
    /// The explanations that Nova gives (contract nova.md §2.2, §2.3, §7).
    public enum Explanation {
        public static let instanceIDMissing = "X-Instance-ID header is missing from request."
        public static let signatureMissing = "X-Instance-ID-Signature header is missing from request."
        public static let projectIDMissing = "X-Tenant-ID header is missing from request."
        public static let signatureInvalid = "Invalid proxy request signature."
        public static let unknownError = "An unknown error has occurred. Please try your request again."
        public static let notFound = "The resource could not be found."
        public static let forwardedForMissing = "X-Forwarded-For is missing from request."
        public static let passwordConflict = "There was a conflict when trying to complete your request."
        public static let passwordTooLarge = "Request is too large."
        public static let passwordMethod = "GET and POST only are supported."

        public static func noSubnets(provider: String) -> String {
            "Could not find any subnets for provider \(provider)"
        }

        public static func portCount(provider: String, address: String, found: Int) -> String {
            "Expected a single port matching provider \(provider) and IP \(address). Found \(found)."
        }

        public static func instanceGone(_ id: String) -> String {
            "Instance \(id) could not be found."
        }
    }
}
