internal import CertificateTrust
internal import Configuration
internal import Glibc
internal import LoginSessions
internal import Texts

/// `--check-config`: says whether the daemon would take the settings, as the user that it runs as.
struct SettingsCheck {
    let folder: String
    private let texts = Texts(language: nil)

    init(folder: String) { self.folder = folder }

    /// The exit status.
    func run() -> Int32 {
        let isDaemonsUser = becomeDaemonsUser()
        let settings: DaemonSettings
        do throws(ConfigurationError) {
            settings = try DaemonSettings(folder: folder)
        } catch {
            return refuse(texts.refusedSettings(error))
        }
        if settings.wantsTermination {
            guard isDaemonsUser else { return refuse(texts.terminationUnchecked) }
            switch TerminationPermission.ask() {
            case .granted: break
            case .denied: return refuse(texts.terminationDenied)
            case .unknown: return refuse(texts.terminationUnchecked)
            }
        }
        if settings.lacksTrust { return refuse(texts.ownersWithoutTrust(TrustStore.standardPath)) }
        Standard.write(texts.settingsInOrder + "\n", to: STDOUT_FILENO)
        return EXIT_SUCCESS
    }

    private func refuse(_ sentence: Sentence) -> Int32 {
        Standard.write("\(sentence.happened)\n\(sentence.next)\n", to: STDERR_FILENO)
        return EXIT_FAILURE
    }

    /// Root reads what nobody else can read, and may what nobody else may; the daemon is not root.
    ///
    /// `false` where this is not, and cannot become, the daemon's user.
    private func becomeDaemonsUser() -> Bool {
        guard let user = unsafe getpwnam("kortvakt") else { return false }
        let (uid, gid) = unsafe (user.pointee.pw_uid, user.pointee.pw_gid)
        if geteuid() == uid { return true }
        guard geteuid() == 0 else { return false }
        return setgroups(0, nil) == 0 && setgid(gid) == 0 && setuid(uid) == 0
    }
}
