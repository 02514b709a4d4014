"""Vector collections: exact inner product while it is fast, HNSW above. Exact search is the oracle for the other."""

from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

EXACT_MAX: Final = 5_000  # vectors; above, bench growth finds HNSW faster (0.4 ms exact at 10,000) at recall 0.999
LINKS: Final = 32
BREADTH: Final = 64  # efConstruction; 200 takes three times as long to build for the same recall


def collection(vectors: NDArray[np.float32]) -> Any:
    """A FAISS index over unit vectors (n, d); row numbers are positions."""
    dims = vectors.shape[1]
    index: Any
    if len(vectors) <= EXACT_MAX:
        index = faiss.IndexFlatIP(dims)
    else:
        index = faiss.IndexHNSWFlat(dims, LINKS, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = BREADTH
    index.add(np.ascontiguousarray(vectors, dtype=np.float32))
    return index
