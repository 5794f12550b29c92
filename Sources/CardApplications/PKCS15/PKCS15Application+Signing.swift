package import CardCore

extension PKCS15Application {
    package mutating func signingForms(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [SigningForm] {
        guard certificate.isForLogin, let key = CertificateKey(certificate: certificate.der),
            let object = try loginKey(of: certificate, on: &channel)
        else { return [] }
        switch (row ?? .unknown).signing {
        case .thales: return object.keyReference == nil ? [] : ThalesSignature.forms(of: key)
        case .setCOS:
            guard case .rsa = key, object.fileIdentifier != nil else { return [] }
            return [.digestInfo]
        case .described:
            guard object.keyReference != nil else { return [] }
            return try algorithms(of: object, key, on: &channel).map(\.form)
        }
    }

    package mutating func sign(
        _ request: SigningRequest,
        with certificate: CardCertificate,
        on channel: inout CodeChannel
    ) throws(CardError) -> [UInt8] {
        guard try signingForms(of: certificate, on: &channel.plain).contains(request.form),
            request.isWellFormed,
            let key = CertificateKey(certificate: certificate.der),
            let object = try loginKey(of: certificate, on: &channel.plain)
        else { throw .notSupported }
        switch (row ?? .unknown).signing {
        case .thales(let habits):
            guard let reference = object.keyReference else { throw .notSupported }
            return try ThalesSignature.compute(
                request,
                with: key,
                reference: reference,
                habits,
                on: &channel.plain
            )
        case .setCOS: try chooseSetCOSKey(object, on: &channel.plain)
        case .described:
            let algorithm = try algorithms(of: object, key, on: &channel.plain).first {
                $0.form == request.form
            }
            guard let reference = object.keyReference, let algorithm else { throw .notSupported }
            let number: [UInt8] = algorithm.info.cardReference.map { [0x80, 0x01, $0] } ?? []
            try SigningCommand.setEnvironment(number + [0x84, 0x01, reference], on: &channel.plain)
        }
        // An ECDSA-Sig-Value may have a few octets less or more than r and s.
        let signature = try SigningCommand.computeSignature(
            of: request.input,
            length: max(key.signatureLength, 256),
            on: &channel.plain
        )
        switch key {
        case .rsa(let bits): return try SignatureValue.rsa(signature, bits: bits)
        case .ec(let curve):
            // Both forms are in the field, and told apart by their length and structure.
            if let value = try? SignatureValue.ecdsa(encoded: signature, on: curve) { return value }
            return try SignatureValue.ecdsa(concatenated: signature, on: curve)
        case .ed25519: throw .notSupported
        }
    }

    /// SELECT of the key's file, then the environment with algorithm 02 (PKCS#1 v1.5), file and key (OpenSC's setcos driver).
    private mutating func chooseSetCOSKey(
        _ object: PrivateKeyObject,
        on channel: inout AnyCardChannel
    ) throws(CardError) {
        guard let path = object.path?.identifiers, let file = object.fileIdentifier else {
            throw .notSupported
        }
        let status = try transported { () throws(TransportError) in try files.select(path, on: &channel) }
        guard status.isSelected else { throw .unexpected(status, instruction: Instruction.select) }
        let key: [UInt8] = object.keyReference.map { [0x84, 0x01, $0] } ?? []
        try SigningCommand.setEnvironment([0x80, 0x01, 0x02, 0x81, 0x02] + file + key, on: &channel)
    }

    /// The key of a certificate; `nil` where it is none that logs in.
    private mutating func loginKey(
        of certificate: CardCertificate,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> PrivateKeyObject? {
        try readKeys(on: &channel).first { $0.iD.description == certificate.id && $0.isForLogin }
    }

    /// The algorithms of EF.CIAInfo by which the key signs, each with the form of what the card takes.
    ///
    /// Those that the key names, the first of each form; a key that names none is not limited to some of them. Where the
    /// card's commands then have two numbers for one form, it is not said which is the key's.
    private mutating func algorithms(
        of object: PrivateKeyObject,
        _ key: CertificateKey,
        on channel: inout AnyCardChannel
    ) throws(CardError) -> [(info: AlgorithmInfo, form: SigningForm)] {
        // A reference that two keys share could make the other one sign.
        let namesakes = try readKeys(on: &channel).count { $0.keyReference == object.keyReference }
        guard namesakes == 1 else { return [] }
        if supportedAlgorithms == nil {
            supportedAlgorithms = try readTokenInfo(on: &channel)?.supportedAlgorithms ?? []
        }
        let all = supportedAlgorithms ?? []
        let references = object.algorithmReferences
        let usable = (references.isEmpty ? all.map(\.reference) : references).compactMap { reference in
            all.first { $0.reference == reference }
        }.compactMap { info in info.form(of: key).map { (info: info, form: $0) } }
        guard references.isEmpty else { return usable }
        return usable.filter { one in
            usable.allSatisfy { $0.form != one.form || $0.info.cardReference == one.info.cardReference }
        }
    }
}

extension PrivateKeyObject {
    /// Whether the card computes signatures with it that bind nobody.
    var isForLogin: Bool {
        isNative && !usage.contains(.nonRepudiation) && !usage.isDisjoint(with: [.sign, .signRecover])
    }

    /// The last file identifier of its path, two octets.
    fileprivate var fileIdentifier: [UInt8]? {
        guard let path = path?.identifiers, path.count >= 2, path.count.isMultiple(of: 2) else { return nil }
        return Array(path.suffix(2))
    }
}
