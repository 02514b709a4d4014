"""Our lean path with the shipped encoder."""

from bench.contend import Material
from bench.contenders.ours_lean import Lean


def load(material: Material) -> Lean:
    """Import and load."""
    return Lean(material.folder / "default")
