#!/usr/bin/python3
"""A card service that moves as it is told, for tests of those who wait: moving_service.py SOCKET

Speaks pcsc-lite's client protocol 4:4 (winscard_msg.h of 1.9.9) as pcscd does, and does one thing for each line:
  reader SLOT NAME-IN-HEX    a reader in slot 0...15; no name takes it away
  card SLOT ATR-IN-HEX       puts a card in; "mute" instead of an ATR for one that does not answer
  empty SLOT                 takes the card out
  fail SLOT                  the reader does not say what is in it
  count SLOT N               sets the event counter, without telling those who wait
  state SLOT N               sets the state to the sum of 1 (unknown), 2 (absent), 4 (present), 8 (mute) and more
  bounce SLOT N              takes the card out and puts it in again, N times
  quiet | loud               do not tell those who wait | tell them, at once and from now on
  waits [N [MS]]             says "done" once one client, or N of them, have been waiting for 50 ms, or MS
  answer CODE                answers each wait but a connection's first at once with this return code; 0 ends that
  answers N                  says "done" once it has answered N waits since the last "answer" or "storm"
  slow MS                    takes that long to begin a wait
  storm                      tells those who wait all the time, without anything new; again ends that
  noise N                    N times random states
  hang | drop                never answers anything more | ends all connections
  ignore MESSAGE             never answers this message (a number of winscard_msg.h in hexadecimal)
  connect CODE               answers each SCardConnect with this return code
  transmit CODE [SLOT]       answers each SCardTransmit with this return code, after taking the card out of SLOT
  properties TLV-IN-HEX      what its readers answer to FEATURE_GET_TLV_PROPERTIES, which they have from now on
  control CODE N             answers the next N times SCardControl with this return code
It says "done" after each. Its cards know no command.
"""
import os, random, socket, struct, sys, threading, time

ESTABLISH, RELEASE, CANCEL, VERSION, STATES, WAIT, STOP_WAITING = 1, 2, 0x0D, 0x11, 0x12, 0x13, 0x14
CONNECT, TRANSMIT, CONTROL = 4, 9, 0x0A
CANCELLED, INVALID_HANDLE = 0x80100002, 0x80100003
UNSUPPORTED_FEATURE = 0x8010001F
GET_FEATURE_REQUEST, GET_TLV_PROPERTIES = 0x42000000 + 3400, 0x42330012
UNKNOWN, ABSENT, PRESENT, SWALLOWED = 1, 2, 4, 8
lock = threading.RLock()
begun = threading.Condition(lock)
table = [dict(name=b"", state=ABSENT, count=0, atr=b"") for _ in range(16)]
clients, waiting, failed, handles, beginnings = set(), set(), set(), {}, {}
quiet, hung, storming, code, delay, answers = False, False, False, 0, 0, 0
ignored, connect_code, transmit_code, transmit_slot, properties = set(), 0, 0, None, None
card_handles, control_code, control_failures = 0, 0, 0


def states():
    row = lambda r: struct.pack("=128sIIi36sII", r["name"], r["count"], r["state"], 0, r["atr"], len(r["atr"]), 1)
    return b"".join(row(r) for r in table)


def send(client, data):
    try:
        client.sendall(data)
    except OSError:
        pass


def signal():
    if not quiet:
        for client in waiting:
            send(client, struct.pack("=II", 0, 0))
        waiting.clear()


def answer(client):
    global answers
    with lock:
        if client in waiting:
            answers += 1
            waiting.discard(client)
            if code not in (0, CANCELLED):
                failed.add(client)
            send(client, struct.pack("=II", 0, code))


def control(request, room):
    global control_failures
    if control_failures:
        control_failures -= 1
        return control_code, b""
    if properties is None:
        return UNSUPPORTED_FEATURE, b""
    if request == GET_FEATURE_REQUEST:
        # FEATURE_IFD_PIN_PROPERTIES before it, as drivers have it.
        return 0, b"\x0A\x04\x42\x33\x00\x0A\x12\x04" + struct.pack(">I", GET_TLV_PROPERTIES)
    return 0, properties[:room] if request == GET_TLV_PROPERTIES else b""


