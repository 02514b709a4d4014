"""Our whole engine with the shipped encoder: intent, emotion, windows and ranking included."""

from bench.contend import Material
from bench.contenders.ours_engine import Whole


def load(material: Material) -> Whole:
    """Import and load."""
    return Whole(material.folder / "default")
