/// Why a file with certificates to trust is not used, and what to do about it.
extension Texts {
    package func fileNotUsed(_ file: String, _ problem: TrustProblem) -> Sentence {
        Sentence(
            text("The file {file} is not used: {why}.", ["file": file, "why": problem.why]),
            problem.next
        )
    }
    /// A folder or file as a whole.
    package func trustNotUsed(_ path: String, _ problem: TrustProblem) -> Sentence {
        Sentence(
            text(
                "Nothing is trusted, because {path} cannot be used: {why}.",
                ["path": path, "why": problem.why]
            ),
            problem.next
        )
    }

    // MARK: Problems

    /// `path` as a shell takes it, here and below.
    package func trustUnreadable(_ path: String, _ reason: String, isForbidden: Bool) -> TrustProblem {
        TrustProblem(
            why: text("it cannot be read ({reason})", ["reason": reason]),
            next: isForbidden
                ? text("Let everybody read it with: sudo chmod a+rX {path}", ["path": path])
                : text("Look at it with: ls -ld {path}", ["path": path])
        )
    }
    package var trustNotAFile: TrustProblem {
        TrustProblem(
            why: text("it is not a file"),
            next: text(
                "Put the files with certificates right into the folder, and take everything else out of it."
            )
        )
    }
    package var trustNotAFolder: TrustProblem {
        TrustProblem(
            why: text("it is neither a folder nor a file"),
            next: text("Put a folder with certificates in its place, or name another with --trust.")
        )
    }
    package func trustWrongOwner(_ path: String, user: Int) -> TrustProblem {
        TrustProblem(
            why: text("it belongs to user {user}, who is neither root nor you", ["user": "\(user)"]),
            next: text(
                "Make sure of what is in it, then give it to root with: sudo chown root {path}",
                ["path": path]
            )
        )
    }
    package func trustWrongMode(_ path: String, mode: String) -> TrustProblem {
        TrustProblem(
            why: text("others may write to it (mode {mode})", ["mode": mode]),
            next: text(
                "Make sure of what is in it, then keep others from writing with: sudo chmod go-w {path}",
                ["path": path]
            )
        )
    }
    package func trustTooLarge(limit: Int) -> TrustProblem {
        TrustProblem(why: largerThan(limit), next: text("Put each certificate into a file of its own."))
    }
    package func tooManyInFile(limit: Int) -> TrustProblem {
        TrustProblem(
            why: text("it has more than {limit} certificates", ["limit": "\(limit)"]),
            next: text("Keep only the certificates that this computer needs.")
        )
    }
    package func tooManyInFolder(limit: Int) -> TrustProblem {
        TrustProblem(
            why: text("it has more than {limit} files", ["limit": "\(limit)"]),
            next: text("Keep only the files that this computer needs.")
        )
    }
    /// `why` as for the certificate of a card.
    package func trustNotACertificate(_ why: String) -> TrustProblem {
        TrustProblem(why: why, next: anew)
    }
    package func notOnlyCertificates(_ found: String, isKey: Bool) -> TrustProblem {
        TrustProblem(
            why: text("it holds something else besides certificates ({found})", ["found": found]),
            next: isKey
                ? text("Take the private key out of it: it must be kept where nobody else can read it.")
                : text("Keep only certificates in it.")
        )
    }
    package var trustEmpty: TrustProblem {
        TrustProblem(
            why: text("there is no certificate in it"),
            next: text("Put a certificate into it, as PEM or DER, or remove it.")
        )
    }
    package var otherSuffix: TrustProblem {
        TrustProblem(
            why: text("its name ends in none of .pem, .crt, .cer and .der"),
            next: text("Rename it if it holds a certificate; take it out of the folder if not.")
        )
    }
    package func trustLibrary(_ detail: String) -> TrustProblem {
        TrustProblem(why: text("OpenSSL cannot make sense of it ({detail})", ["detail": detail]), next: anew)
    }

    /// What failed was OpenSSL.
    package func trustNotChecked(_ detail: String) -> TrustProblem {
        let problem = libraryFailed(detail)
        return TrustProblem(why: problem.why, next: problem.next)
    }

    private var anew: String { text("Get the certificate anew from its issuer, as PEM or DER.") }
}

/// Why a file or folder is not used: a half sentence, and what to do.
package struct TrustProblem: Hashable, Sendable {
    let why: String
    let next: String
}
