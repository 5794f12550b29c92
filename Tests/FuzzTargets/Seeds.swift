internal import CardApplications
internal import CardCore
package import VirtualCards

/// First inputs for each target, made of the software cards.
package enum Seeds {
    /// Inputs by target, each with a name; `images` are the card images of `Fixtures/cards`.
    package static func make(
        images: [FileSystemImage]
    ) -> [(target: FuzzTarget, name: String, bytes: [UInt8])] {
        var seeds: [(target: FuzzTarget, name: String, bytes: [UInt8])] = []
        for image in images {
            seeds.append((.atr, image.profile, image.atr.bytes))
            for file in image.files {
                guard let target = target(of: file), let content = file.content?.bytes else { continue }
                let name = "\(image.profile)-\(Hex.string(of: file.path.bytes))"
                // A certificate is handed on without its padding; of that of other files a few bytes are enough.
                let whole = try? DataObjectFile.lengthOfFirstElement(in: content)
                let end = content.lastIndex { $0 != 0xFF }.map { min($0 + 4, content.count) } ?? 0
                let bytes = Array(content.prefix(target == .certificate ? whole ?? end : end))
                seeds.append((target, name, bytes))
                seeds.append((.tlv, name, bytes))
            }
            for (name, bytes) in CardRecorder(image).all() {
                seeds.append((.card, "\(image.profile)-\(name)", bytes))
            }
            // The same card where no name is known and EF.DIR has to tell the way.
            var nameless = image
            nameless.applications = []
            for (name, bytes) in CardRecorder(nameless).all() where !name.contains("-") {
                seeds.append((.card, "\(image.profile)-nameless-\(name)", bytes))
            }
        }
        seeds += texts.map { ($0.target, $0.name, Array($0.text.utf8)) }
        let counters: [UInt8] = [0xA0, 0x0A, 0x83, 0x01, 0x81, 0xDF, 0x21, 0x04, 0x03, 0xFF, 0xFF, 0x01]
        seeds += [(.counters, "answer", counters), (.tlv, "counters", counters)]
        if let template = Hex.bytes(of: directory) { seeds.append((.dir, "discretionary", template)) }
        return seeds
    }

    /// An application template with everything that one can hold.
    private static let directory = """
        613F 4F0CA000000063504B43532D3135 50055349544853 51043F005015 7322 060A2A864886F70D010F0401 \
        3007 04025031 020100 A00B 04025032 020100 80020200
        """

    private static func target(of file: FileSystemImage.File) -> FuzzTarget? {
        switch Hex.string(of: file.path.bytes) {
        case "3F002F00": .dir
        case "3F0050155031": .odf
        case "3F0050155032": .tokenInfo
        case "3F0050154401": .aodf
        case "3F004402", "3F0050154402": .prkdf
        case "3F004404", "3F0050154403", "3F0050154404": .cdf
        case "3F004331", "3F0050154332": .certificate
        default: nil
        }
    }

    private static let texts: [(target: FuzzTarget, name: String, text: String)] = [
        (.apdu, "select", "00A4040C0CA000000063504B43532D3135"),
        (.apdu, "codes", "00200081\n00 20 00 81 {pin}\n002C0081{puk}{new}\n00240081 {pin} {new}"),
        (.apdu, "le", "80CA9F7F00\n00B0000000"),
        (.atr, "pattern", "3B 7F 96 00 00 80 31 80 65 B0 85 xx *"),
        (
            .configuration, "settings",
            "[PINPolicy]\nAllowTrivial=true\n[Advice]\nText=Call\nText[sv]=Ring\n[Advice siths]\nContact=1177\n"
        ),
        (
            .configuration, "card",
            "[Card A]\nATR=3B 7F 96 xx *\nName=A\nKind=siths\nFamilies=pkcs15;piv;\nSource=B\n"
        ),
    ]
}
