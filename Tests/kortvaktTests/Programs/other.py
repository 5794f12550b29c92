#!/usr/bin/python3
"""Another program at the same card, on libpcsclite directly: other.py READER WHAT

present, empty  waits until the card is there or gone, and ends
exclusive       connects alone                   shared       connects beside others
transaction     connects and begins a transaction
Those three say "ready" and hold on until a line arrives, or standard input ends; "reset" resets the card first.
resetting       resets the card again and again, each time after a transaction of its own, until standard input ends
"""
import ctypes, select, sys

library = ctypes.CDLL("libpcsclite.so.1")
word = ctypes.c_ulong
SHARED, EXCLUSIVE, ANY_PROTOCOL, LEAVE, RESET = 2, 1, 3, 0, 1
context, card, active = ctypes.c_long(), ctypes.c_long(), word()
name, what = sys.argv[1].encode(), sys.argv[2]


def check(code):
    if code & 0xFFFFFFFF:
        sys.exit("%08X" % (code & 0xFFFFFFFF))


class State(ctypes.Structure):
    _fields_ = [("reader", ctypes.c_char_p), ("data", ctypes.c_void_p), ("current", word), ("event", word),
                ("length", word), ("atr", ctypes.c_ubyte * 33)]


def wait(wanted):
    state = State(name, None, 0, 0, 0)
    while True:
        check(library.SCardGetStatusChange(context, word(1000), ctypes.byref(state), word(1)))
        if state.event & wanted and not (wanted == 0x20 and state.length == 0 and not state.event & 0x200):
            return
        state.current = state.event


def connect():
    share = EXCLUSIVE if what == "exclusive" else SHARED
    check(library.SCardConnect(context, name, word(share), word(ANY_PROTOCOL), ctypes.byref(card), ctypes.byref(active)))


check(library.SCardEstablishContext(word(2), None, None, ctypes.byref(context)))
if what in ("present", "empty"):
    wait(0x20 if what == "present" else 0x10)
    sys.exit()
connect()
if what == "transaction":
    check(library.SCardBeginTransaction(card))
print("ready", flush=True)
if what == "resetting":
    while not select.select([sys.stdin], [], [], 0)[0]:
        check(library.SCardReconnect(card, word(SHARED), word(ANY_PROTOCOL), word(RESET), ctypes.byref(active)))
else:
    for line in sys.stdin:
        if line == "reset\n":
            check(library.SCardReconnect(card, word(SHARED), word(ANY_PROTOCOL), word(RESET), ctypes.byref(active)))
        print("done", flush=True)
        break
