internal import Glibc

/// The shell script that is the first process of a private card service, and the system calls around it.
enum ServiceScript {
    /// Prints its process id as the outside sees it, and ends, with all others, when its standard input
    /// closes.
    ///
    /// $1 is the directory and $2 whether it is alone in its namespaces: then the kernel ends the others, and
    /// the tmpfs keeps pcscd's file with its process id away from the system's; else the parent-death signal
    /// does the former.
    private static let text = """
        PATH=$PATH:/usr/sbin:/sbin
        with=
        fail() { echo "$2" >&2; rm -rf -- "$1"; exit 1; }
        if [ "$2" = isolated ]; then
            ip link set lo up || fail "$1" "no loopback network"
            [ ! -d /run/pcscd ] || mount -t tmpfs none /run/pcscd
        else
            with='setpriv --pdeathsig KILL'
        fi
        for program in systemd-socket-activate pcscd; do
            command -v $program >/dev/null || fail "$1" "$program is not installed"
        done
        $with systemd-socket-activate -l "$1/pcscd.comm" pcscd --foreground -c "$1/readers" \
            </dev/null >"$1/log" 2>&1 &
        service=$!
        read -r self rest </proc/self/stat
        echo "$self"
        exec >/dev/null
        read -r end
        kill $service
        wait $service
        rm -rf -- "$1"
        """

    private static let namespaces = [
        "--user", "--map-root-user", "--net", "--pid", "--mount", "--fork", "--kill-child",
    ]

    /// The command for a service with its own network, processes and mounts.
    static func isolated(in directory: String) -> [String] {
        ["unshare"] + namespaces + ["sh", "-c", text, "sh", directory, "isolated"]
    }

    /// The command for a service whose ports are open to the network.
    static func open(in directory: String) -> [String] {
        ["sh", "-c", text, "sh", directory, "open"]
    }

    /// The command that succeeds where `isolated` is permitted.
    static let trial = ["unshare"] + namespaces + ["true"]

    /// Connects to a Unix socket and hangs up; `false` where nobody listens.
    static func knock(at path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
