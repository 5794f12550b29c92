/// What the card calls itself.
package struct CardIdentity: Hashable, Sendable {
    /// Hostile text.
    package var label: String?
    /// Hexadecimal or digits, as the family prints it.
    package var serialNumber: String?
    /// The product where the application tells it, `YubiKey 5.4.3`; hostile text.
    package var product: String?

    package init(label: String? = nil, serialNumber: String? = nil, product: String? = nil) {
        self.label = label
        self.serialNumber = serialNumber
        self.product = product
    }
}
