package import Configuration
package import X509

extension Certificate {
    /// Everything that it says of its holder, as far as `OwnerMap` knows such things.
    package var ownerMarks: Set<OwnerMark> {
        var marks = Set(extensions.principalNames.compactMap { OwnerMark(.principalName, $0.raw) })
        marks.formUnion(extensions.emailAddresses.compactMap { OwnerMark(.mail, $0.raw) })
        // A holder has one number (X.520, 6.2.9); of several nobody can say which it is.
        let numbers = subject.attributes.filter { $0.type.dotted == "2.5.4.5" }
        if numbers.count == 1 {
            marks.formUnion([OwnerMark(.serialNumber, numbers[0].value.raw)].compactMap { $0 })
        }
        if let mark = OwnerMark(fingerprint: fingerprint) { marks.insert(mark) }
        return marks
    }
}
