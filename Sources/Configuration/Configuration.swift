internal import Glibc

/// All that the administrator and the installation have written down for the program.
package struct Configuration: Hashable, Sendable {
    package let settings: SiteSettings
    package let products: CardProducts

    /// The program's defaults, or parts that were loaded one by one.
    package init(settings: SiteSettings = SiteSettings(), products: CardProducts = CardProducts()) {
        self.settings = settings
        self.products = products
    }

    /// Reads everything; one damaged file fails the whole.
    ///
    /// Whoever wants to go on without the damaged part creates `SiteSettings` and `CardProducts` apart. Blocking.
    package static func load(
        etc: String = defaultFolder,
        share: String? = installedFolder
    ) throws(ConfigurationError) -> Configuration {
        Configuration(
            settings: try SiteSettings(etc: etc),
            products: try CardProducts(etc: etc, share: share)
        )
    }

    /// Where the administrator's files are.
    package static let defaultFolder = "/etc/kortvakt"

    /// `../share/kortvakt` as seen from the folder of the running executable.
    package static let installedFolder: String? = {
        let capacity = Int(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: capacity)
        let count = unsafe readlink("/proc/self/exe", &buffer, capacity)
        guard count > 0 else { return nil }
        let path = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return path.lastIndex(of: "/").map { "\(path[..<$0])/../share/kortvakt" }
    }()
}

/// Whose files are believed.
enum Trust {
    /// Root and whoever runs the program.
    static var administrator: Set<UInt32> { [0, geteuid()] }

    /// Also the owner of the executable: whoever could change the program need not change its data.
    static var installation: Set<UInt32> {
        var status = stat()
        guard unsafe stat("/proc/self/exe", &status) == 0 else { return administrator }
        return administrator.union([status.st_uid])
    }
}

extension Sections {
    mutating func mergeFile(
        _ path: String,
        owners: Set<UInt32>,
        schema: Schema
    ) throws(ConfigurationError) {
        guard let text = try SettingsFile.text(of: path, owners: owners) else { return }
        try merge(text, file: path, schema: schema)
    }

    mutating func mergeFolder(
        _ folder: String,
        owners: Set<UInt32>,
        schema: Schema
    ) throws(ConfigurationError) {
        for path in try SettingsFile.paths(in: folder, owners: owners) {
            try mergeFile(path, owners: owners, schema: schema)
        }
    }
}
