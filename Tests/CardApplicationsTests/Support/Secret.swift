import CardCore

/// A made-up code.
func secret(_ text: String) -> SecretBytes { secret(Array(text.utf8)) }

func secret(_ bytes: [UInt8]) -> SecretBytes {
    SecretBytes(capacity: bytes.count) { $0.append(contentsOf: bytes.span) }
}
