package import CardCore

extension GIDSApplication {
    package mutating func readCertificates(
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [CardCertificate] {
        var found: [CardCertificate] = []
        for (name, container) in try readCertificateFiles(on: &channel) {
            if let certificate = try readCertificate(name, of: container, on: &channel) {
                found.append(certificate)
            }
        }
        return found
    }

    /// Names of the files with certificates, each with its container; as many as are looked into.
    ///
    /// Each of them costs commands, also one that is not used.
    mutating func readCertificateFiles(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [(name: String, container: ContainerMap.Container)] {
        let files = try readContainers(on: &channel).flatMap { container in
            Self.certificateFiles(of: container).map { (name: $0, container: container) }
        }
        return Array(files.prefix(MinidriverCertificate.maximumCount))
    }

    package var hasMoreCertificates: Bool {
        (containers ?? []).flatMap(Self.certificateFiles).count > MinidriverCertificate.maximumCount
    }

    /// The containers in use, read once.
    mutating func readContainers(
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [ContainerMap.Container] {
        if let containers { return containers }
        if master == nil {
            master = try transported { () throws(TransportError) in
                try GIDSMasterFile.read(on: &channel)
            }
        }
        guard let master else { throw .malformed(file: "master file") }
        guard let place = master.place(of: "cmapfile", in: "mscp"),
            let content = try read(
                place,
                limit: ContainerMap.maximumLength + GIDSCommand.headerLength,
                on: &channel
            )
        else { return [] }
        let found = ContainerMap(parsing: content).containers.filter(\.isInUse)
        containers = found
        return found
    }

    /// The certificate in one file; `nil` where there is none, and without DER where it cannot be read.
    func readCertificate(
        _ name: String,
        of container: ContainerMap.Container,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        guard let place = master?.place(of: name, in: "mscp") else { return nil }
        let packed = try read(place, limit: Self.maximumFileLength, on: &channel)
        guard packed != [] else { return nil }
        let der = packed.flatMap(MinidriverCertificate.der) ?? []
        return CardCertificate(id: name, label: container.name, pin: GIDSPolicies.pin.id, der: der)
    }

    /// Octets of a file with a certificate, with tag and length.
    private static let maximumFileLength = 8_192

    /// Names of the files with the certificates of a container's keys: its index in two hexadecimal digits.
    static func certificateFiles(of container: ContainerMap.Container) -> [String] {
        let number = Hex.string(of: [UInt8(truncatingIfNeeded: container.index)])
        return (container.hasExchangeKey ? ["kxc" + number] : [])
            + (container.hasSignatureKey ? ["ksc" + number] : [])
    }

    /// Reads certificates until the one that is meant, and no other file but the tables that lead to it.
    package mutating func readCertificate(
        _ choice: CertificateChoice,
        _ scope: CertificateScope,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> CardCertificate? {
        for (name, container) in try readCertificateFiles(on: &channel) {
            if case .id(let id) = choice, id != name { continue }
            guard let certificate = try readCertificate(name, of: container, on: &channel) else { continue }
            if choice != .login || certificate.isForLogin { return certificate }
        }
        return nil
    }
}
