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
def latency(removals=200):
    """From the return of SCardGetStatusChange in a plain C program to logind's Lock signal on the bus."""
    ours = desk.has_daemon()
    scene = desk.Desk(with_daemon=ours)
    slot, rivals = scene.slots[0], [peers.Peer(name) for name in peers.Peer.SETTINGS]
    paths = {rival.name: rival.session.path for rival in rivals}
    paths = ({"kortvaktd": scene.alice.path} if ours else {}) | paths
    times = {name: [] for name in paths}
    missed = dict.fromkeys(paths, 0)
    inside, outside = [], []
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
            asked, answered = scene.last_times()
            inside.append(asked)
            outside.append(answered - asked)
    print(f"From the return of a bare SCardGetStatusChange to logind's Lock signal on the bus, ms, {removals} removals of one")
    print(f"card, all programs at once; the peers run loginctl lock-session (load {quick.load()})")
    print(f"  {'':<18}{'median':>9}{'99 %':>9}{'longest':>9}{'missed':>8}   ratio of medians")
    medians = {name: statistics.median(values) for name, values in times.items() if values}
    for name, values in times.items():
        if not values:
            print(f"  {name:<18}{'never':>9}{missed[name]:>26}")
            continue
        ratio = f"{medians['kortvaktd'] / medians[name]:8.3f}" if ours and name != "kortvaktd" and values else ""
        shown = "".join(f"{value:9.2f}" for value in (medians[name], quick.percentile(values, 0.99), max(values)))
        print(f"  {name:<18}{shown}{missed[name]:>8}   {ratio}".rstrip())
    if inside:
        print(f"  kortvaktd says of itself, medians: {statistics.median(inside):.2f} ms until it asked logind, which took "
              f"{statistics.median(outside):.2f} ms\n  to answer: it asks polkit first, but not for the peers, which run as root")
    if not ours:
        raise machine.Skipped("kortvaktd is not built: the peers alone")
    mine = times["kortvaktd"] or [float("inf")]
    problems = [f"{missed['kortvaktd']} removals did not lock"] if missed["kortvaktd"] else []
    if statistics.median(inside) >= OWN:
        problems.append(f"the daemon itself takes {OWN:g} ms or more")
    for what, value, limit in [("median", statistics.median(mine), MEDIAN),
                               ("99th percentile", quick.percentile(mine, 0.99), PERCENTILE_99)]:
        print(f"  the {what} is {'under' if value < limit else 'OVER'} {limit:g} ms")
    locks = len(scene.ear.times(scene.alice.path)) - first
    if locks != removals:
        problems.append(f"{locks} requests to lock for {removals} removals")
    check(problems)
