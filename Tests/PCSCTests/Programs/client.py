#!/usr/bin/python3
"""Another program that uses a card, on libpcsclite directly: client.py READER shared|exclusive|transaction

Connects, says "ready", and does one thing for each line that it reads: "reset" resets the card and connects again,
"end" ends its transaction, "exit" goes. It says "done" after each.
"""
import ctypes, sys

library = ctypes.CDLL("libpcsclite.so.1")
word = ctypes.c_ulong
SHARED, EXCLUSIVE, ANY_PROTOCOL, LEAVE, RESET = 2, 1, 3, 0, 1
context, card, active = ctypes.c_long(), ctypes.c_long(), word()


def check(code):
    if code & 0xFFFFFFFF:
        sys.exit("%08X" % (code & 0xFFFFFFFF))


def connect():
    share = EXCLUSIVE if sys.argv[2] == "exclusive" else SHARED
    name = sys.argv[1].encode()
    check(library.SCardConnect(context, name, word(share), word(ANY_PROTOCOL), ctypes.byref(card), ctypes.byref(active)))


check(library.SCardEstablishContext(word(2), None, None, ctypes.byref(context)))
connect()
if sys.argv[2] == "transaction":
    check(library.SCardBeginTransaction(card))
print("ready", flush=True)
for line in sys.stdin:
    if line == "reset\n":
        check(library.SCardDisconnect(card, word(RESET)))
        connect()
    elif line == "end\n":
        check(library.SCardEndTransaction(card, word(LEAVE)))
    print("done", flush=True)
    if line == "exit\n":
        break
# Left to itself, pcscd would reset the card some time after this process has ended, maybe while it is being pulled.
check(library.SCardDisconnect(card, word(LEAVE)))
check(library.SCardReleaseContext(context))
