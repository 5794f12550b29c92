import Testing
@testable import kortvakt
@Suite struct X { @Test func x() { #expect(ShellWord.quoted("a b") == "'a b'") } }
