"""The list of rows: each shows one thing that happens, on real parts."""
import dataclasses
from collections.abc import Callable


@dataclasses.dataclass
class Row:
    name: str
    sentence: str
    action: Callable


ROWS = {}


def row(sentence):
    """Makes a function a row of that name; `sentence` is what it shows."""
    def add(function):
        name = function.__name__.replace("_", "-")
        ROWS[name] = Row(name, sentence, function)
        return function
    return add
