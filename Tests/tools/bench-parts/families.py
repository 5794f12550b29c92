"""The cards of the other families: what is done on each, by which of the family's own tools besides OpenSC's."""
import dataclasses

from operations import NEW_PIN, Operation, operations
from service import CODES, READER

_PIN, _PUK = CODES["auth"], CODES["puk"]
_YUBICO = ["yubico-piv-tool", "--reader", READER.decode(), "--action"]
_YKMAN = ["ykman", "--reader", READER.decode(), "piv"]
_PIV_TOOLS = {
    "yubico-piv-tool": {
        "verify PIN": [*_YUBICO, "verify-pin", "--pin", _PIN],
        "change PIN": [*_YUBICO, "change-pin", "--pin", _PIN, "--new-pin", NEW_PIN],
        "unblock PIN": [*_YUBICO, "unblock-pin", "--pin", _PUK, "--new-pin", NEW_PIN],
        "status": [*_YUBICO, "status"],
    },
    "ykman": {
        "change PIN": [*_YKMAN, "access", "change-pin", "--pin", _PIN, "--new-pin", NEW_PIN],
        "unblock PIN": [*_YKMAN, "access", "unblock-pin", "--puk", _PUK, "--new-pin", NEW_PIN],
        "status": [*_YKMAN, "info"],
    },
}
_OPENPGP_TOOLS = {
    "gpg": {"PIN list": ["gpg", "--batch", "--card-status"]},
    "openpgp-tool": {"verify PIN": ["openpgp-tool", "--verify", "CHV2", "--pin", _PIN]},
}
# What kind of card it is, and no more: a PIN that it does not have is asked for.
_IDENTIFICATION = Operation("identification", ["pin", "verify", "--stdin", "--pin", "none"], [],
                            ["opensc-tool", "--name"], exit_code=64)


@dataclasses.dataclass
class Family:
    driver: str
    """What OpenSC calls the driver that works with the card."""
    operations: list
    tools: dict = dataclasses.field(default_factory=dict)
    """Commands by tool and operation."""
    whole: str = "status"
    """The operation whose process is timed."""

    def own(self, operation):
        """The command of each of the family's own tools; `None` for one that does not offer the operation."""
        return [commands.get(operation.name) for commands in self.tools.values()]


def _without_unblocking(auth_id):
    """For cards that are unblocked by a response to their challenge."""
    return [operation for operation in operations(auth_id) if operation.tries != 0]


_PIV = [_IDENTIFICATION, *operations(certificates=4)]
FAMILIES = {
    "piv": Family("PIV-II", _PIV, _PIV_TOOLS),
    "piv-yubikey": Family("PIV-II", _PIV, _PIV_TOOLS),
    "idprime-940": Family("idprime", _without_unblocking("11")),
    "gids": Family("gids", _without_unblocking("80")),
    # Two certificates are on it, of which kortvakt reads the cardholder's, which is the first.
    "openpgp": Family("openpgp", operations("02", "resetting-code", certificates=1), _OPENPGP_TOOLS, whole="PIN list"),
    "fineid-health": Family("default", operations()),
}