def serve(client):
    global card_handles
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
            if command == TRANSMIT:
                receive(struct.unpack("=8I", body)[3])
            if command == CONTROL:
                receive(struct.unpack("=6I", body)[2])
            if command == WAIT:
                time.sleep(delay)
            with lock:
                if hung or command in ignored:
                    continue
                if command == ESTABLISH:
                    handle = len(handles) + 1
                    handles[handle] = client
                    send(client, body[:4] + struct.pack("=II", handle, 0))
                elif command == STATES:
                    send(client, states())
                elif command == WAIT:
                    send(client, states())
                    waiting.add(client)
                    # In the first the library does not wait, and would take the answer for another.
                    is_first = client not in beginnings
                    beginnings[client] = time.monotonic()
                    begun.notify()
                    if (code and not is_first) or storming:
                        # A little later, so that one that is answered too often can be counted.
                        threading.Timer(0.005, answer, [client]).start()
                elif command == STOP_WAITING:
                    # The library waits for an answer here after each code but "cancelled".
                    if client in waiting or client in failed:
                        waiting.discard(client)
                        failed.discard(client)
                        send(client, struct.pack("=II", 0, 0))
                elif command == CANCEL:
                    target = handles.get(struct.unpack("=I", body[:4])[0])
                    found = target in waiting
                    if found:
                        waiting.discard(target)
                        send(target, struct.pack("=II", 0, CANCELLED))
                    send(client, body[:4] + struct.pack("=I", 0 if found else INVALID_HANDLE))
                elif command == CONNECT:
                    # Each card talks T=1.
                    card_handles += 1
                    send(client, body[:-12] + struct.pack("=III", card_handles, 2, connect_code))
                elif command == TRANSMIT:
                    if transmit_slot is not None:
                        move(table[transmit_slot], ABSENT)
                    # Each command is unknown to the card.
                    answered = b"" if transmit_code else b"\x6D\x00"
                    send(client, body[:24] + struct.pack("=II", len(answered), transmit_code) + answered)
                elif command == CONTROL:
                    _, request, _, room, _, _ = struct.unpack("=6I", body)
                    result, answered = control(request, room)
                    send(client, body[:16] + struct.pack("=II", len(answered), result) + answered)
                else:
                    send(client, body[:-4] + struct.pack("=I", 0))
    except (EOFError, OSError):
        with lock:
            waiting.discard(client)
            failed.discard(client)
            clients.discard(client)
        client.close()


def accept():
    while True:
        client, _ = listener.accept()
        with lock:
            clients.add(client)
        threading.Thread(target=serve, args=(client,), daemon=True).start()


def move(row, state, atr=b""):
    row.update(state=state, atr=atr, count=(row["count"] + 1) & 0xFFFF)
    signal()


def obey(verb, arguments):
    global quiet, hung, storming, code, delay, answers
    global connect_code, transmit_code, transmit_slot, properties, control_code, control_failures
    of_slots = ("reader", "card", "empty", "fail", "count", "state", "bounce")
    row = table[int(arguments[0]) % 16] if verb in of_slots else None
    if verb == "reader":
        name = bytes.fromhex(arguments[1]) if len(arguments) > 1 else b""
        row.update(name=name, state=ABSENT, count=0, atr=b"")
        signal()
    elif verb == "card" and arguments[1] == "mute":
        move(row, PRESENT | SWALLOWED)
    elif verb == "card":
        move(row, PRESENT, bytes.fromhex(arguments[1]))
    elif verb == "empty":
        move(row, ABSENT)
    elif verb == "fail":
        row.update(state=UNKNOWN, atr=b"")
        signal()
    elif verb == "count":
        row["count"] = int(arguments[1])
    elif verb == "state":
        row.update(state=int(arguments[1]), atr=b"\x3B\x00" if int(arguments[1]) & PRESENT else b"")
        signal()
    elif verb == "bounce":
        atr = row["atr"]
        for _ in range(int(arguments[1])):
            # Each step for itself, so that those who wait come in between.
            for step in [(ABSENT, b""), (PRESENT, atr)]:
                lock.release()
                lock.acquire()
                move(row, *step)
    elif verb == "quiet":
        quiet = True
    elif verb == "loud":
        quiet = False
        signal()
    elif verb == "answer":
        code, answers = int(arguments[0], 16), 0
        if code:
            for client in list(waiting):
                answer(client)
    elif verb == "waits":
        wanted = int(arguments[0]) if arguments else 1
        least = int(arguments[1]) / 1000 if arguments[1:] else 0.05
        while sum(time.monotonic() - beginnings[client] > least for client in waiting) < wanted:
            begun.wait(0.01)
    elif verb == "answers":
        while answers < int(arguments[0]):
            begun.wait(0.01)
    elif verb == "slow":
        delay = int(arguments[0]) / 1000
    elif verb == "storm":
        storming, answers = not storming, 0
        signal()
    elif verb == "noise":
        for _ in range(int(arguments[0])):
            for row in table:
                name = random.choice([b"", b"A", b"B", b"C", bytes(random.choices(range(1, 256), k=127))])
                atr = bytes(random.choices(range(256), k=random.randrange(1, 34)))
                row.update(name=name, state=random.randrange(64) & ~SWALLOWED, count=random.randrange(1 << 20), atr=atr)
            lock.release()
            lock.acquire()
            signal()
    elif verb == "ignore":
        ignored.add(int(arguments[0], 16))
    elif verb == "connect":
        connect_code = int(arguments[0], 16)
    elif verb == "transmit":
        transmit_code, transmit_slot = int(arguments[0], 16), int(arguments[1]) if arguments[1:] else None
    elif verb == "properties":
        properties = bytes.fromhex(arguments[0])
    elif verb == "control":
        control_code, control_failures = int(arguments[0], 16), int(arguments[1])
    elif verb == "hang":
        hung = True
    elif verb == "drop":
        for client in clients:
            client.shutdown(socket.SHUT_RDWR)


listener = socket.socket(socket.AF_UNIX)
# It must not be found before it listens.
listener.bind(sys.argv[1] + ".new")
listener.listen()
os.rename(sys.argv[1] + ".new", sys.argv[1])
threading.Thread(target=accept, daemon=True).start()
print("ready", flush=True)
for line in sys.stdin:
    with lock:
        obey(line.split()[0], line.split()[1:])
    print("done", flush=True)
os._exit(0)
