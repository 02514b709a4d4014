"""`assist.text.normalise`, remembered: check, split, cache and catalog look at the same texts one after another."""

import functools

from assist import text

normalise = functools.cache(text.normalise)
