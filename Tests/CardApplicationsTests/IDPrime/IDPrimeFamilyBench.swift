import CardApplications
import CardCore
import Testing
import VirtualCards

/// What tests of the IDPrime family do to its software card.
enum IDPrimeFamilyBench {
    static let select = "00A4040C0BA000000018800000000662"

    static func make(edit: (inout FileSystemImage) throws -> Void = { _ in }) throws -> FamilyBench {
        let bench = try FamilyBench(.idprime940, edit: edit)
        bench.families = ["idprime"]
        return bench
    }

    /// The same card as a SafeNet token: T=1 and extended length.
    static func token(edit: (inout FileSystemImage) throws -> Void = { _ in }) throws -> FamilyBench {
        try make { image in
            // OpenSC issue 3493, with card capabilities in the place of card service data and life cycle status.
            image.atr = HexBytes(try bytes("3BFE9600008131FE438065B0855956FB1201787300004019"))
            image.transmissionProtocol = "T=1"
            image.extendedLength = true
            try edit(&image)
        }
    }

    static func bytes(_ hex: String) throws -> [UInt8] { try #require(Hex.bytes(of: hex)) }

    /// Headers of what was sent, in hexadecimal.
    static func headers(_ commands: [[UInt8]]) -> [String] {
        commands.map { Hex.string(of: Array($0.prefix(4))) }
    }
}

extension FileSystemImage {
    /// The content of the file with this identifier on an IDPrime card.
    func idPrimeFile(_ identifier: [UInt8]) throws -> [UInt8] {
        try #require(files.first { $0.path.bytes.suffix(2) == identifier[...] }?.content).bytes
    }

    /// Gives a file another content; without one it is gone.
    mutating func setIDPrimeFile(_ identifier: [UInt8], _ content: [UInt8]?) throws {
        let position = try #require(files.firstIndex { $0.path.bytes.suffix(2) == identifier[...] })
        if let content { files[position].content = HexBytes(content) } else { files.remove(at: position) }
    }

    /// An entry of the index file.
    static func idPrimeEntry(
        _ identifier: [UInt8],
        length: Int,
        name: String,
        directory: String = "mscp"
    ) -> [UInt8] {
        func field(_ text: String) -> [UInt8] {
            Array((Array(text.utf8) + [UInt8](repeating: 0, count: 8)).prefix(8))
        }
        return identifier + [UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length)]
            + field(name) + field(directory) + [0x01]
    }

    /// Writes an index of these entries, which says that it has `count`.
    mutating func setIDPrimeIndex(_ entries: [[UInt8]], count: Int? = nil) throws {
        try setIDPrimeFile(
            [0x01, 0x01],
            [UInt8(truncatingIfNeeded: count ?? entries.count)] + entries.flatMap { $0 }
        )
    }
}
