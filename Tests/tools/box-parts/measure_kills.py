"""The card service killed again and again."""
import collections
import random
import threading
import time

import desk
import machine
from machine import Failure, run
from measures import check, measure

PATIENCE = 2
KINDS = ["stays", "pulled", "stays", "exchanged"]
# The daemon does not hurry back to a service that keeps dying: systemd refuses a sixth start within ten seconds. After so
# long a time of service, and where the card has stayed, nothing may happen.
CALM, EVERY = 11, 5


class Rounds:
    def __init__(self, random_numbers):
        self.random = random_numbers
        # Else systemd would give up after five in ten seconds, which is another matter (the row service-stopped).
        machine.drop_in("[Unit]\nStartLimitIntervalSec=0\n", unit="pcscd")
        self.scene = desk.Desk(settings=f"[Lock]\nServicePatienceSec={PATIENCE}\n", others=1)
        # It ends with the service, and is not needed.
        self.scene.bare.end()
        self.slot, self.card = self.scene.slots[0], None
        self.done = collections.Counter()

    def start(self, identified):
        """A card guards the open session; `identified`: and is known, without which it could not be known again."""
        if self.card is None:
            self.card = self.slot.insert(seen=False)
        self.scene.guarded_by(self.slot)
        if identified:
            self.scene.identified(self.slot)

    def kill(self, kind, calm):
        """Kills the service, the card moves at about that time, and what should follow does."""
        if calm:
            time.sleep(CALM)
        heard = len(self.scene.ear.entries)
        offset = self.random.uniform(-0.2, 0.3)
        mover = threading.Thread(target=self.move, args=[kind, max(0.0, offset)])
        mover.start()
        time.sleep(max(0.0, -offset))
        machine.kill("pcscd")
        mover.join()
        if kind == "stays":
            asked = self.scene.ear.wait_for(self.scene.alice.path, heard, PATIENCE + 0.5) is not None
            reason = self.scene.last_reason() if asked else None
            if asked and (calm or reason != "service-lost"):
                raise Failure(f"asked to lock: {reason}")
            self.done["stays, locked" if asked else "stays, calm" if calm else "stays"] += 1
        else:
            self.scene.is_asked(heard, PATIENCE + 5)
            asked = True
            self.done[kind] += 1
        if asked:
            self.scene.locked(True)
            self.scene.guarded_by()
        if kind == "stays":
            # A virtual card is back a moment later than its reader; opened before, the session would lose it again.
            self.scene.knows(self.slot)
        else:
            if kind == "exchanged":
                self.card.pull()
            self.card = None
            self.scene.knows()
        if asked:
            self.scene.locked(False)
        more = len(self.scene.ear.entries) - heard
        if more != asked:
            raise Failure(f"{more} requests to lock")

    def move(self, kind, delay):
        time.sleep(delay)
        if kind != "stays":
            self.card.pull()
        if kind == "exchanged":
            self.card = self.slot.insert("piv", seen=False)


@measure
def kills(times=100, seed=None):
    """pcscd is killed at any moment, and the card stays, is pulled or exchanged at about that time."""
    if not desk.has_daemon():
        raise machine.Skipped("kortvaktd is not built")
    seed = int(seed) if seed is not None else random.randrange(1 << 32)
    rounds = Rounds(random.Random(seed))
    pid, problems = machine.main_pid("kortvaktd"), []
    for number in range(1, times + 1):
        calm = number % EVERY == 0
        kind = "stays" if calm else rounds.random.choice(KINDS)
        try:
            rounds.start(identified=kind != "pulled")
            rounds.kill(kind, calm)
        except Failure as problem:
            problems.append(f"kill {number}, card {kind}: {problem}")
            for line in machine.journal("kortvaktd").splitlines()[-10:]:
                print(f"    kortvaktd: {line}")
            break
    print(f"pcscd killed (SIGKILL) {rounds.done.total()} times at any moment, patience {PATIENCE} s (seed {seed})")
    for what, key in [(f"card stays, after {CALM} s of service: nothing locked", "stays, calm"),
                      ("card stays, killed again sooner: nothing locked", "stays"),
                      ("  the same, not back within the patience: locked once", "stays, locked"),
                      ("card pulled at about that time: locked once", "pulled"),
                      ("card exchanged at about that time: locked once", "exchanged")]:
        print(f"  {what:<54}{rounds.done[key]:5}")
    restarts = run("systemctl", "show", "--property=NRestarts", "--value", "kortvaktd").strip()
    alive = machine.main_pid("kortvaktd") == pid and restarts == "0"
    print(f"  the daemon has been the same process all the time: {'yes' if alive else 'no'}")
    if not alive:
        problems.append("kortvaktd did not stay alive")
    check(problems)
