"""Frozen dataclasses for the hot path: mypy holds them frozen, at run time nothing does.

A frozen dataclass takes three times as long to make as a plain one, and a card is the last of some fifteen that are made for
it: 20 us of the half millisecond between a caller's words and the agent's screen. Elsewhere use `dataclass(frozen=True)`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as record
else:

    def record(*, frozen, **options):
        """As `dataclass(frozen=True, …)`; equal ones have equal hashes."""
        return dataclass(unsafe_hash=frozen, **options)


__all__ = ["record"]
