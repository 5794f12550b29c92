import CardTesting

enum BenchFiles {
    /// A file below `Fixtures`.
    static func fixture(_ name: String) -> String { BuildFolder.sources + "/Fixtures/" + name }
}
