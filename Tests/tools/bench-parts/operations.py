"""What is measured: each operation as ours and as OpenSC's, and whether it was really done."""
import contextlib
import dataclasses
import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

from service import CODES, Failure

NEW_PIN = "864209"
CERTIFICATES = ["45", "7369676e2d32"]
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
    """Arguments of pkcs15-tool, one list for each process."""
    blocked: str = None
    """The role of the PIN that is blocked before."""
    pin_afterwards: str = CODES["auth"]


OPERATIONS = [
    Operation("PIN list", ["pin", "list"], [], [["--list-pins"]]),
    Operation("verify PIN", ["pin", "verify", "--stdin"], [CODES["auth"]],
              [["--verify-pin", "--auth-id", "01", "--pin", CODES["auth"]]]),
    Operation("change PIN", ["pin", "change", "--stdin"], [CODES["auth"], NEW_PIN],
              [["--change-pin", "--auth-id", "01", "--pin", CODES["auth"], "--new-pin", NEW_PIN]],
              pin_afterwards=NEW_PIN),
    Operation("unblock PIN", ["pin", "unblock", "--pin", "auth", "--stdin"], [CODES["puk"], NEW_PIN],
              [["--unblock-pin", "--auth-id", "01", "--puk", CODES["puk"], "--new-pin", NEW_PIN]],
              blocked="auth", pin_afterwards=NEW_PIN),
    Operation("status", ["status"], [],
              [["--list-pins", "--list-certificates", "--read-certificate", CERTIFICATES[0]],
               ["--read-certificate", CERTIFICATES[1]]]),
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
        outcome = self._measure(operation, profile, delay, [[self.kortvakt, *operation.ours]], "ordinary")
        if not outcome.done:
            raise Failure(f"kortvakt {' '.join(operation.ours)} did not do it on {profile}:\n{self.output}")
        return outcome

    def opensc(self, operation, profile, configuration, delay=0):
        commands = [["pkcs15-tool", *arguments] for arguments in operation.opensc]
        return self._measure(operation, profile, delay, commands, configuration)

    def _measure(self, operation, profile, delay, commands, configuration):
        with self.service.card(profile, blocked=operation.blocked, delay=delay) as card:
            codes, seconds, self.output = [], 0.0, ""
            for command in commands:
                with self.environment(configuration) as environment:
                    start = time.perf_counter()
                    result = subprocess.run(command, input="".join(line + "\n" for line in operation.entered), text=True,
                                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
                    seconds += time.perf_counter() - start
                codes.append(result.returncode)
                self.output += result.stdout
            pin, tries = card.code("auth")
            certificates = self.output.count("BEGIN CERTIFICATE") if command[0] == "pkcs15-tool" \
                else self.output.count("issued by ")
            done = not any(codes) and pin == operation.pin_afterwards and tries > 0 \
                and (operation.name != "status" or certificates == len(CERTIFICATES))
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
                   (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
        start = time.perf_counter()
        child = os.posix_spawn(program, command, environment, file_actions=actions)
        _, status, usage = os.wait4(child, 0)
        wall = time.perf_counter() - start
        if status:
            raise Failure(f"{command[0]} failed on the card that others could read.")
        return Times(wall, usage.ru_utime, usage.ru_stime)

    @staticmethod
    def peak(command, environment):
        """Peak memory of a program in KiB; the kernel counts what this process leaves in the child before it becomes
        the program, so that there is a floor: what `true` seems to take."""
        program = shutil.which(command[0])
        child = os.fork()
        if child == 0:
            null = os.open("/dev/null", os.O_RDWR)
            for descriptor in range(3):
                os.dup2(null, descriptor)
            os.execve(program, command, environment)
        return os.wait4(child, 0)[2].ru_maxrss


def median(values):
    return statistics.median(list(values))
