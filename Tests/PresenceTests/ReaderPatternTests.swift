import Presence
import Testing

struct ReaderPatternTests {
    @Test(arguments: [
        ("Virtual PCD*", "Virtual PCD 00 00", true), ("Virtual PCD*", "Virtual PCD", true),
        ("Virtual PCD*", "A Virtual PCD", false), ("*", "", true), ("*", "anything", true), ("?", "", false),
        ("?", "a", true), ("a?c", "abc", true), ("a?c", "ac", false),
        ("*[CCID Interface]*", "X [CCID Interface] 00", true),
        ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-c-b", false), ("abc", "abcd", false), ("abcd", "abc", false),
        ("*00", "Reader 00 00", true), ("*00", "Reader 00 01", false), ("a**", "a", true), ("*?", "", false),
        ("*a?", "aaa", true),
    ])
    func aPatternFitsTheWholeName(pattern: String, name: String, fits: Bool) throws {
        #expect(try #require(ReaderPattern(pattern)).matches(ReaderName(name)) == fits)
    }

    @Test func aNameThatIsNoTextFitsByteByByte() throws {
        let name = ReaderName(bytes: [0x52, 0xFF, 0x80, 0x21])
        #expect(try #require(ReaderPattern("R??!")).matches(name))
        #expect(try #require(ReaderPattern("R*")).matches(name))
        #expect(try !#require(ReaderPattern("R?!")).matches(name))
    }

    @Test func theWorkIsBounded() throws {
        let pattern = try #require(ReaderPattern(String(repeating: "*a", count: 127) + "b"))
        #expect(!pattern.matches(ReaderName(String(repeating: "a", count: 2000))))
        #expect(ReaderPattern("") == nil)
        #expect(ReaderPattern(String(repeating: "*", count: 257)) == nil)
    }
}
