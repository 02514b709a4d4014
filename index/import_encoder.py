"""Turns a sentence-transformers model into an encoder folder: exported to ONNX with pooling and normalisation inside,
attention fused, padding left out of the rest, checked against torch, then quantised to signed int8 and checked again. Needs
torch and sentence-transformers; offline only.
"""

import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn

from assist.artifact import TOKENIZER
from assist.engine import session
from assist.text import normalise
from index import packing
from index.encoder import CARD, EMBED, SERVE, Encoder, EncoderError, refuse_to_overwrite

Say = Callable[[str], None]
PARITY_MIN: Final = 0.9999  # least cosine between torch and the exported graph
QUANTISED_MIN: Final = 0.8  # and the int8 one: below that, some layer does not bear it
OPSET: Final = 17
IDS_MAX: Final = 128
PROBES: Final = ("hello", "我想换个套餐怎么换", "how do I reset my password, please?", "唔該幫我睇下張單點解咁貴", "a " * 40)


class _Wrapped(nn.Module):
    """The whole sentence-transformers pipeline on padded ids alone: the mask is where ids are not the padding."""

    def __init__(self, model: SentenceTransformer, padding: int) -> None:
        super().__init__()
        self.modules_in_order = nn.ModuleList(model.children())
        self.padding = padding

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        padded = ids.to(torch.int64)
        features = {
            "input_ids": padded,
            "attention_mask": (padded != self.padding).to(torch.int64),
            "token_type_ids": torch.zeros_like(padded),
        }
        for module in self.modules_in_order:
            features = module(features)
        vector = nn.functional.normalize(features["sentence_embedding"], dim=1)
        return vector, vector[:, :1] * 0  # nothing beyond the vector for the heads to read


def import_encoder(name: str, out: Path, *, say: Say) -> None:
    """Write the encoder folder of a model's name or folder, over an encoder that stands there. Raises EncoderError."""
    refuse_to_overwrite(out)
    model = _loaded(name)
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}-"))
    try:
        _write(model, name, draft, say)
        draft.chmod(0o755)
        shutil.rmtree(out, ignore_errors=True)
        os.replace(draft, out)
    except (EncoderError, OSError):
        raise
    except Exception as error:  # those of torch, onnx and onnxruntime have no common class
        why = str(error).strip().partition("\n")[0]
        raise EncoderError(f"{name} cannot be brought into a graph ({type(error).__name__}: {why}).") from error
    finally:  # what was refused must not lie there to be built with
        shutil.rmtree(draft, ignore_errors=True)


def _write(model: SentenceTransformer, name: str, folder: Path, say: Say) -> None:
    padding = _save_tokenizer(model, folder / TOKENIZER)
    say("exporting to ONNX")
    _export(_Wrapped(model, padding).eval(), folder / EMBED, ids=len(model.tokenizer))
    _fuse(folder / EMBED, getattr(getattr(model[0], "auto_model", None), "config", None))
    _pack(folder / EMBED, padding)
    (folder / CARD).write_text(json.dumps(_card(name, model), indent=1), encoding="utf-8")
    truth = np.asarray(model.encode([normalise(text) for text in PROBES], normalize_embeddings=True))
    encoder = Encoder(folder)
    worst = _likeness(encoder.embed(PROBES).vectors, truth)
    say(f"parity with torch: least cosine {worst:.6f}")
    if worst < PARITY_MIN:
        raise EncoderError(f"The exported graph differs from the model: cosine {worst:.4f}.")
    say("quantising to int8")
    _quantise(folder / EMBED, folder / SERVE)
    ids = encoder.tokenizer([normalise(text) for text in PROBES])
    worst = _likeness(session(folder / SERVE).run(["vector"], {"ids": ids})[0], truth)
    say(f"in int8: least cosine {worst:.3f}")
    if worst < QUANTISED_MIN:
        raise EncoderError(f"In int8 the graph differs too much from the model: cosine {worst:.3f}.")


def _likeness(vectors: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    return float((truth * vectors).sum(axis=1).min())


def _loaded(name: str) -> SentenceTransformer:
    try:
        # written out step by step, attention is recognised by the optimiser
        model = SentenceTransformer(name, device="cpu", model_kwargs={"attn_implementation": "eager"})
    except (OSError, ValueError) as error:
        raise EncoderError(f"{name} does not load as a sentence-transformers model: {error}") from error
    model.max_seq_length = min(model.max_seq_length or IDS_MAX, IDS_MAX)
    return model


def _save_tokenizer(model: SentenceTransformer, path: Path) -> int:
    """Write tokenizer.json with truncation, and padding by the model's own id; return that."""
    fast = getattr(model.tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise EncoderError("The model's tokenizer is not one of the `tokenizers` library.")
    padding: int = model.tokenizer.pad_token_id or 0
    fast.enable_truncation(max_length=model.max_seq_length)
    fast.enable_padding(pad_id=padding)
    fast.save(str(path))
    return padding


def _export(module: nn.Module, path: Path, *, ids: int) -> None:
    """By torch's older exporter: in the graphs of its newer one the optimiser does not find attention. `ids`: how many the
    model knows.
    """
    probe = torch.randint(2, min(ids, 100), (2, 16), dtype=torch.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (probe,), str(path), input_names=["ids"], output_names=["vector", "signal"], opset_version=OPSET,
            dynamic_axes={"ids": {0: "n", 1: "length"}, "vector": {0: "n"}, "signal": {0: "n"}}, dynamo=False,
        )  # fmt: skip


def _fuse(path: Path, config: Any) -> None:
    """Attention and GELU as one node each: int8 attention alone saves a quarter of the time, GELU by tanh 3 %. `config`
    is the model's own.

    LayerNorm stays apart from the sum before it: onnxruntime's node for both takes three times as long on a CPU. So does the
    bias from GELU: an int8 product adds it at no cost.
    """
    options = FusionOptions("bert")
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = options.enable_embed_layer_norm = False
    options.enable_bias_gelu = False
    options.enable_gelu_approximation = True
    heads, width = getattr(config, "num_attention_heads", 0), getattr(config, "hidden_size", 0)
    fused = optimizer.optimize_model(
        str(path), model_type="bert", num_heads=heads, hidden_size=width, optimization_options=options, opt_level=0
    )
    fused.save_model_to_file(str(path))


def _pack(path: Path, padding: int) -> None:
    """Mixed lengths together in less time. Nothing is changed where `packing` does not know the attention."""
    graph = onnx.load(path)
    if packing.pack(graph, padding=padding):
        onnx.save(graph, path)


def _quantise(source: Path, target: Path) -> None:
    """Signed weights reach VNNI; per-channel scales keep the neighbours."""
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather", "Attention"],  # attention, where it was not packed
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # shapes after a fused node cannot be inferred
    )
    onnx.checker.check_model(onnx.load(target))


def _card(name: str, model: SentenceTransformer) -> dict[str, Any]:
    return {
        "name": Path(name).name,
        "kind": "sentence-transformers",
        "dims": model.get_embedding_dimension(),
        "ids_max": model.max_seq_length,
    }
