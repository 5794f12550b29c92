"""What is measured: each operation as ours and as OpenSC's, and whether it was really done."""
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from service import CODES, Failure

NEW_PIN = "864209"
# What has to be said to unblock: the PIN where not all counters can be read, so that nobody can tell which is blocked; the
# code where there are several that unblock it.
NAMED = {profile: ["--pin", "01"] for profile in ("siths-two-step", "fineid", "fineid-health")}
NAMED["openpgp"] = ["--with", "resetting-code"]
# Without the default driver OpenSC recognises none of these cards; `tuned` leaves out asking all other drivers first.
OPENSC = {
    "ordinary": "app default { enable_default_driver = true; }\n",
    "tuned": "app default { card_drivers = default; enable_default_driver = true; }\n",
}

# What kortvakt, OpenSC and Yubico's programs say once for each certificate.
CERTIFICATES = ["issued by ", "Encoded serial ", "BEGIN CERTIFICATE", r"Slot 9[acde]:\s+Algorithm:"]


@dataclasses.dataclass
class Operation:
    name: str
    ours: list
    """Arguments of kortvakt."""
    entered: list
    """Lines on its standard input."""
    opensc: list
    """OpenSC's command; `None` where it has none."""
    tries: int = None
    """What the PIN has left before, all when not given; afterwards it has all, which proves that the code was presented."""
    pin_afterwards: str = CODES["auth"]
    certificates: int = 0
    """How many have to be shown, at least."""
    exit_code: int = 0
    """Ours, when it is done."""


def operations(auth_id="01", puk="puk", certificates=2):
    """The same on every card; `auth_id` is OpenSC's name of the PIN, `puk` the role of what unblocks it."""
    pin, code = CODES["auth"], CODES[puk]
    chosen = ["--auth-id", auth_id]
    return [
        Operation("PIN list", ["pin", "list"], [], ["pkcs15-tool", "--list-pins"]),
        Operation("verify PIN", ["pin", "verify", "--stdin"], [pin],
                  ["pkcs15-tool", "--verify-pin", *chosen, "--pin", pin], tries=2),
        Operation("change PIN", ["pin", "change", "--stdin"], [pin, NEW_PIN],
                  ["pkcs15-tool", "--change-pin", *chosen, "--pin", pin, "--new-pin", NEW_PIN],
                  tries=2, pin_afterwards=NEW_PIN),
        Operation("unblock PIN", ["pin", "unblock", "--stdin"], [code, NEW_PIN],
                  ["pkcs15-tool", "--unblock-pin", *chosen, "--puk", code, "--new-pin", NEW_PIN],
                  tries=0, pin_afterwards=NEW_PIN),
        # Listing certificates OpenSC reads all of them whole, and prints their serial numbers.
        Operation("status", ["status"], [], ["pkcs15-tool", "--list-pins", "--list-certificates"],
                  certificates=certificates),
    ]


OPERATIONS = operations()


@dataclasses.dataclass
class Outcome:
    commands: int
    """Sent to the card, GET RESPONSE included."""
    seconds: float
    done: bool


class Runner:
    """Runs operations, each on a fresh card."""

    def __init__(self, service):
        self.service = service
        self.kortvakt = str(service.programs / "kortvakt")
        for name, text in OPENSC.items():
            self._configuration(name).write_text(text)

    def tune(self, driver):
        """Makes a configuration of OpenSC that has nothing but `driver`, called so."""
        self._configuration(driver).write_text(
            f"app default {{ card_drivers = {driver}; enable_default_driver = true; }}\n")

    def _configuration(self, name):
        return self.service.folder / f"opensc-{name}.conf"

    @contextlib.contextmanager
    def environment(self, configuration="ordinary"):
        """Nothing of the caller's, and a home that is empty: OpenSC keeps a cache of the card's files there."""
        with tempfile.TemporaryDirectory(dir=self.service.folder, ignore_cleanup_errors=True) as home:
            gnupg = pathlib.Path(home) / ".gnupg"
            gnupg.mkdir(mode=0o700)
            # The service has the reader, not gpg's own driver.
            (gnupg / "scdaemon.conf").write_text("disable-ccid\n")
            environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8",
                           "PCSCLITE_CSOCK_NAME": os.environ["PCSCLITE_CSOCK_NAME"],
                           "OPENSC_CONF": str(self._configuration(configuration))}
            try:
                yield environment
            finally:
                # What gpg has left running keeps the card.
                if any(gnupg.glob("S.*")):
                    subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=True)

    def ours(self, operation, profile, delay=0):
        named = NAMED.get(profile, []) if operation.tries == 0 else []
        outcome = self._measure(operation, profile, delay, [self.kortvakt, *operation.ours, *named], "ordinary",
                                operation.exit_code)
        if not outcome.done:
            raise Failure(f"kortvakt {' '.join(operation.ours)} did not do it on {profile}:\n{self.output}")
        return outcome

    def opensc(self, operation, profile, configuration, delay=0):
        return self._measure(operation, profile, delay, operation.opensc, configuration)

    def theirs(self, operation, profile, command):
        """By a tool that may be anybody's."""
        return self._measure(operation, profile, 0, command, "ordinary")

    def _measure(self, operation, profile, delay, command, configuration, exit_code=0):
        with self.service.card(profile, tries=operation.tries, delay=delay) as card, \
                self.environment(configuration) as environment:
            start = time.perf_counter()
            result = subprocess.run(command, input="".join(line + "\n" for line in operation.entered), text=True,
                                    env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
            seconds = time.perf_counter() - start
            self.output = result.stdout
            certificates = max(len(re.findall(pattern, self.output)) for pattern in CERTIFICATES)
            done = result.returncode == exit_code and certificates >= operation.certificates \
                and card.code("auth") == (operation.pin_afterwards, card.maximum_tries["auth"])
        return Outcome(card.commands, seconds, done)


@dataclasses.dataclass
class Times:
    wall: float
    user: float
    system: float


class Processes:
    """What whole processes take."""

    @staticmethod
    def times(command, environment):
        """Runs a program, its output thrown away; started without copying this process, which would be timed too."""
        program = shutil.which(command[0])
        actions = [(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                   *((os.POSIX_SPAWN_OPEN, output, "/dev/null", os.O_WRONLY, 0) for output in (1, 2))]
        start = time.perf_counter()
        child = os.posix_spawn(program, command, environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - start
        if status:
            raise Failure(f"{command[0]} failed on the card that others could read.")
        return Times(wall, usage.ru_utime, usage.ru_stime)

    @staticmethod
    def peak(command, environment):
        """Peak memory of a program in KiB; little is seen below what `true` seems to take."""
        helper = str(pathlib.Path(__file__).with_name("peak.py"))
        result = subprocess.run([sys.executable, "-I", "-S", helper, *command], env=environment, text=True,
                                stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True)
        return int(result.stdout)


def mean(values):
    return statistics.mean(values)


def median(values):
    return statistics.median(values)
