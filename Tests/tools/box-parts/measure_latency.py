"""From a removal to logind's Lock signal, for the daemon and its peers, on the same removals."""
import random
import statistics
import time

import desk
import machine
import peers
import quick
from measures import check, measure

MEDIAN, PERCENTILE_99 = 3.0, 10.0  # ms
# What the daemon itself may take of it, until logind is asked. The rest is the bus, logind and polkit, which logind asks about
# everybody but root; on slow machines that alone is over the median. It is said and does not fail.
OWN = 1.0


@measure
def reaction(removals=200):
    """The daemon by itself, so that no other program's lock is on the way at the same time."""
    scene = desk.Desk()
    slot, times, inside, outside = scene.slots[0], [], [], []
    for _ in range(removals):
        card = slot.insert("piv", seen=False)
        scene.guarded_by(slot)
        scene.identified(slot)
        time.sleep(random.uniform(0.05, 0.15))
        noted, heard = len(scene.bare.entries), len(scene.ear.entries)
        card.pull()
        gone = scene.bare.wait_for(f"out {slot.name}", noted)
        times.append((scene.is_asked(heard) - gone) / 1e6)
        scene.locked(True)
        scene.guarded_by()
        scene.locked(False)
        asked, answered = scene.last_times()
        inside.append(asked)
        outside.append(answered - asked)
    own = statistics.median(inside)
    print(f"From the return of a bare SCardGetStatusChange to logind's Lock signal on the bus, {removals} removals, kortvaktd "
          f"alone (load {quick.load()})")
    print(f"  median {statistics.median(times):.2f} ms, 99 % {quick.percentile(times, 0.99):.2f} ms, longest {max(times):.2f} ms")
    print(f"  of which {own:.2f} ms until it asked logind, which took {statistics.median(outside):.2f} ms to answer: "
          "it asks polkit first")
    for what, value, limit in [("median", statistics.median(times), MEDIAN),
                               ("99th percentile", quick.percentile(times, 0.99), PERCENTILE_99)]:
        print(f"  the {what} is {'under' if value < limit else 'OVER'} {limit:g} ms")
    if own >= OWN:
        check([f"the daemon itself takes {OWN:g} ms or more"])


@measure
def latency(removals=200):
    """From the return of SCardGetStatusChange in a plain C program to logind's Lock signal on the bus."""
    ours = desk.has_daemon()
    scene = desk.Desk(with_daemon=ours)
    slot, rivals = scene.slots[0], [peers.Peer(name) for name in peers.Peer.SETTINGS]
    paths = {rival.name: rival.session.path for rival in rivals}
    paths = ({"kortvaktd": scene.alice.path} if ours else {}) | paths
    times = {name: [] for name in paths}
    missed = dict.fromkeys(paths, 0)
    # One of them passes over the first insertion that there is.
    time.sleep(2.5)
    card = slot.insert("piv", seen=False)
    time.sleep(2.5)
    card.pull()
    time.sleep(2.5)
    if ours:
        scene.locked(True)
        scene.guarded_by()
        scene.locked(False)
    first = len(scene.ear.times(scene.alice.path))
    for _ in range(removals):
        for rival in rivals:
            rival.forget()
        card = slot.insert("piv", seen=False)
        machine.wait_for("the peers see the card", lambda: all(rival.sees_a_card() for rival in rivals), 20)
        if ours:
            scene.guarded_by(slot)
        # pkcs11_eventmgr looks once a second: pulled at any moment between two looks.
        time.sleep(random.uniform(0.05, 1.05))
        noted, heard = len(scene.bare.entries), len(scene.ear.entries)
        card.pull()
        gone = scene.bare.wait_for(f"out {slot.name}", noted)
        for name, path in paths.items():
            when = scene.ear.wait_for(path, heard, 5)
            if when is None:
                missed[name] += 1
            else:
                times[name].append((when - gone) / 1e6)
        if ours:
            scene.locked(True)
            scene.guarded_by()
            scene.locked(False)
    print(f"The same, in ms, all programs on the same {removals} removals; the peers run loginctl lock-session as root, about "
          f"which\nlogind does not ask polkit (load {quick.load()})")
    print(f"  {'':<18}{'median':>9}{'99 %':>9}{'longest':>9}{'missed':>8}   ratio of medians")
    medians = {name: statistics.median(values) for name, values in times.items() if values}
    for name, values in times.items():
        if not values:
            print(f"  {name:<18}{'never':>9}{missed[name]:>26}")
            continue
        ratio = f"{medians['kortvaktd'] / medians[name]:8.3f}" if ours and name != "kortvaktd" and values else ""
        shown = "".join(f"{value:9.2f}" for value in (medians[name], quick.percentile(values, 0.99), max(values)))
        print(f"  {name:<18}{shown}{missed[name]:>8}   {ratio}".rstrip())
    if not ours:
        raise machine.Skipped("kortvaktd is not built: the peers alone")
    problems = [f"{missed['kortvaktd']} removals did not lock"] if missed["kortvaktd"] else []
    locks = len(scene.ear.times(scene.alice.path)) - first
    if locks != removals:
        problems.append(f"{locks} requests to lock for {removals} removals")
    check(problems)
