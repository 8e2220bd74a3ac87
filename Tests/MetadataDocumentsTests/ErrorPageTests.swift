import Testing

@testable import MetadataDocuments

/// Contract nova.md §2.5.
struct ErrorPageTests {
    @Test(
        arguments: [
            (nil, Reply.ContentType.plainText), ("", .plainText), ("*/*", .html), ("*", .html), ("text/html", .html),
            ("text/*", .html), ("TEXT/HTML", .html), ("application/json", .json), ("application/*", .json),
            ("text/plain", .plainText), ("image/png", .plainText), ("text/plain, */*;q=0.1", .html),
            ("application/json, text/html", .html), ("application/json;q=0.9,*/*;q=0.8", .json),
            ("text/*;q=0.1, application/*;q=0.2", .json), ("text/html;q=0, */*", .json),
            ("text/html;charset=utf-8", .plainText), ("text/html;level=1", .plainText),
            ("application/json; charset=utf-8", .plainText), ("*/*;q=0", .plainText), ("text/html;q=0", .plainText),
            ("garbage;;", .html), (" ,", .html), (",", .plainText), (",text/plain", .html),
            (",,text/plain", .plainText),
            ("text/html;q=2", .html), ("application/json;q=1.0000", .html), ("application/json;q=1.000", .json),
            ("application/json;q=0.5;ext=\"a,\\\"b\", text/html;q=0.4", .json), ("application/json;a=\"", .html),
            ("application/json \t;\tq=0.5 , image/png", .json), ("application/json, ", .html),
        ] as [(String?, Reply.ContentType)])
    func form(accept: String?, type: Reply.ContentType) {
        let reply = ErrorPage.reply(status: 404, explanation: "x", accept: accept.map { Array($0.utf8) })
        #expect(reply.contentType == type)
    }

    @Test(arguments: [
        (400, ErrorPage.Explanation.instanceIDMissing, 67, 171, 129),
        (400, ErrorPage.Explanation.signatureMissing, 77, 181, 139),
        (400, ErrorPage.Explanation.projectIDMissing, 65, 169, 127),
        (403, ErrorPage.Explanation.signatureInvalid, 52, 154, 112),
        (404, ErrorPage.Explanation.notFound, 52, 154, 112),
        (409, ErrorPage.Explanation.passwordConflict, 77, 178, 136),
        (500, ErrorPage.Explanation.unknownError, 93, 207, 165),
        (400, ErrorPage.Explanation.passwordTooLarge, 43, 147, 105),
        (400, ErrorPage.Explanation.passwordMethod, 54, 158, 116),
    ])
    func lengths(status: Int, explanation: String, plain: Int, html: Int, json: Int) {
        func count(_ accept: String) -> Int {
            ErrorPage.reply(status: status, explanation: explanation, accept: Array(accept.utf8)).bodyCount
        }
        #expect(count("") == plain)
        #expect(count("*/*") == html)
        #expect(count("application/json") == json)
    }

    private func page(_ explanation: String, _ accept: String) -> String {
        ErrorPage.reply(status: 400, explanation: explanation, accept: Array(accept.utf8)).text
    }

    @Test func templates() {
        let explanation = ErrorPage.Explanation.instanceIDMissing
        #expect(page(explanation, "") == "400 Bad Request\n\nX-Instance-ID header is missing from request.\n\n   ")
        #expect(
            page(explanation, "*/*") == """
                <html>
                 <head>
                  <title>400 Bad Request</title>
                 </head>
                 <body>
                  <h1>400 Bad Request</h1>
                  X-Instance-ID header is missing from request.<br /><br />



                 </body>
                </html>
                """)
        #expect(
            page(explanation, "application/json") == #"""
                {"message": "X-Instance-ID header is missing from request.<br /><br />\n\n\n", \#
                "code": "400 Bad Request", "title": "Bad Request"}
                """#)
    }

    /// Explanations may hold what the requester sent.
    @Test func markupInExplanations() {
        let explanation = "a<b>\"c\"</b> & é\r\n'd'<BR>e<!-- f -->g<h"
        #expect(page(explanation, "").hasPrefix("400 Bad Request\n\na\"c\" & é 'd'\ne f g<h\n\n"))
        let html = "a&lt;b&gt;&quot;c&quot;&lt;/b&gt; &amp; &#233;\r\n&#x27;d&#x27;"
        #expect(page(explanation, "text/html").contains(html))
        #expect(page(explanation, "application/json").contains(#"a<b>\"c\"</b> & \u00e9\r\n'd'<BR>e"#))
    }

    @Test func head() {
        let reply = ErrorPage.reply(status: 404, explanation: "x", accept: Array("application/json".utf8), isHead: true)
        #expect(reply.headers == [Header("Content-Type", "text/html; charset=UTF-8"), Header("Content-Length", "0")])
        #expect(reply.bytes.isEmpty)
    }

    @Test(arguments: [400, 403, 404, 405, 408, 409, 411, 413, 414, 429, 431, 500, 501, 502, 503, 504, 505])
    func everyStatusHasAPhrase(_ status: Int) {
        #expect(Reply(status: status).reason.description != "Unknown")
    }
}
