import CardApplications
import CardCore
import Testing
import VirtualCards

extension FileSystemImage {
    static let authenticationObjects: [UInt8] = [0x3F, 0x00, 0x50, 0x15, 0x44, 0x01]

    /// Changes one file's content.
    mutating func edit(_ path: [UInt8], _ change: (inout [UInt8]) throws -> Void) throws {
        let index = try #require(files.firstIndex { $0.path.bytes == path })
        var bytes = try #require(files[index].content).bytes
        try change(&bytes)
        files[index].content = HexBytes(bytes)
    }

    /// Sets or clears pinFlags of the `number`th code that EF.AOD describes, counted from 0.
    mutating func editFlags(
        ofCode number: Int,
        set: PINFlags = [],
        clear: PINFlags = []
    ) throws {
        try editCodes { objects in
            // BIT STRING with pinFlags, then ENUMERATED pinType.
            let start = try #require(
                objects[number].indices.first { index in
                    objects[number][index] == 0x03 && objects[number].count > index + 7
                        && objects[number][index + 1] == 0x02
                        && objects[number][(index + 4)...].starts(with: [0x0A, 0x01])
                }
            )
            objects[number][start + 2] = 0
            for bit in 0..<8 {
                let mask = UInt8(0x80) >> UInt8(bit)
                let flag = PINFlags(rawValue: 1 << UInt16(bit))
                if set.contains(flag) { objects[number][start + 3] |= mask }
                if clear.contains(flag) { objects[number][start + 3] &= ~mask }
            }
        }
    }

    /// Changes the objects in EF.AOD, which is padded again afterwards.
    mutating func editCodes(_ change: (inout [[UInt8]]) throws -> Void) throws {
        try edit(Self.authenticationObjects) { bytes in
            let size = bytes.count
            var objects = try DataObjectFile.elements(of: bytes).elements
            try change(&objects)
            bytes = objects.flatMap(\.self)
            bytes += [UInt8](repeating: 0xFF, count: max(size - bytes.count, 0))
        }
    }
}
