import CardApplications
import CardCore
import CardOperations
import Testing
import VirtualCards

/// An entry of EF.AOD that makes no sense hides no other, and a field that nothing depends on does not hide its own.
@Suite struct DirectoryEntryTests {
    private func pins(_ entries: [UInt8]...) throws -> [PINPolicy] {
        let bench = try InitialisedCard.isoApplet.bench(hasSignaturePIN: true) { image in
            try image.edit(InitialisedCard.authenticationObjects) { $0 = entries.flatMap(\.self) }
        }
        return try bench.report([]).pins.map(\.policy).filter { $0.kind == .pin }
    }

    private let other = PINEntry(id: 2, label: "PIN 2", reference: 2).bytes

    /// CardOS 5.3 has `00000000000000Z` in lastPinChange.
    @Test func senselessDateOfTheLastChangeHidesNothing() throws {
        for date in ["00000000000000Z", "", "yesterday"] {
            let pin = PINEntry(id: 1, reference: 1, extra: DER.object(0x18, Array(date.utf8))).bytes
            #expect(try pins(pin, other).map(\.id) == ["01", "02"])
        }
        let constructed = PINEntry(id: 1, reference: 1, extra: DER.object(0x38, DER.integer(1))).bytes
        #expect(try pins(constructed, other).map(\.id) == ["01", "02"])
    }

    @Test func unknownFieldHidesNothing() throws {
        for field in [DER.object(0x83, [1]), DER.object(0xA7, DER.integer(1)), DER.object(0x13, [0x41])] {
            #expect(
                try pins(PINEntry(id: 1, reference: 1, extra: field).bytes, other).map(\.id) == ["01", "02"]
            )
        }
    }

    /// Label, flags of the object, maximum length and the path of a PIN that is not local do not decide what is sent.
    @Test func fieldThatNothingDependsOnMayBeWrong() throws {
        let entry = PINEntry(id: 1, label: "PIN 1", reference: 1)
        func changed(_ old: [UInt8], _ new: [UInt8]) throws -> [UInt8] {
            var bytes = entry.bytes
            let start = try #require(bytes.indices.first { bytes[$0...].starts(with: old) })
            bytes.replaceSubrange(start..<(start + old.count), with: new)
            return bytes
        }
        let wrong = try [
            // A label that is constructed, an object's flags without their first octet, and a maximum below zero.
            changed(DER.text("PIN 1"), [0x2C, 0x05, 0x04, 0x03, 0x50, 0x49, 0x4E]),
            changed(DER.bits(0, 1), [0x03, 0x03, 0x0F, 0xC0, 0x00]),
            changed(DER.integer(8) + DER.integer(8), DER.integer(8) + [0x02, 0x01, 0xFF]),
        ]
        for bytes in wrong { #expect(try pins(bytes, other).map(\.id) == ["01", "02"]) }
        let path = PINEntry(id: 1, reference: 1, extra: DER.sequence(DER.integer(1))).bytes
        #expect(try pins(path, other).map(\.id) == ["01", "02"])
    }

    /// What decides where a code goes, and how it is padded, has to be right.
    @Test func entryThatCannotBeTrustedIsLeftOutAlone() throws {
        let local = PINEntry(
            id: 1,
            flags: DER.bits(0, 1, 4, 5),
            reference: 1,
            extra: DER.sequence(DER.integer(1))
        )
        let twoReferences = PINEntry(id: 1, reference: 1, extra: DER.object(0x80, [2]))
        var noType = PINEntry(id: 1, reference: 1).bytes
        let type = try #require(noType.indices.first { noType[$0...].starts(with: [0x0A, 0x01, 0x01]) })
        noType[type] = 0x01
        for bytes in [
            local.bytes, twoReferences.bytes, noType, DER.sequence(), [0x30, 0x03, 0x30, 0x05, 0x00],
        ] {
            #expect(try pins(bytes, other).map(\.id) == ["02"])
            #expect(try pins(other, bytes).map(\.id) == ["02"])
        }
    }
}
