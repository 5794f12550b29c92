#!/usr/bin/python3
"""Resumes a stopped process when its standard input ends, also with a test that is killed: resume.py PID"""
import os, signal, sys

print("ready", flush=True)
sys.stdin.read()
try:
    os.kill(int(sys.argv[1]), signal.SIGCONT)
except ProcessLookupError:
    pass
