"""Thousands of insertions and removals: each removal of a guarding card locks once, and nothing grows."""
import pathlib
import random
import time

import desk
import machine
import quick
from machine import Failure
from measures import check, measure

READERS = 4
# What memory may grow by after the first tenth, in kB: less than 30 bytes for each removal.
GROWTH = 256
# Cards of these readers can be identified; those of the others are of no product.
PROFILES = {2: "siths", 3: "piv"}


def resident(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(text.split("VmRSS:")[1].split()[0])


class Table:
    """Four readers, and what is to be true of them."""

    def __init__(self, scene, random_numbers):
        self.scene, self.random = scene, random_numbers
        self.cards, self.open = {}, True
        self.insertions = self.guarding = self.idle = 0

    def occupied(self):
        return [self.scene.slots[number] for number in self.cards]

    def settled(self):
        if self.open:
            self.scene.guarded_by(*self.occupied())
        else:
            self.scene.knows(*self.occupied())

    def insert(self, number):
        slot = self.scene.slots[number]
        profile = PROFILES.get(number)
        self.cards[number] = slot.insert(profile, seen=False) if profile else quick.PlainCard(slot)
        self.insertions += 1
        self.settled()

    def remove(self, number):
        heard = len(self.scene.ear.entries)
        self.cards.pop(number).pull()
        if not self.open:
            self.idle += 1
            self.settled()
            return
        self.guarding += 1
        self.scene.is_asked(heard)
        self.scene.locked(True)
        self.open = False
        self.scene.guarded_by()
        self.settled()

    def unlock(self):
        self.scene.locked(False)
        self.open = True
        self.settled()

    def step(self):
        """One move: a card goes in or out, in any reader, and sooner or later somebody unlocks."""
        if not self.open and (not self.cards or self.random.random() < 0.7):
            self.unlock()
        number = self.random.randrange(READERS)
        if number in self.cards:
            self.remove(number)
        else:
            self.insert(number)


@measure
def churn(insertions=10_000, seed=None):
    """Insertions and removals across four readers."""
    if not desk.has_daemon():
        raise machine.Skipped("kortvaktd is not built")
    seed = int(seed) if seed is not None else random.randrange(1 << 32)
    scene = desk.Desk(count=READERS, others=1)
    table = Table(scene, random.Random(seed))
    pid = machine.main_pid("kortvaktd")
    memory, started, reported = [], time.monotonic(), 0
    try:
        while table.insertions < insertions or table.cards:
            if table.insertions < insertions:
                table.step()
            else:
                table.remove(next(iter(table.cards)))
            if table.insertions // 100 > reported:
                reported = table.insertions // 100
                memory.append(resident(pid))
    except Failure as problem:
        raise Failure(f"at insertion {table.insertions}, seed {seed}: {problem}") from problem
    seconds = time.monotonic() - started
    # What must not come has no event that could be waited for.
    time.sleep(1)
    locks, foreign = len(scene.ear.times(scene.alice.path)), len(scene.ear.entries)
    foreign -= locks
    early, late = memory[:max(1, len(memory) // 10)], memory[max(1, len(memory) // 10):]
    growth = max(late, default=early[-1]) - max(early)
    print(f"{table.insertions} insertions and as many removals across {READERS} readers, through pcscd, in {seconds:.0f} s "
          f"(seed {seed})")
    print(f"  removals of a guarding card       {table.guarding:6}")
    print(f"  removals while locked             {table.idle:6}")
    print(f"  requests to lock the session      {locks:6}")
    print(f"  requests to lock another session  {foreign:6}")
    print(f"  resident memory, kB: {early[-1]} after a tenth, {max(late, default=0)} at most after that, {memory[-1]} at last")
    problems = []
    if locks != table.guarding:
        problems.append(f"{table.guarding} removals of a guarding card, {locks} requests to lock")
    if foreign:
        problems.append("another session was asked to lock")
    if growth > GROWTH:
        problems.append(f"memory grew by {growth} kB after the first tenth, more than {GROWTH}")
    if machine.main_pid("kortvaktd") != pid:
        problems.append("kortvaktd did not stay alive")
    check(problems)
