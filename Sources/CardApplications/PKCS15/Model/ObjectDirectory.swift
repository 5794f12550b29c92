package import SwiftASN1

/// The object directory, EF.OD: where the directory files of each kind are (PKCS #15 v1.1, ISO/IEC 7816-15).
package struct ObjectDirectory: Hashable, Sendable {
    package let entries: [Entry]
    /// How many elements were damaged and left out.
    package let skipped: Int

    /// What kind of objects an entry leads to; the numbers are the tags of PKCS15Objects, in ISO/IEC 7816-15 CIOChoice.
    package enum Kind: UInt, Hashable, Sendable, CaseIterable {
        case privateKeys = 0
        case publicKeys = 1
        case trustedPublicKeys = 2
        case secretKeys = 3
        case certificates = 4
        case trustedCertificates = 5
        case usefulCertificates = 6
        case dataObjects = 7
        case authenticationObjects = 8
    }

    /// Objects in a file of their own, or here.
    package enum Location: Hashable, Sendable {
        case path(PKCS15Path)
        /// Elements as they would stand in a directory file.
        case direct([UInt8])
    }

    /// One element of EF.OD.
    package struct Entry: Hashable, Sendable {
        package let kind: Kind
        package let location: Location
    }

    /// Reads the content of EF.OD; elements of unknown kinds are passed over.
    package static func parse(_ bytes: [UInt8]) throws(CardDataError) -> ObjectDirectory {
        let directory = try Entry.parse(bytes)
        return ObjectDirectory(entries: directory.objects, skipped: directory.skipped)
    }

    /// Where the objects of this kind are, in the order of the file.
    package func locations(of kind: Kind) -> [Location] {
        entries.filter { $0.kind == kind }.map(\.location)
    }
}

extension ObjectDirectory.Entry: PKCS15DirectoryEntry {
    package init?(_ node: ASN1Node) throws(CardDataError) {
        guard node.identifier.tagClass == .contextSpecific,
            let kind = ObjectDirectory.Kind(rawValue: node.identifier.tagNumber)
        else { return nil }
        var choice = try ASN1Fields(of: node, field: "PathOrObjects")
        guard let inner = choice.first else { throw .missing(field: "PathOrObjects") }
        if let path = choice.take(.sequence) {
            self.init(kind: kind, location: .path(try PKCS15Path(path)))
        } else if inner.identifier == .context(0) {
            let objects = try ASN1Fields(of: inner, field: "objects")
            self.init(kind: kind, location: .direct(objects.encodedBytes))
        } else {
            // Protected directories, [1] and [2], cannot be read without keys.
            return nil
        }
    }
}
