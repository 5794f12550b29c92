"""The list of measurements, each in a box of its own."""
MEASURES = {}


class TooMuch(Exception):
    """A limit is not kept."""


def measure(function):
    MEASURES[function.__name__.replace("_", "-")] = function
    return function


def check(problems):
    if problems:
        raise TooMuch("; ".join(problems))
