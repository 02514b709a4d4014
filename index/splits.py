"""Which texts are held out for calibration: one in seven, told by the text alone, so that train and build agree."""

import zlib
from typing import Final

from assist.text import normalise

ONE_IN: Final = 7


def held_out(text: str) -> bool:
    """Whether a text is kept from training and fitting, for temperatures and thresholds."""
    return zlib.crc32(normalise(text).encode()) % ONE_IN == 0
