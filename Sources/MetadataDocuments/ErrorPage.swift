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

    /// Line breaks become spaces, `<br…>` a line break, and comment marks and all other tags nothing, in this order.
    private static func withoutMarkup(_ text: String) -> String {
        let flat = text.utf8.compactMap { byte -> UInt8? in
            byte == UInt8(ascii: "\n") ? UInt8(ascii: " ") : byte == UInt8(ascii: "\r") ? nil : byte
        }
        let broken = replacingTags(flat, opening: "<br", with: [UInt8(ascii: "\n")])
        return String(decoding: replacingTags(withoutCommentMarks(broken), opening: "<", with: []), as: UTF8.self)
    }

    /// Replaces everything from the opening, in upper or lower case, to the next `>`.
    private static func replacingTags(_ text: [UInt8], opening: String, with replacement: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.first {
            if rest.starts(with: opening.utf8, by: { $0 == $1 || $0 | 0x20 == $1 }) {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return result + rest }
                result += replacement
                rest = rest[(end + 1)...]
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func withoutCommentMarks(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.first {
            if let mark = ["<!--", "-->"].first(where: { rest.starts(with: $0.utf8) }) {
                rest = rest.dropFirst(mark.utf8.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result
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
        public static let scopeMissing = "The request names neither a network nor a router."
        public static let tooManyRequests = "Too many requests. Please try again in a while."
        public static let passwordConflict = "There was a conflict when trying to complete your request."
        public static let passwordTooLarge = "Request is too large."
        public static let passwordMethod = "GET and POST only are supported."

        public static func noSubnets(provider: String) -> String {
            "Could not find any subnets for provider \(provider)"
        }

        public static func severalScopes(network: String, router: String) -> String {
            "Both network \(network) and router \(router) defined."
        }

        public static func portCount(provider: String, address: String, found: Int) -> String {
            "Expected a single port matching provider \(provider) and IP \(address). Found \(found)."
        }

        public static func instanceGone(_ id: String) -> String {
            "Instance \(id) could not be found."
        }
    }
}
