"""sentence-transformers with its ONNX backend, quantised to int8 for AVX512-VNNI, and exact FAISS: the best peer.

BENCH_INTRA_OP sets onnxruntime's threads (0: its default).
"""

import os
from collections.abc import Sequence
from typing import Any

from bench.contend import FOUND, Material


class Contender:
    """Model and index."""

    def __init__(self, model: str) -> None:
        import onnxruntime
        from sentence_transformers import SentenceTransformer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = int(os.environ.get("BENCH_INTRA_OP", "0"))
        arguments = {
            "file_name": "onnx/model_qint8_avx512_vnni.onnx", "provider": "CPUExecutionProvider", "session_options": options,
        }  # fmt: skip
        self._model = SentenceTransformer(model, device="cpu", backend="onnx", model_kwargs=arguments)
        self._rows: Any = None

    def _embed(self, texts: Sequence[str]) -> Any:
        size = min(len(texts), 128)
        return self._model.encode(list(texts), batch_size=size, normalize_embeddings=True, show_progress_bar=False)

    def learn(self, texts: Sequence[str]) -> None:
        """Embed and index."""
        import faiss

        faiss.omp_set_num_threads(1)
        vectors = self._embed(texts)
        self._rows = faiss.IndexFlatIP(vectors.shape[1])
        self._rows.add(vectors)

    def ask(self, questions: Sequence[str]) -> list[list[int]]:
        """Embed and search."""
        found: list[list[int]] = self._rows.search(self._embed(questions), FOUND)[1].tolist()
        return found


def load(material: Material) -> Contender:
    """Import and load."""
    return Contender(material.model)
