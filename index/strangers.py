"""What callers say to other companies: turns that knowledge without calibration turns of its own most likely cannot answer.

They are the calibration turns of the domains that ship. One of these may be the knowledge's own line of business, so each
is told apart.
"""

from typing import Final

from index import packs

TURNS_MAX: Final = 60  # of a domain


def strangers() -> list[list[str]]:
    """Turns of each domain that ships."""
    shipped = packs.read([packs.SHIPPED])[0].packs
    domains = [[turn.say for turn in pack.calibration if turn.entry] for pack in shipped if pack.entries]
    return [turns[:: 1 + len(turns) // TURNS_MAX] for turns in domains if turns]
