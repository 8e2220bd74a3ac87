import Testing

@testable import OsloConfig

@Suite("Values of a configuration")
struct ConfigurationTests {
    private let secret = ConfigOption(
        "neutron", "metadata_proxy_shared_secret", .string, default: "",
        aliases: [OptionName("DEFAULT", "neutron_metadata_proxy_shared_secret")], secret: true)
    private let expiration = ConfigOption("api", "metadata_cache_expiration", .integer(0...), default: 15)
    private let vendordata = ConfigOption("api", "vendordata_jsonfile_path", .string)
    private let statePath = ConfigOption("DEFAULT", "state_path", .string, default: "/var/lib/neutron")
    private let socket = ConfigOption("DEFAULT", "socket", .string, default: "$state_path/metadata_proxy")
    private let names = ConfigOption("metapath", "namespace", .strings, default: [])

    private func configuration(_ texts: String..., options: [any DeclaredOption] = []) -> Configuration {
        let parsed = texts.enumerated().map { ConfigText.parse($1, file: "\($0 + 1).conf") }
        return Configuration(
            parsed.map(\.sections), options: options, ownGroups: ["metapath"], mistakes: parsed.flatMap(\.mistakes))
    }

    private func mistakes(_ configuration: Configuration) -> [String] {
        do throws(ConfigError) {
            try configuration.finish()
            return []
        } catch {
            return error.mistakes.map(\.description)
        }
    }

    @Test("An option that is not set has its default")
    func defaults() {
        var configuration = configuration("[api]\n")
        #expect(configuration.value(expiration) == 15)
        #expect(configuration.value(vendordata) == nil)
        #expect(configuration.entry(of: expiration) == nil)
        #expect(mistakes(configuration).isEmpty)
    }

    @Test("The last assignment wins, within a file and from file to file")
    func precedence() {
        var within = configuration("[api]\nmetadata_cache_expiration = 1\nmetadata_cache_expiration = 2")
        #expect(within.value(expiration) == 2)
        var across = configuration(
            "[api]\nmetadata_cache_expiration = 1", "[api]\nmetadata_cache_expiration = 3", "[api]\n")
        #expect(across.value(expiration) == 3)
        #expect(across.entry(of: expiration)?.location.description == "2.conf:2")
    }

    @Test("An older spelling works, yields to the present one in the same file, and tells where it was written")
    func aliases() throws {
        let old = "[DEFAULT]\nneutron_metadata_proxy_shared_secret = old"
        var alone = configuration(old)
        #expect(alone.value(secret) == "old")
        let entry = try #require(alone.entry(of: secret))
        #expect("\(entry.location): \(entry.option)" == "1.conf:2: [DEFAULT] neutron_metadata_proxy_shared_secret")

        let new = "[neutron]\nmetadata_proxy_shared_secret = new"
        var both = configuration(new + "\n" + old)
        #expect(both.value(secret) == "new")
        var later = configuration(new, old)
        #expect(later.value(secret) == "old")
    }

    @Test("A repeated option keeps every assignment in order")
    func repeated() {
        var configuration = configuration(
            "[metapath]\nnamespace = a=router:1\nnamespace = b=router:2", "[metapath]\nnamespace = c=network:3")
        #expect(configuration.value(names) == ["a=router:1", "b=router:2", "c=network:3"])
    }

    @Test("References are replaced by what is set, else by the default of a known option")
    func references() {
        var byDefault = configuration("[DEFAULT]\n", options: [statePath])
        #expect(byDefault.value(socket) == "/var/lib/neutron/metadata_proxy")
        var bySetting = configuration("[DEFAULT]\nstate_path = /srv/$name\nname = cell1", options: [statePath])
        #expect(bySetting.value(socket) == "/srv/cell1/metadata_proxy")
        #expect(mistakes(bySetting).isEmpty)
    }

    @Test("A reference means the same group first, then the default group, unless it names one")
    func referenceScope() {
        let path = ConfigOption("g", "path", .string, default: "")
        let text = "[DEFAULT]\na = D\nb = D\n[g]\na = G\npath = $a $b $DEFAULT.a ${h.c}\n[h]\nc = H"
        var configuration = configuration(text)
        #expect(configuration.value(path) == "G D D H")
    }

    @Test("A reference in a number is replaced before the number is read")
    func referenceInNumber() {
        var configuration = configuration("[api]\nttl = 30\nmetadata_cache_expiration = $ttl")
        #expect(configuration.value(expiration) == 30)
    }

