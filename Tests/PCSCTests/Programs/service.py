#!/usr/bin/python3
"""A card service that only speaks pcsc-lite's client protocol 4:4 (winscard_msg.h of 1.9.9): service.py SOCKET BEHAVIOUR

denied-context   refuses to establish a context      denied-card   refuses to connect to a card
denied-silently  closes each connection unheard, as pcsc-lite does when polkit says no
readers N        has N readers, 0...16               names         has readers with difficult names
growing          has one reader more each time it is asked
mute             never answers    mute-card        has a card that does not answer a reset
hangs-at-lists   never answers when asked for readers    hangs-at-cards   the same when asked to connect
"""
import os, socket, struct, sys, threading

path, behaviour = sys.argv[1:3]
SECURITY_VIOLATION, UNRESPONSIVE_CARD = 0x8010006A, 0x80100066
PRESENT, SWALLOWED = 4, 8
ESTABLISH, RELEASE, CONNECT, VERSION, STATES, WAIT, STOP_WAITING = 1, 2, 4, 0x11, 0x12, 0x13, 0x14
asked, contexts = 0, 0


def names():
    if behaviour == "readers":
        return [b"Reader %d" % number for number in range(int(sys.argv[3]))]
    if behaviour == "names":
        return [b"not \xff\xfe UTF-8", b"L" * 127, b"two\nlines\x1b[31m", "läsare".encode()]
    if behaviour == "growing":
        return [b"Reader number %d" % number for number in range(min(asked, 5))]
    return [b"Reader"]


def states():
    global asked
    asked += 1
    state, atr = (PRESENT | SWALLOWED, b"") if behaviour == "mute-card" else (PRESENT, b"\x3B\x00")
    table = b"".join(
        struct.pack("=128sIIi36sII", name, 7, state, 0, atr, len(atr), 1) for name in names()
    )
    return table.ljust(16 * 184, b"\0")


def serve(client):
    global contexts
    def receive(count):
        data = b""
        while len(data) < count:
            piece = client.recv(count - len(data))
            if not piece:
                raise EOFError
            data += piece
        return data

    try:
        while True:
            size, command = struct.unpack("=II", receive(8))
            body = receive(size)
            if (behaviour, command) in [("hangs-at-lists", STATES), ("hangs-at-cards", CONNECT)]:
                continue
            if command == ESTABLISH:
                code = SECURITY_VIOLATION if behaviour == "denied-context" else 0
                contexts += 1
                client.sendall(body[:4] + struct.pack("=II", contexts, code))
            elif command == CONNECT:
                code = UNRESPONSIVE_CARD if behaviour == "mute-card" else SECURITY_VIOLATION
                client.sendall(body[:-4] + struct.pack("=I", code))
            elif command in (STATES, WAIT):
                client.sendall(states())
            else:
                client.sendall(body[:-4] + struct.pack("=I", 0) if size >= 4 else struct.pack("=II", 0, 0))
    except (EOFError, OSError):
        client.close()


listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
print("ready", flush=True)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
kept = []
while True:
    client, _ = listener.accept()
    if behaviour == "denied-silently":
        client.close()
    elif behaviour == "mute":
        kept.append(client)
    else:
        threading.Thread(target=serve, args=(client,), daemon=True).start()
