"""What is measured: each operation as ours and as OpenSC's, and whether it was really done."""
import contextlib
import dataclasses
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from service import CODES, Failure

NEW_PIN = "864209"
# Not all their counters can be read, so that nobody can tell which PIN is blocked: it is named.
COUNTERS_UNKNOWN = ["siths-two-step", "fineid"]
# Without the default driver OpenSC recognises none of these cards; `tuned` leaves out asking all other drivers first.
OPENSC = {
    "ordinary": "app default { enable_default_driver = true; }\n",
    "tuned": "app default { card_drivers = default; enable_default_driver = true; }\n",
}


@dataclasses.dataclass
class Operation:
    name: str
    ours: list
    """Arguments of kortvakt."""
    entered: list
    """Lines on its standard input."""
    opensc: list
    """Arguments of pkcs15-tool."""
    blocked: str = None
    """The role of the PIN that is blocked before."""
    pin_afterwards: str = CODES["auth"]


OPERATIONS = [
    Operation("PIN list", ["pin", "list"], [], ["--list-pins"]),
    Operation("verify PIN", ["pin", "verify", "--stdin"], [CODES["auth"]],
              ["--verify-pin", "--auth-id", "01", "--pin", CODES["auth"]]),
    Operation("change PIN", ["pin", "change", "--stdin"], [CODES["auth"], NEW_PIN],
              ["--change-pin", "--auth-id", "01", "--pin", CODES["auth"], "--new-pin", NEW_PIN],
              pin_afterwards=NEW_PIN),
    Operation("unblock PIN", ["pin", "unblock", "--stdin"], [CODES["puk"], NEW_PIN],
              ["--unblock-pin", "--auth-id", "01", "--puk", CODES["puk"], "--new-pin", NEW_PIN],
              blocked="auth", pin_afterwards=NEW_PIN),
    # Listing certificates OpenSC reads both whole, and prints their serial numbers.
    Operation("status", ["status"], [], ["--list-pins", "--list-certificates"]),
]


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

    def _configuration(self, name):
        return self.service.folder / f"opensc-{name}.conf"

    @contextlib.contextmanager
    def environment(self, configuration="ordinary"):
        """Nothing of the caller's, and a home that is empty: OpenSC keeps a cache of the card's files there."""
        with tempfile.TemporaryDirectory(dir=self.service.folder) as home:
            yield {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8",
                   "PCSCLITE_CSOCK_NAME": os.environ["PCSCLITE_CSOCK_NAME"],
                   "OPENSC_CONF": str(self._configuration(configuration))}

    def ours(self, operation, profile, delay=0):
        named = ["--pin", "01"] if operation.blocked and profile in COUNTERS_UNKNOWN else []
        outcome = self._measure(operation, profile, delay, [self.kortvakt, *operation.ours, *named], "ordinary")
        if not outcome.done:
            raise Failure(f"kortvakt {' '.join(operation.ours)} did not do it on {profile}:\n{self.output}")
        return outcome

    def opensc(self, operation, profile, configuration, delay=0):
        return self._measure(operation, profile, delay, ["pkcs15-tool", *operation.opensc], configuration)

    def _measure(self, operation, profile, delay, command, configuration):
        with self.service.card(profile, blocked=operation.blocked, delay=delay) as card, \
                self.environment(configuration) as environment:
            start = time.perf_counter()
            result = subprocess.run(command, input="".join(line + "\n" for line in operation.entered), text=True,
                                    env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
            seconds = time.perf_counter() - start
            self.output = result.stdout
            certificates = max(self.output.count("issued by "), self.output.count("Encoded serial "))
            done = result.returncode == 0 and card.code("auth") == (operation.pin_afterwards, card.maximum_tries["auth"]) \
                and certificates == (2 if operation.name == "status" else 0)
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
