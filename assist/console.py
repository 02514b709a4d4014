"""The terminal and pipes of the two command lines: UTF-8 on every system, and nothing in a text that can stop a program."""

import io
import os
import sys


def prepare() -> None:
    """Read and write UTF-8 whatever the locale says; bytes that are none become U+FFFD, half characters their escapes."""
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=errors)


def hang_up() -> None:
    """Nobody reads standard output any more: let what is left in its buffer go nowhere, without a complaint at exit."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
