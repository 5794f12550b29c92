#!/usr/bin/python3
"""A card for the tests of the PC/SC layer, for vpcd's protocol: card.py HOST:PORT ATR-IN-HEX

What it knows of is lost on reset, as a verified PIN would be:
  80 40 0000      remember something             80 42 0000      9000 when it still knows, else 6982
  80 44 0000      how often it was reset, in one byte
  80 20 HHLL      HHLL bytes of AA               80 22 0000 ...  the command itself comes back
  80 50 0000      leaves the reader without an answer
  80 60 00NN      answers after NN * 100 ms      80 62 00NN      an answer of NN bytes in all
"""
import socket, struct, sys, time

host, port = sys.argv[1].rsplit(":", 1)
atr = bytes.fromhex(sys.argv[2])
reader = socket.create_connection((host, int(port)))
reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
remembers, resets = False, 0


def receive(count):
    data = b""
    while len(data) < count:
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        piece = reader.recv(count - len(data))
        if not piece:
            sys.exit(0)
        data += piece
    return data


def answer(data):
    reader.sendall(struct.pack(">H", len(data)) + data)


while True:
    command = receive(struct.unpack(">H", receive(2))[0])
    if len(command) == 1:
        if command == b"\x04":
            answer(atr)
        elif command in (b"\x00", b"\x01", b"\x02"):
            remembers = False
            resets += command == b"\x02"
        continue
    ins, p1, p2 = command[1:4]
    if ins == 0x40:
        remembers = True
        answer(b"\x90\x00")
    elif ins == 0x42:
        answer(b"\x90\x00" if remembers else b"\x69\x82")
    elif ins == 0x44:
        answer(bytes([resets]) + b"\x90\x00")
    elif ins == 0x20:
        answer(b"\xAA" * (p1 << 8 | p2) + b"\x90\x00")
    elif ins == 0x22:
        answer(command + b"\x90\x00")
    elif ins == 0x50:
        sys.exit(0)
    elif ins == 0x60:
        time.sleep(p2 / 10)
        answer(b"\x90\x00")
    elif ins == 0x62:
        answer(b"\x90" * p2)
    else:
        answer(b"\x6D\x00")
