/// The files of a software card and the place that SELECT has reached in them (ISO/IEC 7816-4, 7.1).
struct CardFileSystem {
    private var nodes: [[UInt8]: FileSystemImage.File] = [:]
    private var names: [(aid: [UInt8], path: [UInt8])] = []
    /// DFs that take the place of the MF while they are selected.
    private var roots: Set<[UInt8]> = []
    /// What paths begin at and `3F00` means: the MF, or the DF of the selected applet.
    private var root: [UInt8] = masterFile
    /// The whole path of the current DF.
    private(set) var currentDirectory: [UInt8] = masterFile
    private(set) var currentFile: FileSystemImage.File?

    static let masterFile: [UInt8] = [0x3F, 0x00]

    init(image: FileSystemImage) {
        nodes[Self.masterFile] = FileSystemImage.File(path: HexBytes(Self.masterFile), kind: .directory)
        for file in image.files { nodes[file.path.bytes] = file }
        for key in image.keys where nodes[key.path.bytes] == nil {
            nodes[key.path.bytes] = FileSystemImage.File(path: key.path, kind: .key)
        }
        names = image.applications.map { ($0.aid.bytes, $0.path.bytes) }
        roots = Set(image.applications.filter { $0.isRoot == true }.map(\.path.bytes))
    }

    mutating func reset() {
        (currentDirectory, currentFile, root) = (Self.masterFile, nil, Self.masterFile)
    }

    /// What SELECT by name does besides: an applet's DF becomes the root, any other application is below the MF.
    mutating func enter(_ node: FileSystemImage.File) {
        root = roots.contains(node.path.bytes) ? node.path.bytes : Self.masterFile
    }

    /// Whether `node` is the DF of an applet.
    func isApplet(_ node: FileSystemImage.File) -> Bool { roots.contains(node.path.bytes) }

    /// Makes `node` current: a DF itself, or an EF and the DF that holds it.
    mutating func select(_ node: FileSystemImage.File) {
        if node.kind == .directory {
            currentDirectory = node.path.bytes
            currentFile = nil
        } else {
            currentDirectory = node.path.bytes.dropLast(2)
            currentFile = node
        }
    }

    /// By file identifier: below the current DF, the DF itself, its parent or a DF beside it (P1 = 00).
    func node(identifier: [UInt8]) -> FileSystemImage.File? {
        if identifier.isEmpty || identifier == Self.masterFile { return nodes[root] }
        if let child = nodes[currentDirectory + identifier] { return child }
        if currentDirectory.suffix(2) == identifier { return nodes[currentDirectory] }
        guard currentDirectory != root else { return nil }
        let parent = currentDirectory.dropLast(2)
        if parent.suffix(2) == identifier { return nodes[Array(parent)] }
        return nodes[parent + identifier].flatMap { $0.kind == .directory ? $0 : nil }
    }

    /// By path from the current DF (P1 = 09), or with one identifier only a child (P1 = 01, 02).
    func node(below path: [UInt8]) -> FileSystemImage.File? { nodes[currentDirectory + path] }

    /// By path from the MF, whose identifier is left out (P1 = 08).
    func node(belowMasterFile path: [UInt8]) -> FileSystemImage.File? { nodes[root + path] }

    /// The parent of the current DF (P1 = 03).
    var parentDirectory: FileSystemImage.File? {
        currentDirectory == root ? nil : nodes[currentDirectory.dropLast(2)]
    }

    /// By DF name, whole or its beginning, five bytes at least (P1 = 04).
    func node(named name: [UInt8]) -> FileSystemImage.File? {
        guard name.count >= 5 else { return nil }
        return names.first { $0.aid.starts(with: name) }.flatMap { nodes[$0.path] }
    }

    /// By short EF identifier in the current DF.
    func node(shortIdentifier: UInt8) -> FileSystemImage.File? {
        nodes.values.first {
            $0.shortIdentifier == shortIdentifier && $0.path.bytes.dropLast(2) == currentDirectory[...]
        }
    }

    /// The DF name of `node`, for its control information.
    func name(of node: FileSystemImage.File) -> [UInt8]? { names.first { $0.path == node.path.bytes }?.aid }
}
