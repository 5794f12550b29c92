package import CardApplications
internal import CardCore
package import Configuration

extension CardHints {
    /// Where to look first on a card with this Answer-to-Reset, as far as card data says.
    package init(atr: [UInt8], products: CardProducts) {
        self.init(
            atr: try? ATR(parsing: atr),
            families: products.product(atr: atr)?.families ?? [],
            applications: products.applications.map {
                CardHints.Application(family: $0.family, aid: $0.aid)
            }
        )
    }
}
