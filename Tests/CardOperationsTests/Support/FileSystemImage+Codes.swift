import CardApplications
import Testing
import VirtualCards

extension FileSystemImage {
    /// Changes the `number`th object of EF.AOD, counted from 0, where `old` stands for the first time.
    mutating func replace(_ old: [UInt8], with new: [UInt8], inCode number: Int) throws {
        try editCodes { objects in
            let start = try #require(
                objects[number].indices.first { objects[number][$0...].starts(with: old) }
            )
            objects[number].replaceSubrange(start..<(start + old.count), with: new)
        }
    }

    /// Adds a second entry for the PUK, with the id `04`, that does not say of itself that it unblocks.
    mutating func addAliasOfPUK() throws {
        try editCodes { objects in objects.append(objects[2]) }
        try replace([0x30, 0x03, 0x04, 0x01, 0x03], with: [0x30, 0x03, 0x04, 0x01, 0x04], inCode: 3)
        try editFlags(ofCode: 3, clear: [.unblockingPIN])
    }

    /// Takes the label of the signature PIN away, which leaves an empty one.
    mutating func emptyLabelOfSignaturePIN() throws {
        let label = Array("Underskrift".utf8)
        try editCodes { objects in
            // Lengths of the object (`30 82 00 ..`), of its common attributes, and of the label.
            let lengths = [3, 5, 7]
            try #require(objects[1].dropFirst(8).starts(with: label))
            objects[1].removeSubrange(8..<(8 + label.count))
            for index in lengths { objects[1][index] -= UInt8(label.count) }
        }
    }
}
