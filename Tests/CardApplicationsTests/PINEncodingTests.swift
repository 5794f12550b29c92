import CardApplications
import CardCore
import Testing

/// T11: what the buffers behind PINs and PUKs have to take.
@Suite struct PINEncodingTests {
    private func policy(
        _ encoding: PINEncoding,
        _ length: ClosedRange<Int> = 4...12,
        stored: Int = 12,
        pad: UInt8? = nil
    ) -> PINPolicy {
        PINPolicy(
            id: "01",
            reference: PINReference(rawValue: 0x81),
            label: "",
            kind: .pin,
            encoding: encoding,
            length: length,
            storedLength: stored,
            padByte: pad
        )
    }

    private func error(_ bytes: [UInt8], _ policy: PINPolicy) -> PINFormatError? {
        do throws(PINFormatError) {
            try policy.check(secret(bytes))
            return nil
        } catch {
            return error
        }
    }

    private func encoded(_ text: String, _ policy: PINPolicy) -> String {
        let code = secret(Array(text.utf8))
        let data = SecretBytes(capacity: 255) { output in policy.encode(code, into: &output) }
        return data.withBytes { bytes in Hex.string(of: bytes.indices.map { bytes[$0] }) }
    }

    @Test func everyEncodingWritesWhatTheStandardSays() {
        #expect(encoded("246810", policy(.asciiNumeric)) == "323436383130")
        #expect(encoded("246810", policy(.asciiNumeric, pad: 0x00)) == "323436383130000000000000")
        #expect(encoded("246810", policy(.asciiNumeric, stored: 8, pad: 0xFF)) == "323436383130FFFF")
        #expect(encoded("pässi", policy(.utf8, stored: 8, pad: 0x20)) == "70C3A47373692020")
        #expect(encoded("2468", policy(.bcd)) == "2468")
        #expect(encoded("24681", policy(.bcd)) == "24681F")
        #expect(encoded("24681", policy(.bcd, stored: 6, pad: 0xFF)) == "24681FFFFFFF")
        #expect(encoded("24681", policy(.bcd, stored: 6, pad: 0x00)) == "246810000000")
        #expect(encoded("2468", policy(.halfNibbleBCD)) == "F2F4F6F8")
        #expect(encoded("2468", policy(.halfNibbleBCD, stored: 6, pad: 0xFF)) == "F2F4F6F8FFFF")
        // Format 2: control and length, digits, filler; the pad character of the card plays no part.
        #expect(encoded("1234", policy(.iso9564, stored: 8)) == "241234FFFFFFFFFF")
        #expect(encoded("12345", policy(.iso9564, stored: 8, pad: 0x00)) == "2512345FFFFFFFFF")
        #expect(encoded("123456789012", policy(.iso9564, stored: 8)) == "2C123456789012FF")
        #expect(encoded("1234", policy(.iso9564, stored: 12, pad: 0x00)) == "241234FFFFFFFFFF")
    }

    private static let encodings: [PINEncoding] = [.bcd, .asciiNumeric, .utf8, .halfNibbleBCD, .iso9564]

    /// What passes the check fits the stored length once it is encoded, whatever the card claims of itself.
    @Test(arguments: encodings)
    func whatIsAcceptedFitsWhatTheCardStores(encoding: PINEncoding) {
        for stored in [0, 1, 4, 8, 12, 127, 128, 255] {
            for bounds in [0...0, 0...255, 4...12, 255...255] {
                for pad in [nil, 0x00, 0xFF] as [UInt8?] {
                    let policy = policy(encoding, bounds, stored: stored, pad: pad)
                    let allowed = policy.allowedLength
                    #expect(allowed.lowerBound >= 1)
                    for count in 0...300 where count < 16 || count % 50 < 2 || abs(count - stored) < 2 {
                        let code = [UInt8](repeating: 0x35, count: count)
                        guard error(code, policy) == nil else { continue }
                        #expect(allowed.contains(count))
                        let octets = encoded(String(decoding: code, as: UTF8.self), policy).utf8.count / 2
                        #expect((1...255).contains(octets))
                        if stored > 0 {
                            #expect(octets <= stored || encoding == .iso9564, "\(count) in \(stored)")
                        }
                        if let pad, stored > 0, encoding != .iso9564 { #expect(octets == stored, "\(pad)") }
                    }
                }
            }
        }
    }

    @Test func lengthsFrom0To300AreJudgedAndNoneTraps() {
        for encoding in Self.encodings {
            let policy = policy(encoding, 4...8, stored: 8)
            for count in 0...300 {
                let result = error([UInt8](repeating: 0x31, count: count), policy)
                let expected: PINFormatError? =
                    count == 0
                    ? .empty : count < 4 ? .tooShort(minimum: 4) : count > 8 ? .tooLong(maximum: 8) : nil
                #expect(result == expected, "\(encoding) \(count)")
            }
        }
    }

    @Test func anEmptyCodeIsNeverRight() {
        for encoding in Self.encodings {
            for bounds in [0...0, 0...8, 0...255] {
                #expect(error([], policy(encoding, bounds, stored: 0)) == .empty)
                #expect(error([], policy(encoding, bounds, stored: 8, pad: 0xFF)) == .empty)
            }
        }
    }

    @Test func onlyUTF8TakesWhatIsNoDigit() {
        for byte in UInt8.min...UInt8.max {
            let code = Array("12345".utf8) + [byte]
            let isDigit = (0x30...0x39).contains(byte)
            for encoding in Self.encodings where encoding != .utf8 {
                #expect((error(code, policy(encoding, stored: 12)) == nil) == isDigit, "\(encoding) \(byte)")
            }
        }
        #expect(error(Array("påssåö".utf8), policy(.utf8)) == nil)
    }

    /// Six characters may be more octets than the card stores.
    @Test func charactersOfSeveralOctetsMustFitToo() {
        let narrow = policy(.utf8, 4...8, stored: 8)
        #expect(error(Array("åäöå".utf8), narrow) == nil)
        #expect(error(Array("åäöåä".utf8), narrow) == .tooLong(maximum: 8))
        #expect(error(Array("\u{1F600}\u{1F600}\u{1F600}\u{1F600}".utf8), narrow) == .tooLong(maximum: 8))
        // Continuation octets alone are no characters, and control characters are none that anybody means.
        #expect(error([0x80, 0x80, 0x80, 0x80], narrow) == .notText)
        #expect(error(Array("2468\r".utf8), narrow) == .notText)
        #expect(error([0x1B] + Array("[A24".utf8), narrow) == .notText)
    }

    @Test func aStoredLengthBelowTheMinimumTakesNothing() {
        let policy = policy(.asciiNumeric, 8...12, stored: 4)
        for count in 0...20 where error([UInt8](repeating: 0x31, count: count), policy) == nil {
            Issue.record("\(count) digits do not fit 4 octets")
        }
    }
}
