import Glibc
import Testing
import VirtualCards

@Suite struct StateTests {
    @Test func whatACardRemembersSurvivesInAFile() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/state.json"
        let image = try Bench.image(.siths)
        #expect(try CardState.load(from: path, for: image) == nil)
        let first = try Bench(.siths)
        var saved = 0
        first.card.stateDidChange = { state in
            saved += 1
            #expect(throws: Never.self) { try state.save(to: path) }
        }
        #expect(first.change("81", from: "246810", to: "975310") == "9000")
        first.verify("82", "111111")
        #expect(first.send("200081") == "9000")
        #expect(saved == 2)

        let remembered = try #require(try CardState.load(from: path, for: image))
        let second = FileSystemCard(image: image, state: remembered)
        #expect(second.state == first.card.state)
        #expect(second.state.codes["82"]?.remainingTries == 2)
        #expect(second.state.codes["81"]?.value == "975310")
        #expect(try scratch.files() == ["state.json"])
    }

    @Test(arguments: [
        "", "{", "{\"version\":1}", "[]",
        "{\"version\":2,\"profile\":\"siths\",\"codes\":{}}",
        "{\"version\":1,\"profile\":\"fineid\",\"codes\":{}}",
        "{\"version\":1,\"profile\":\"siths\",\"codes\":{}}",
    ])
    func aDamagedStateIsRefusedAndLeftAsItIs(text: String) throws {
        let scratch = try ScratchFolder()
        let path = try scratch.write(text, to: "state.json")
        let image = try Bench.image(.siths)
        let error = #expect(throws: CardFileError.self) { try CardState.load(from: path, for: image) }
        guard case .damaged(path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try scratch.read("state.json") == text)
    }

    @Test func aStateWithImpossibleValuesIsRefused() throws {
        let image = try Bench.image(.siths)
        let fresh = CardState(fresh: image)
        #expect(fresh.flaw(for: image) == nil)
        for tries in [-1, 4] {
            var state = fresh
            state.codes["81"]?.remainingTries = tries
            #expect(state.flaw(for: image) != nil)
        }
        for value in ["", "12345", "123456789", "12345x"] {
            #expect(CardState(fresh: image, codes: [.authentication: value]).flaw(for: image) != nil)
        }
    }

    @Test func aFolderThatCannotBeWrittenIsSaid() throws {
        let state = CardState(fresh: try Bench.image(.siths))
        let error = #expect(throws: CardFileError.self) { try state.save(to: "/nowhere/state.json") }
        guard case .notWritable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}

/// A folder for one test, removed with it.
final class ScratchFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/kortvakt-test-XXXXXX".utf8CString)
        let created = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        try #require(created)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in (try? files()) ?? [] { unsafe unlink(path + "/" + name) }
        unsafe rmdir(path)
    }

    func write(_ text: String, to name: String) throws -> String {
        guard let file = unsafe fopen(path + "/" + name, "w") else { throw CardFileError.missing(path: path) }
        unsafe fputs(text, file)
        unsafe fclose(file)
        return path + "/" + name
    }

    func read(_ name: String) throws -> String {
        guard let file = unsafe fopen(path + "/" + name, "r") else { throw CardFileError.missing(path: path) }
        defer { unsafe fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }

    func files() throws -> [String] {
        guard let folder = unsafe opendir(path) else { throw CardFileError.missing(path: path) }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
