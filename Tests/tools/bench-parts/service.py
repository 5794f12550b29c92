"""A card service of one's own with a virtual reader, and software cards to put into it.

Everything started here ends with it, by its process id, also when this process is killed; needs no privileges.
"""
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

READER = b"Bench Reader 00 00"
CODES = {"auth": "246810", "sign": "135790", "puk": "13572468", "resetting-code": "97531864", "admin": "86421357"}
_INSIDE = "KORTVAKT_BENCH_NAMESPACE"
_UNSHARE = ["unshare", "--user", "--map-root-user", "--net", "--mount"]
_PR_SET_PDEATHSIG = 1
# winscard.h / pcsclite.h
_SCOPE_SYSTEM = 2
_STATE_UNAWARE, _STATE_CHANGED, _STATE_EMPTY, _STATE_PRESENT = 0, 0x02, 0x10, 0x20
_libc = ctypes.CDLL(None)


class Failure(Exception):
    """Why there is nothing to measure; the sentence is for the person who called."""


def enter_namespace():
    """Goes on in a network of its own, where nobody else reaches the virtual reader's port; same process id."""
    if os.environ.get(_INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        # pcscd writes a file with its process id where the system's own keeps it.
        if os.path.isdir("/run/pcscd"):
            subprocess.run(["mount", "-t", "tmpfs", "none", "/run/pcscd"], check=True)
        return
    if shutil.which("unshare") and subprocess.run([*_UNSHARE, "true"], stderr=subprocess.DEVNULL).returncode == 0:
        os.environ[_INSIDE] = "1"
        os.execvp(_UNSHARE[0], [*_UNSHARE, sys.executable, *sys.argv])
    print("No namespaces here: while this runs, whoever reaches the virtual reader's port can insert a card.")


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(command, **options):
    """Starts a program that the kernel ends when this one ends."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent, **options)


def stop(process):
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class _ReaderState(ctypes.Structure):
    _fields_ = [("reader", ctypes.c_char_p), ("user", ctypes.c_void_p), ("current", ctypes.c_ulong),
                ("event", ctypes.c_ulong), ("atr_length", ctypes.c_ulong), ("atr", ctypes.c_ubyte * 33)]


class Service:
    """pcscd with one virtual reader; use with `with`."""

    def __init__(self, driver, programs):
        self.driver, self.programs = driver, programs
        self.fresh = {}

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kortvakt-bench-")))
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _start(self, stack):
        self.port = self._free_port()
        (self.folder / "readers").mkdir()
        driver = shutil.copy(self.driver, self.folder / "driver.so")
        (self.folder / "readers/vpcd").write_text(
            f'FRIENDLYNAME "Bench Reader"\nDEVICENAME /dev/null:{self.port:#x}\n'
            f"LIBPATH {driver}\nCHANNELID {self.port:#x}\n")
        path = f"{self.folder}/pcscd.comm"
        os.environ["PCSCLITE_CSOCK_NAME"] = path
        log = stack.enter_context(open(self.folder / "log", "wb"))
        service = start(["systemd-socket-activate", "-l", path, "pcscd", "--foreground", "-c", self.folder / "readers"],
                        stdout=log, stderr=log)
        stack.callback(stop, service)
        library = ctypes.CDLL("libpcsclite.so.1")
        self._status_change = library.SCardGetStatusChange
        self._status_change.argtypes = [ctypes.c_long, ctypes.c_ulong, ctypes.POINTER(_ReaderState), ctypes.c_ulong]
        self._context = ctypes.c_long()
        # 1 s at least for the service to come up: systemd-socket-activate listens before it starts pcscd.
        deadline = time.monotonic() + 10
        while library.SCardEstablishContext(_SCOPE_SYSTEM, None, None, ctypes.byref(self._context)) != 0:
            if service.poll() is not None or time.monotonic() > deadline:
                raise Failure("pcscd did not start:\n" + (self.folder / "log").read_text(errors="replace"))
            time.sleep(0.01)
        self.wait(present=False)

    @staticmethod
    def _free_port():
        """An even port that is free now, and the next one, which is the reader's second slot."""
        for port in range(0x9000, 0xA000, 2):
            with socket.socket() as first, socket.socket() as second, contextlib.suppress(OSError):
                first.bind(("", port))
                second.bind(("", port + 1))
                return port
        raise Failure("No free port for the virtual reader.")

    def wait(self, present):
        """Returns when the service says that a card is in the reader, or that none is."""
        wanted = _STATE_PRESENT if present else _STATE_EMPTY
        state = _ReaderState(reader=READER, current=_STATE_UNAWARE)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            result = self._status_change(self._context, 1000, ctypes.byref(state), 1)
            if result == 0 and state.event & wanted:
                return
            state.current = state.event & ~_STATE_CHANGED if result == 0 else _STATE_UNAWARE
            if result != 0:
                time.sleep(0.01)
        raise Failure(f"The virtual reader does not {'show' if present else 'lose'} its card.")

    @contextlib.contextmanager
    def insert(self, profile, *options):
        """A software card in the reader."""
        process = start([self.programs / "kortvakt-card", profile, "--connect", f"127.0.0.1:{self.port}", *options],
                        stdout=subprocess.DEVNULL)
        try:
            self.wait(present=True)
            yield
        finally:
            stop(process)
        self.wait(present=False)

    @contextlib.contextmanager
    def card(self, profile, tries=None, delay=0):
        """A fresh card in the reader, whose login PIN has `tries` left, or all."""
        card = Card(self, profile, tries)
        with self.insert(profile, "--delay", str(delay), "--count", card.count_file, "--state", card.state_file):
            yield card
        card.commands = int(dict(part.split("=") for part in card.count_file.read_text().split())["commands"])
        shutil.rmtree(card.folder)


class Card:
    """A software card; `commands` is how many it was sent, known when it has been pulled."""

    commands = None

    def __init__(self, service, profile, tries):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=service.folder))
        self.count_file, self.state_file = self.folder / "count", self.folder / "state"
        if profile not in service.fresh:
            with service.insert(profile, "--state", self.state_file):
                service.fresh[profile] = self.state_file.read_text()
        state = json.loads(service.fresh[profile])
        # Each role has a code of its own on a fresh card, whatever the card calls it.
        self._names = {role: name for role, value in CODES.items()
                       for name, code in state["codes"].items() if code["value"] == value}
        self.maximum_tries = {role: state["codes"][name]["remainingTries"] for role, name in self._names.items()}
        if tries is not None:
            state["codes"][self._names["auth"]]["remainingTries"] = tries
        self.state_file.write_text(json.dumps(state))

    def code(self, role):
        """The code that the card has now, and how many tries are left."""
        code = json.loads(self.state_file.read_text())["codes"][self._names[role]]
        return code["value"], code["remainingTries"]
