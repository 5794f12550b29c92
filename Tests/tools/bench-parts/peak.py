"""peak.py PROGRAM [ARGUMENT...] : prints the peak memory of a program in KiB.

A small process of its own, because the kernel counts for the program what its parent left in it before it was loaded.
"""
import os
import sys

null = os.open("/dev/null", os.O_RDWR)
child = os.fork()
if child == 0:
    for descriptor in range(3):
        os.dup2(null, descriptor)
    os.execvp(sys.argv[1], sys.argv[1:])
print(os.wait4(child, 0)[2].ru_maxrss)
