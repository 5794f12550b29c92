"""What measurements need beside the rows' parts: readers that tell of a card at once, cards by the thousand, exact times."""
import math
import pathlib
import shlex
import shutil
import socket
import subprocess
import threading

import machine
import readers
from machine import Failure, run, wait_for

FOLDER = pathlib.Path("/run/box-programs")
PACKAGES = {"quick_reader": ["libpcsclite"], "bare_wait": ["libpcsclite"], "bus_ear": ["libsystemd"]}
NAME = "Quick Reader"
# Of no product (ISO/IEC 7816-3: T=1, four historical bytes, check byte).
ATR = bytes.fromhex("3B8401") + b"Test"
ATR += bytes([ATR[1] ^ ATR[2] ^ ATR[3] ^ ATR[4] ^ ATR[5] ^ ATR[6]])


def compiled(name):
    """Compiles one of the C programs, or the readers' driver, and answers its path."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        raise machine.Skipped("there is no C compiler")
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / name
    if not path.exists():
        flags = [shlex.split(run("pkg-config", word, *PACKAGES[name])) for word in ("--cflags", "--libs")]
        kind = ["-shared", "-fPIC", "-pthread"] if name == "quick_reader" else []
        run(compiler, "-Wall", "-Wextra", "-O2", *kind, *flags[0], "-o", path, machine.PARTS / f"{name}.c", *flags[1])
    return path


def plug_in(count=2):
    """Sets up so many readers of one slot each and starts the card service with them."""
    driver = compiled("quick_reader")
    titles = [f"{NAME} {chr(ord('A') + number)}" for number in range(count)]
    pathlib.Path("/etc/reader.conf.d/quick").write_text("".join(
        f'FRIENDLYNAME "{title}"\nDEVICENAME /dev/null:{readers.FIRST_PORT + number:#x}\nLIBPATH {driver}\n'
        f"CHANNELID {number}\n\n" for number, title in enumerate(titles)))
    readers.restart_service()
    names = wait_for("the readers", lambda: len(readers.names()) == count and readers.names())
    # pcscd adds a number of the reader and one of the slot.
    return [readers.Reader(next(name for name in names if name.startswith(title)), readers.FIRST_PORT + number)
            for number, title in enumerate(titles)]


class PlainCard:
    """A card that nobody recognises: it has an ATR and knows no command. Takes no process, so that it is in at once."""

    def __init__(self, reader):
        self.connection = socket.create_connection(("127.0.0.1", reader.port))
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self):
        try:
            while header := self._receive(2):
                message = self._receive(int.from_bytes(header, "big"))
                if len(message) > 1:
                    self._send(b"\x6D\x00")  # ISO/IEC 7816-4: instruction not supported
                elif message == b"\x04":
                    self._send(ATR)
        except OSError:
            pass

    def _receive(self, count):
        return self.connection.recv(count, socket.MSG_WAITALL)

    def _send(self, data):
        self.connection.sendall(len(data).to_bytes(2, "big") + data)

    def pull(self):
        self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()


class Lines:
    """A program whose lines are noted; each starts with nanoseconds of the monotonic clock."""

    def __init__(self, *command, ready):
        self.entries = []
        self.changed = threading.Condition()
        self.child = subprocess.Popen([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE)
        for line in self.child.stdout:
            if line.strip() == ready:
                break
        else:
            raise Failure(f"{command[0]} does not run")
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.child.stdout:
            when, text = line.rstrip("\n").split(" ", 1)
            with self.changed:
                self.entries.append((int(when), text))
                self.changed.notify_all()

    def times(self, text, since=0):
        """When this was said, from the entry with that number on."""
        return [when for when, said in self.entries[since:] if said == text]

    def wait_for(self, text, since=0, seconds=10.0):
        """Waits until it has been said, and answers when it was first; None when it was not within so many seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.times(text, since), seconds)
        return next(iter(self.times(text, since)), None)

    def end(self):
        self.child.terminate()
        self.child.wait()


def bare_wait():
    """What a plain program knows of cards: `in` or `out` and the reader's name."""
    return Lines(compiled("bare_wait"), ready="waiting")


def bus_ear():
    """When logind's Lock signal is on the bus: the session's path."""
    return Lines(compiled("bus_ear"), ready="listening")


def percentile(values, part):
    """The value that this part of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def load():
    return pathlib.Path("/proc/loadavg").read_text(encoding="ascii").split()[0]
