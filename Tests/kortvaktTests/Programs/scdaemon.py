#!/usr/bin/python3
"""gpg's own card program at the card: scdaemon.py HOME COMMAND CODE...

Sends one command, answers each question for a code with the next CODE, prints the counters of PW1, the resetting code
and PW3 as the card tells them afterwards, and ends with 0 when the command was accepted.
"""
import subprocess, sys

home, command, codes = sys.argv[1], sys.argv[2], sys.argv[3:]
daemon = subprocess.Popen(["/usr/lib/gnupg/scdaemon", "--server", "--homedir", home], encoding="latin-1",
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def write(text):
    daemon.stdin.write(text)
    daemon.stdin.flush()


def talk(line):
    write(line + "\n")
    for answer in daemon.stdout:
        if answer.startswith("INQUIRE NEEDPIN"):
            write(f"D {codes.pop(0)}%00\nEND\n")
        elif answer.startswith("S CHV-STATUS "):
            print("counters", *answer.split("+")[-3:], sep=" ", end="")
        elif answer.startswith(("OK", "ERR")):
            return answer
    return "ended"


daemon.stdout.readline()
found, done = talk("SERIALNO openpgp"), talk(command)
talk("GETATTR CHV-STATUS")
write("BYE\n")
daemon.wait(10)
print(done.strip())
sys.exit(0 if found.startswith("OK") and done.startswith("OK") else 1)
