"""Certificates: what reading them takes on each card, and how fast one is verified beside OpenSSL."""
import contextlib
import dataclasses
import http.server
import os
import pathlib
import shutil
import subprocess
import threading
import urllib.parse

from operations import Operation, Processes
from service import Failure

PKI = pathlib.Path(__file__).resolve().parents[3] / "Fixtures/pki"
# An instant at which the test PKI is valid, 2030-01-01T00:00:00Z, in seconds.
INSTANT = 1_893_456_000
# Where the test PKI's certificates say that their lists are.
LEAF_LIST, ISSUER_LIST = "/testsithseidpersonhsaid3cav1.crl", "/testsithseidrootcav2.crl"
LARGE = 200_000


@dataclasses.dataclass
class Card:
    driver: str
    """What OpenSC calls the driver that works with the card."""
    ours: str
    """The login certificate's id in kortvakt."""
    theirs: str
    """The same in OpenSC."""
    certificates: int
    limits: list
    """Commands at most, in the order of `operations`."""

    def operations(self, trust):
        """Listing, verifying one, verifying all, with the issuer in the folder `trust`; OpenSC reads, and verifies nothing."""
        verify = ["cert", "verify", "--trust", str(trust)]
        return [
            Operation("cert list", ["cert", "list"], [], ["pkcs15-tool", "--list-certificates"],
                      certificates=self.certificates),
            Operation("cert verify ID", [*verify, self.ours], [], ["pkcs15-tool", "--read-certificate", self.theirs],
                      certificates=1),
            Operation("cert verify", verify, [], None, certificates=self.certificates),
        ]


CARDS = {
    "siths": Card("default", "45", "45", 2, [24, 13, 24]),
    "siths-t1": Card("default", "45", "45", 2, [11, 6, 11]),
    "fineid": Card("default", "45", "45", 2, [24, 13, 24]),
    "piv": Card("PIV-II", "9A", "01", 4, [5, 2, 5]),
    "gids": Card("gids", "kxc00", "00", 2, [16, 10, 16]),
    # Ours reads the cardholder's alone, OpenSC all of them.
    "openpgp": Card("openpgp", "7F21", "03", 1, [4, 4, 4]),
    # The third is the issuer's, which OpenSC does not list.
    "idprime-940": Card("idprime", "kxc00", "0001", 2, [25, 11, 25]),
}


def make_trust(folder):
    """A folder with root and issuer as an administrator would make it."""
    trust = folder / "trust"
    trust.mkdir()
    trust.chmod(0o755)
    for name in ("root", "issuer"):
        shutil.copyfile(PKI / f"certificates/{name}.der", trust / f"{name}.der")
        (trust / f"{name}.der").chmod(0o644)
    return trust


class _Lists(http.server.BaseHTTPRequestHandler):
    """A proxy that has the revocation lists and knows nothing of OCSP."""

    def do_GET(self):
        file = self.server.files.get(urllib.parse.urlparse(self.path).path)
        if not file:
            return self.send_error(404)
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self):
        self.send_error(404)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def _proxy(files):
    with http.server.HTTPServer(("127.0.0.1", 0), _Lists) as server:
        server.files = files
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


class Verification:
    """The login certificate of the test PKI under its issuer and root, with the lists of both."""

    ROUNDS = {"small": 60, "large": 10}
    RUNS = {"small": 30, "large": 9}

    def __init__(self, program, folder):
        self.program, self.folder = str(program), folder / "verification"
        self.folder.mkdir()
        self.trust = make_trust(self.folder)
        self.leaf = PKI / "certificates/login.der"
        self.lists = {"small": PKI / "trust/crls/issuer.crl", "large": self.folder / "large.crl"}
        self._make_large()
        for size in self.lists:
            (self.folder / size).mkdir()
            with _proxy({LEAF_LIST: self.lists[size], ISSUER_LIST: PKI / "trust/crls/root.crl"}) as proxy:
                self._ours("fill", size, proxy)

    def _make_large(self):
        entries = (f"R\t491231235959Z\t260301120000Z,keyCompromise\t{0x6000000000000000 + number * 7919:X}\tunknown\t/CN=x\n"
                   for number in range(LARGE))
        (self.folder / "index.txt").write_text("".join(entries))
        (self.folder / "crlnumber").write_text("01\n")
        (self.folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca = bench\n[bench]\ndatabase = index.txt\ncrlnumber = crlnumber\ndefault_md = sha256\n"
            "crl_extensions = full\n[full]\nauthorityKeyIdentifier = keyid:always\n")
        self._openssl("ca", "-config", "ca.cnf", "-gencrl", "-crl_lastupdate", "20260601000000Z", "-crl_nextupdate",
                      "20491231235959Z", "-cert", PKI / "certificates/issuer.pem", "-keyfile", PKI / "keys/issuer.key.pem",
                      "-out", "large.pem")
        self._openssl("crl", "-in", "large.pem", "-outform", "DER", "-out", "large.crl")

    def _openssl(self, *arguments):
        result = subprocess.run(["openssl", *arguments], cwd=self.folder, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        if result.returncode:
            raise Failure(f"openssl {arguments[0]} failed:\n{result.stdout}")

    def _command(self, mode, size, *more):
        return [self.program, mode, str(self.trust), str(self.leaf), str(self.folder / size), *map(str, more)]

    def _ours(self, *arguments):
        result = subprocess.run(self._command(*arguments), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if result.returncode:
            raise Failure(f"TrustBenchmark {arguments[0]} failed:\n{result.stdout}")
        return result.stdout

    def rates(self, size):
        """By way, how often a second in one process, and the share of our time that the way does not take."""
        said = self._ours("rounds", size, self.ROUNDS[size], self.lists[size], PKI / "trust/crls/root.crl")
        return {way: (float(rate), float(share)) for way, rate, share in map(str.split, said.splitlines())}

    def processes(self, size):
        """Seconds of whole processes that verify once, ours and `openssl verify` in turn."""
        theirs = ["openssl", "verify", "-attime", str(INSTANT), "-no-CApath", "-no-CAstore", "-CAfile",
                  str(PKI / "certificates/root.pem"), "-untrusted", str(PKI / "certificates/issuer.pem"), "-CRLfile",
                  str(self.lists[size]), "-CRLfile", str(PKI / "trust/crls/root.crl"), "-crl_check_all", str(self.leaf)]
        commands = {"ours": self._command("once", size), "openssl": theirs}
        times = {name: [] for name in commands}
        for _ in range(self.RUNS[size]):
            for name, command in commands.items():
                times[name].append(Processes.times(command, {"PATH": os.environ["PATH"]}).wall)
        return times
