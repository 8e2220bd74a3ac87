import Testing

@testable import NovaDatabase

/// Where a database is, as Nova's configuration and its cell mappings say it.
struct DatabaseURLTests {
    @Test func everyPartIsRead() throws {
        let url = try DatabaseURL("mysql+pymysql://nova:s%40%2Fe@db.example:3307/nova_api?charset=utf8&read_timeout=9")
        #expect((url.user, url.password, url.host, url.port) == ("nova", "s@/e", "db.example", 3307))
        #expect((url.database, url.connectTimeout, url.readTimeout) == ("nova_api", 5, 9))
        #expect(url.security == nil)
    }

    @Test func aPasswordMayHoldSlashesAndQuestionMarks() throws {
        let url = try DatabaseURL("mysql://nova:a/b?c#d@[2001:db8::1]/nova")
        #expect((url.password, url.host, url.port, url.database) == ("a/b?c#d", "2001:db8::1", 3306, "nova"))
    }

    @Test func aSocketStandsForHostAndPort() throws {
        let url = try DatabaseURL("mysql+pymysql://nova@/nova?unix_socket=/run/db.sock")
        #expect((url.socket, url.user, url.password) == ("/run/db.sock", "nova", ""))
        #expect("\(url)" == "nova at /run/db.sock")
    }

    @Test func serversAreCheckedWhereThereIsACAUnlessToldOtherwise() throws {
        let checked = try DatabaseURL("mysql://n:p@h/d?ssl_ca=/ca.pem&ssl_cert=/c.pem&ssl_key=/k.pem").security
        #expect(
            checked == .init(caFile: "/ca.pem", certificateFile: "/c.pem", keyFile: "/k.pem", verifies: true))
        #expect(try DatabaseURL("mysql://n:p@h/d?ssl_ca=/ca.pem&ssl_verify_cert=false").security?.verifies == false)
        #expect(try DatabaseURL("mysql://n:p@h/d?ssl_disabled=true&ssl_ca=/ca.pem").security == nil)
    }

    @Test(
        arguments: [
            ("postgresql+psycopg2://nova:hidden@h/d", "postgresql"), ("sqlite:////var/lib/nova.db", "sqlite"),
            ("no url: hidden", "no URL"), ("mysql://nova:hidden@h:port/d", "port"), ("mysql://nova:hidden@h", "name"),
        ])
    func whatCannotBeReadIsNamedAndThePasswordIsNot(_ text: String, _ word: String) throws {
        let error = try #require(throws: DatabaseURL.Unusable.self) { try DatabaseURL(text) }
        #expect("\(error)".contains(word))
        #expect(!"\(error)".contains("hidden"))
    }

    @Test func printingAURLShowsNoPassword() throws {
        let url = try DatabaseURL("mysql://nova:hidden@h/d")
        var dumped = ""
        dump(url, to: &dumped)
        #expect(!"\(url) \(String(reflecting: url)) \(dumped)".contains("hidden"))
    }

    @Test(
        arguments: [
            (
                "{scheme}://{username}:{password}@{hostname}:{port}/nova_cell2?{query}",
                "mysql+pymysql://nova:p%40@10.0.0.1:3307/nova_cell2?charset=utf8"
            ),
            ("mysql://other/{path}", "mysql://other/nova_cell0"),
            ("mysql://fixed/cell1", "mysql://fixed/cell1"),
            ("mysql://{nobody}/x", "mysql://{nobody}/x"),
        ])
    func aCellsURLMayBeWrittenInTermsOfTheMainOne(_ text: String, _ expanded: String) {
        let template = CellURLTemplate(base: "mysql+pymysql://nova:p%40@10.0.0.1:3307/nova_cell0?charset=utf8")
        #expect(template.expand(text) == expanded)
    }

    @Test func theHostsOfAClusterAreNumbered() {
        let template = CellURLTemplate(base: "mysql://a:1@h1:3306,b:2@h2:3307/nova")
        #expect(template.expand("mysql://{username2}:{password2}@{hostname2}:{port2}/x") == "mysql://b:2@h2:3307/x")
        #expect(template.expand("mysql://{username}@{hostname}/x") == "mysql://a@h1/x")
    }
}
