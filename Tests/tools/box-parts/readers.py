"""Virtual readers in the box's own pcscd, and software cards that are put in and pulled."""
import contextlib
import json
import pathlib
import shutil
import subprocess
import threading
import time

import machine
from machine import Failure, run, wait_for

# Not the installed one: cards come from outside of what is tried.
CARD_PROGRAM = machine.BUILD / "release/kortvakt-card"
DRIVER = machine.BUILD / "vpcd/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
NAME = "Box Reader"
FIRST_PORT = 0x9000


def driver(copy):
    """The driver's path. It keeps its readers in one table a library, so that each further pair of readers needs a copy."""
    if not DRIVER.exists():
        raise machine.Skipped("the virtual reader's driver is not unpacked: make vpcd")
    path = pathlib.Path(f"/run/box-driver-{copy}.so")
    shutil.copy(DRIVER, path)
    return path


def plug_in(pairs=1, name=NAME):
    """Sets up so many pairs of readers and starts the card service, which listens for their cards.

    Each pair has a name of its own: pcscd numbers readers of one driver, and gives those of two copies the same names.
    """
    readers = []
    for pair in range(pairs):
        port, title = FIRST_PORT + 2 * pair, name if pair == 0 else f"{name} {chr(ord('A') + pair)}"
        pathlib.Path(f"/etc/reader.conf.d/box{pair}").write_text(
            f'FRIENDLYNAME "{title}"\nDEVICENAME /dev/null:{port:#x}\nLIBPATH {driver(pair)}\nCHANNELID {port:#x}\n')
        readers += [Reader(f"{title} 00 {slot:02X}", port + slot) for slot in range(2)]
    restart_service()
    return readers


def restart_service():
    machine.restart("pcscd.service")


def listening(port):
    """Whether a program listens on that TCP port (proc(5), /proc/net/tcp; state 0A is LISTEN)."""
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(row.split()[1].endswith(f":{port:04X}") and row.split()[3] == "0A" for row in table)


def status(personal=False):
    """What `kortvakt status` sees: the name of each reader, with its card or None."""
    result = run("kortvakt", "status", "--json", *(["--show-personal-data"] if personal else []), check=False)
    if result.returncode not in (0, 3, 4):
        raise Failure(f"kortvakt status: exit code {result.returncode}\n{result.stdout}{result.stderr}")
    return {reader["name"]: reader["card"] for reader in json.loads(result.stdout).get("readers", [])}


def names():
    """The readers that there are, and whether there is a card in each.

    Asked with a program of others that does not talk to the card, so that a mute or busy one is seen as well.
    """
    found = {}
    for row in run("opensc-tool", "--list-readers", check=False).stdout.splitlines():
        words = row.split(maxsplit=2)
        if len(words) == 3 and words[0].isdigit():
            found[words[2].strip()] = words[1] == "Yes"
    return found


class Reader:
    """One slot of a virtual reader: a TCP port to which the card connects."""

    def __init__(self, name, port):
        self.name, self.port = name, port

    def insert(self, profile="siths", *options, seen=True, once=False):
        """Puts a card in; two of one profile are the same card, with one serial number and one memory of tries.

        With `seen`, waits until pcscd has noticed, which asks a virtual reader every few hundred milliseconds. `once`: it
        does not stay when the connection ends.
        """
        return Card(self, profile, options, seen, once)

    def occupied(self):
        return names().get(self.name, False)


class Card:
    """A card in a reader. It stays there when the card service restarts, as a real one does."""

    def __init__(self, reader, profile, options, seen, once):
        machine.built("kortvakt-card")
        self.reader, self.once, self.ended = reader, once, False
        folder = pathlib.Path("/run/box-cards")
        folder.mkdir(exist_ok=True)
        self.command = [CARD_PROGRAM, profile, "--connect", f"127.0.0.1:{reader.port}",
                        "--state", folder / f"{profile}.json", *options]
        self.child = None
        self.lock = threading.Lock()
        self.connected = threading.Event()
        threading.Thread(target=self._keep_in, daemon=True).start()
        self.connected.wait(10)
        if seen:
            wait_for(f"a card in {reader.name}", reader.occupied)

    def _keep_in(self):
        # The program ends with the connection, which pcscd closes when it ends.
        while not self.ended:
            if not listening(self.reader.port):
                time.sleep(0.005)
                continue
            with self.lock:
                if self.ended:
                    return
                self.child = subprocess.Popen([str(word) for word in self.command], stdin=subprocess.DEVNULL,
                                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.connected.set()
            self.child.wait()
            self.ended = self.ended or self.once

    def pull(self):
        """Takes the card out and answers when, in seconds of the monotonic clock."""
        with self.lock:
            self.ended = True
            if self.child and self.child.poll() is None:
                # A card that was told to be mute would not end for a plain request.
                self.child.kill()
                self.child.wait()
        return time.monotonic()


@contextlib.contextmanager
def busy(reader, seconds=60):
    """Another program that keeps the card in `reader` to itself, inside a transaction."""
    with machine.process(machine.PARTS / "hold-card", reader.name, str(seconds), stdout=subprocess.PIPE, text=True) as child:
        line = child.stdout.readline()
        if line.strip() != "held":
            raise Failure(f"the other program does not hold the card: {line!r}")
        yield child
