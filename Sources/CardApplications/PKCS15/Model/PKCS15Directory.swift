package import SwiftASN1

/// What a directory file (ODF, AODF, PrKDF, CDF) holds.
package struct PKCS15Directory<Object: PKCS15DirectoryEntry>: Sendable {
    package let objects: [Object]
    /// How many elements were damaged and left out.
    package let skipped: Int
}

/// One kind of element of a directory file.
package protocol PKCS15DirectoryEntry: Sendable {
    /// `nil` for a kind of element that is of no use here, such as a biometric template among PINs.
    init?(_ node: ASN1Node) throws(CardDataError)
}

extension PKCS15DirectoryEntry {
    /// The objects in the content of a directory file.
    ///
    /// A damaged element is left out and counted; when all are damaged, this throws.
    package static func parse(_ bytes: [UInt8]) throws(CardDataError) -> PKCS15Directory<Self> {
        let file = try DataObjectFile.elements(of: bytes)
        var objects: [Self] = []
        var skipped = file.skipped
        for element in file.elements {
            do throws(CardDataError) {
                if let object = try Self(ASN1Node.parse(element)) { objects.append(object) }
            } catch {
                skipped += 1
            }
        }
        guard skipped < file.elements.count + file.skipped || skipped == 0 else {
            throw .nothingReadable(skipped: skipped)
        }
        return PKCS15Directory(objects: objects, skipped: skipped)
    }
}
