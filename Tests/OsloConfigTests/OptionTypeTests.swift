import Testing

@testable import OsloConfig

@Suite("Option types")
struct OptionTypeTests {
    enum Provider: String, CaseIterable { case staticJSON = "StaticJSON", dynamicJSON = "DynamicJSON" }

    @Test(
        "Booleans in all of oslo.config's spellings",
        arguments: [
            ("true", true), ("True", true), ("YES", true), ("on", true), ("1", true), ("false", false), ("No", false),
            ("OFF", false), ("0", false), ("", nil), ("t", nil), ("2", nil), ("tr\nue", nil), ("true # or not", nil),
        ] as [(String, Bool?)])
    func booleans(text: String, value: Bool?) {
        #expect(OptionType.bool.parse([text]) == value)
    }

    @Test(
        "Integers are decimal and in range",
        arguments: [
            ("5", 5), ("+5", 5), ("007", 7), ("1_00", 100), ("0", 0), ("100", 100), ("-1", nil), ("101", nil),
            ("0x10", nil), ("5.0", nil), ("", nil), ("5 5", nil), ("1__0", nil), ("_1", nil), ("1_", nil),
            ("99999999999999999999", nil),
        ] as [(String, Int?)])
    func integers(text: String, value: Int?) {
        #expect(OptionType.integer(0...100).parse([text]) == value)
    }

    @Test(
        "Numbers are finite",
        arguments: [
            ("5", 5), ("1e3", 1000), (".5", 0.5), ("-0.25", -0.25), ("1_0.5", 10.5), ("", nil), ("nan", nil),
            ("inf", nil), ("1e999", nil), ("0x1p3", nil), ("5 s", nil),
        ] as [(String, Double?)])
    func numbers(text: String, value: Double?) {
        #expect(OptionType.number.parse([text]) == value)
    }

    @Test(
        "Lists are separated by commas",
        arguments: [
            ("a,b", ["a", "b"]), (" a, b ,", ["a", "b"]), ("a,\nb,\nc", ["a", "b", "c"]), ("a,,b", ["a", "", "b"]),
            ("", []), (",", []), ("a,b,,", ["a", "b"]), ("\"a,b\",c", ["\"a", "b\"", "c"]), ("a\nb", ["a\nb"]),
        ])
    func lists(text: String, items: [String]) {
        #expect(OptionType.list(of: .string).parse([text]) == items)
    }

    @Test("One malformed item makes a list malformed")
    func listOfNumbers() {
        #expect(OptionType.list(of: .integer).parse(["1, 2"]) == [1, 2])
        #expect(OptionType.list(of: .integer).parse(["1, x"]) == nil)
    }

    @Test("A choice is spelt exactly")
    func choices() {
        let type = OptionType<[Provider]>.list(of: .choice)
        #expect(type.parse(["StaticJSON,DynamicJSON"]) == [.staticJSON, .dynamicJSON])
        #expect(type.parse(["staticjson"]) == nil)
        #expect(type.expectation == "a comma-separated list, each item one of StaticJSON, DynamicJSON")
    }

    @Test("An expectation tells the range")
    func expectations() {
        #expect(OptionType.integer.expectation == "an integer")
        #expect(OptionType.integer(3...).expectation == "an integer of at least 3")
        #expect(OptionType.integer(0...65535).expectation == "an integer from 0 to 65535")
        #expect(OptionType.number(0...).expectation == "a number of at least 0.0")
    }
}
