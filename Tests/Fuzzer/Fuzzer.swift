internal import CardCore
internal import FuzzTargets
internal import Glibc
internal import VirtualCards

/// The target that `KORTVAKT_FUZZ_TARGET` names.
private let target: FuzzTarget = {
    guard let name = unsafe getenv("KORTVAKT_FUZZ_TARGET") else { fatalError("no target") }
    guard let target = unsafe FuzzTarget(rawValue: String(cString: name)) else {
        fatalError("targets: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))")
    }
    return target
}()

/// Whether what happened is told of each input; for replaying one file.
private let showsAccounts = unsafe getenv("KORTVAKT_FUZZ_SHOW") != nil

/// What libFuzzer calls with each input.
///
/// A broken rule ends the process, so that the input is kept.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    if showsAccounts { print(target.account(of: bytes)) }
    let broken = target.run(bytes)
    guard broken.isEmpty else {
        fatalError("BROKEN RULE: \(broken.joined(separator: "; "))\n\(target.account(of: bytes))")
    }
    return 0
}

/// What libFuzzer calls to change an input in place; gives back its new length.
@_cdecl("LLVMFuzzerCustomMutator")
func customMutator(_ start: UnsafeMutablePointer<UInt8>?, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
    guard let start = unsafe start else { return 0 }
    guard target.isWholeCard || target.isDER else { return unsafe libFuzzerMutate(start, count, limit) }
    let input = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    let mutator = target.isDER ? DERMutator.mutated : StepMutator.mutated
    let output = mutator(input, seed) { bytes in
        // Room to grow, as libFuzzer wants it.
        var buffer = bytes + [UInt8](repeating: 0, count: 64)
        let length = unsafe buffer.withUnsafeMutableBufferPointer { space in
            guard let base = space.baseAddress else { return 0 }
            return unsafe libFuzzerMutate(base, bytes.count, space.count)
        }
        return Array(buffer.prefix(length))
    }
    let kept = output.prefix(limit)
    for (index, byte) in kept.enumerated() { unsafe start[index] = byte }
    return kept.count
}

@_silgen_name("LLVMFuzzerMutate")
private func libFuzzerMutate(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Writes the seeds and ends, where `KORTVAKT_FUZZ_SEEDS` names a folder for them.
@_cdecl("LLVMFuzzerInitialize")
func initialize(_ argumentCount: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    guard let folder = unsafe getenv("KORTVAKT_FUZZ_SEEDS"),
        let images = unsafe getenv("KORTVAKT_FUZZ_IMAGES")
    else { return 0 }
    let root = unsafe String(cString: folder)
    var seeds = Seeds.texts + Seeds.certificates
    for profile in Seeds.profiles {
        let path = unsafe "\(String(cString: images))/\(profile.rawValue).json"
        guard let image = try? profile.imageType.load(from: path) else { fatalError("cannot load \(path)") }
        seeds += Seeds.make(of: image, profile)
    }
    for seed in seeds {
        unsafe _ = mkdir("\(root)/\(seed.target.rawValue)", 0o755)
        write(seed.bytes, to: "\(root)/\(seed.target.rawValue)/seed-\(seed.name)")
    }
    // Not exit(): what is still held would be reported as leaked.
    _exit(0)
}

private func write(_ bytes: [UInt8], to path: String) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { fatalError("cannot write \(path)") }
    defer { close(descriptor) }
    let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
    guard written == bytes.count else { fatalError("cannot write \(path)") }
}