    @Test("A reference to nothing or to itself is a mistake")
    func brokenReferences() {
        var unknown = configuration("[api]\nvendordata_jsonfile_path = $nope/v.json")
        #expect(unknown.value(vendordata) == nil)
        #expect(
            mistakes(unknown) == [
                "1.conf:2: [api] vendordata_jsonfile_path: refers to “nope”, which is not set and not known; "
                    + "write $$ for a dollar sign"
            ])
        var circular = configuration("[api]\nvendordata_jsonfile_path = $x\nx = ${vendordata_jsonfile_path}")
        #expect(circular.value(vendordata) == nil)
        #expect(
            mistakes(circular) == [
                "1.conf:2: [api] vendordata_jsonfile_path: refers to itself by way of “vendordata_jsonfile_path”"
            ])
    }

    @Test("All mistakes are told at once, in written order, whatever order the values were read in")
    func allMistakes() {
        let proxy = ConfigOption("neutron", "service_metadata_proxy", .bool, default: false)
        var configuration = configuration(
            "[neutron]\nservice_metadata_proxy = maybe\nbroken line\n[metapath]\nworkrs = 2",
            "[api]\nmetadata_cache_expiration = -1",
            options: [ConfigOption("metapath", "workers", .integer(1...), default: 1)])
        #expect(configuration.value(expiration) == 15)
        #expect(configuration.value(proxy) == false)
        #expect(configuration.value(proxy) == false)
        #expect(
            mistakes(configuration) == [
                "1.conf:2: [neutron] service_metadata_proxy: expected true or false, found “maybe”",
                "1.conf:3: expected “name = value”, “[group]” or a comment",
                "1.conf:5: [metapath] workrs: there is no such option; did you mean “workers”?",
                "2.conf:2: [api] metadata_cache_expiration: expected an integer of at least 0, found “-1”",
            ])
    }

    @Test("An empty number is a mistake, not an absent one")
    func emptyNumber() {
        var configuration = configuration("[api]\nmetadata_cache_expiration =")
        _ = configuration.value(expiration)
        #expect(mistakes(configuration).count == 1)
    }

    @Test("A secret is in no message")
    func secrets() {
        let port = ConfigOption("g", "pin", .integer, default: 0, secret: true)
        let password = ConfigOption("g", "password", .string, default: "", secret: true)
        var configuration = configuration("[g]\npin = s3cret\npassword = pa$s3cret")
        _ = configuration.value(port)
        _ = configuration.value(password)
        configuration.reject(password, expected: "at least 16 characters")
        let found = mistakes(configuration)
        #expect(
            found == [
                "1.conf:2: [g] pin: expected an integer, found ***",
                "1.conf:3: [g] password: refers to an option which is not set and not known; "
                    + "write $$ for a dollar sign",
                "1.conf:3: [g] password: expected at least 16 characters, found ***",
            ])
    }

    @Test("A dollar sign in a secret is escaped as in any value")
    func dollarInSecret() {
        var configuration = configuration(#"[neutron]"# + "\nmetadata_proxy_shared_secret = a$$b\\$c$1")
        #expect(configuration.value(secret) == "a$b$c$1")
    }

    @Test("A value that is well formed but of no use can be rejected, set or not")
    func rejection() {
        var configuration = configuration("[api]\nvendordata_jsonfile_path = /nowhere")
        configuration.reject(vendordata, expected: "a file that can be read")
        configuration.reject(socket, expected: "a socket")
        #expect(
            mistakes(configuration) == [
                "1.conf:2: [api] vendordata_jsonfile_path: expected a file that can be read, found “/nowhere”",
                "[DEFAULT] socket: expected a socket, and it is not set",
            ])
    }

    @Test("Unknown options are mistakes in groups of our own only; a far-fetched hint is not given")
    func unknownOptions() {
        let configuration = configuration(
            "[neutron]\nurl = x\n[metapath]\nnamspace = a\nquux = 1", options: [names])
        #expect(
            mistakes(configuration) == [
                "1.conf:4: [metapath] namspace: there is no such option; did you mean “namespace”?",
                "1.conf:5: [metapath] quux: there is no such option",
            ])
    }

    @Test("Assignments of another source take their place in the order")
    func commandLine() throws {
        let listen = ConfigOption("metapath", "listen", .string, default: "0.0.0.0:8775")
        let commandLine = ConfigSections(
            source: "command line",
            entries: [
                ConfigEntry(
                    option: listen.name, value: "127.0.0.1:1", location: ConfigLocation(file: "command line"))
            ])
        let file = ConfigText.parse("[metapath]\nlisten = 127.0.0.1:2", file: "f").sections
        var configuration = Configuration([file, commandLine])
        #expect(configuration.value(listen) == "127.0.0.1:1")
        #expect(configuration.entry(of: listen)?.location.description == "command line")
    }
}
