"""Trains the default encoder: a bag of n-grams whose vectors are learned. Needs torch; minutes on two CPU cores.

Three lessons at once: variants of one entry lie together (InfoNCE, van den Oord et al. 2018) and nearer to its centre than
to any other's (proxies, Movshovitz-Attias et al. 2017: each text meets all its neighbours at every step, not only those
drawn with it); translations lie together and near an English teacher's vectors (distillation, Reimers & Gurevych 2020);
intent and emotion can be read off `signal`. Called by the command line only; the service and the build never import it.
"""

import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from assist.artifact import TOKENIZER
from assist.tokens import NGRAMS, Ngrams
from index.augment import Augmenter
from index.corpus import Corpus
from index.encoder import CARD, EMBED, SERVE
from index.graph import ngram_graph
from index.phonetics import syllables

Say = Callable[[str], None]
IDS_MAX: Final = 512
TEACHER_DIMS: Final = 384
UNLABELLED: Final = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How to train. `buckets` x (`dims` + `signal`) bytes is the size of the model."""

    buckets: int = 60_000
    dims: int = 256
    signal: int = 64
    steps: int = 8_000
    groups: int = 128  # entries per step
    pairs: int = 160
    utterances: int = 512
    vector_rate: float = 2e-3
    signal_rate: float = 1e-2
    decay: float = 1e-4  # of rows in use, at each step
    feature_dropout: float = 0.1
    centred: float = 0.8  # share of the contrast with all centres; the rest with what was drawn
    sharpness: float = 16.0  # inverse temperature of the contrasts
    seed: int = 7


class Rows:
    """A table of which each step reads, and updates by Adam (Kingma & Ba 2015), only the rows its texts use."""

    def __init__(self, values: Tensor, *, rate: float, decay: float) -> None:
        self.values, self.rate, self.decay = values, rate, decay
        self._mean, self._square = torch.zeros_like(values), torch.zeros_like(values)
        self._steps = torch.zeros(len(values), 1)

    def read(self, rows: Tensor) -> Tensor:
        """A copy of some rows, to compute gradients for."""
        return self.values[rows].requires_grad_()

    def update(self, rows: Tensor, gradient: Tensor, share: float) -> None:
        """One step for these rows, at a share of the full rate."""
        self._steps[rows] += 1
        self._mean[rows] = mean = 0.9 * self._mean[rows] + 0.1 * gradient
        self._square[rows] = square = 0.999 * self._square[rows] + 0.001 * gradient**2
        steps = self._steps[rows]
        change = (mean / (1 - 0.9**steps)) / ((square / (1 - 0.999**steps)).sqrt() + 1e-8)
        self.values[rows] -= self.rate * share * change + self.decay * self.values[rows]


class Bags:
    """The texts of one step as a sparse matrix over the rows they use, so that one product encodes them all."""

    def __init__(self, ids: NDArray[np.int32], *, dropout: float) -> None:
        kept = (ids > 0) & (np.random.random_sample(ids.shape) >= dropout)
        texts, columns = np.nonzero(kept)
        used, place = np.unique(ids[texts, columns], return_inverse=True)
        self.used = torch.from_numpy(used.astype(np.int64))
        counts = torch.ones(len(place))
        where = torch.from_numpy(np.stack([texts, place]))
        self.matrix = torch.sparse_coo_tensor(where, counts, (len(ids), len(used)), check_invariants=False)
        self.lengths = torch.from_numpy(np.maximum(kept.sum(axis=1), 1).astype(np.float32))[:, None]


class Trainer:
    """One training run."""

    def __init__(self, corpus: Corpus, teacher: NDArray[np.float32] | None, recipe: Recipe) -> None:
        torch.manual_seed(recipe.seed)
        np.random.seed(recipe.seed)
        self.recipe, self.corpus = recipe, corpus
        self.random = random.Random(recipe.seed)
        sounds = syllables()
        self.body = {"type": NGRAMS, "buckets": recipe.buckets, "ids_max": IDS_MAX, "syllables": sounds}
        self.tokenizer = Ngrams(self.body)
        self.augmenter = Augmenter(sounds, corpus.utterances, seed=recipe.seed)
        self.intents = sorted({name for name in corpus.intents if name})
        self.emotions = sorted({name for name in corpus.emotions if name})
        weights = torch.from_numpy(rarity(self.tokenizer, corpus.texts))[:, None]
        start = functional.normalize(torch.randn(recipe.buckets, recipe.dims), dim=1) * weights
        self.vectors = Rows(start, rate=recipe.vector_rate, decay=0.0)
        self.signals = Rows(torch.zeros(recipe.buckets, recipe.signal), rate=recipe.signal_rate, decay=recipe.decay)
        # fixed and orthogonal: learning the rows behind it is then plain logistic regression over n-grams
        self.axes = nn.init.orthogonal_(torch.empty(recipe.signal, len(self.intents) + len(self.emotions)))
        self.teacher = None if teacher is None else functional.normalize(torch.from_numpy(teacher), dim=1)
        self.bridge = nn.Linear(recipe.dims, TEACHER_DIMS)
        self.centres = nn.Parameter(functional.normalize(torch.randn(len(corpus.groups), recipe.dims), dim=1))

    def run(self, say: Say) -> None:
        """Train for the recipe's number of steps."""
        aids = torch.optim.AdamW([self.centres, *self.bridge.parameters()], lr=self.recipe.vector_rate)
        slowing = torch.optim.lr_scheduler.LambdaLR(aids, lambda step: 1 - step / self.recipe.steps)
        for step in range(self.recipe.steps):
            lessons = [self._variants, self._labels, *([self._translations] if self.teacher is not None else [])]
            share = 1 - step / self.recipe.steps
            aids.zero_grad()
            losses = {lesson.__name__.strip("_"): lesson(share) for lesson in lessons}
            aids.step()
            slowing.step()
            if step % 50 == 0 or step == self.recipe.steps - 1:
                say(f"step {step}: " + ", ".join(f"{name} {loss:.3f}" for name, loss in losses.items()))

    def _learn(self, table: Rows, texts: Sequence[str], share: float, loss_of: Callable[[Tensor], Tensor]) -> float:
        """Encode texts by a table, let `loss_of` judge the encodings (n, width), and update the rows they use."""
        bags = Bags(self.tokenizer(texts), dropout=self.recipe.feature_dropout)
        rows = table.read(bags.used)
        loss = loss_of(torch.sparse.mm(bags.matrix, rows) / bags.lengths.sqrt())
        loss.backward()  # type: ignore[no-untyped-call]
        assert rows.grad is not None
        table.update(bags.used, rows.grad, share)
        return loss.item()

    def _variants(self, share: float) -> float:
        groups = self.corpus.groups
        chosen = self.random.sample(range(len(groups)), min(self.recipe.groups, len(groups)))
        pairs = [self.random.sample(groups[i], 2) for i in chosen]
        left = self.augmenter.vary((a for a, _ in pairs), heard=True)
        right = self.augmenter.vary(b for _, b in pairs)
        strangers = self.random.sample(self.corpus.utterances, min(self.recipe.groups, len(self.corpus.utterances)))
        owners = torch.tensor([*chosen, *chosen])

        def loss_of(encoded: Tensor) -> Tensor:
            centred = self._centred(encoded[: len(owners)], owners)
            return torch.lerp(self._contrast(encoded, len(left)), centred, self.recipe.centred)

        return self._learn(self.vectors, [*left, *right, *strangers], share, loss_of)

    def _centred(self, encoded: Tensor, owners: Tensor) -> Tensor:
        """Cross-entropy of the group that each row belongs to (n,), by its likeness to the centres of all."""
        alike = functional.normalize(encoded, dim=1) @ functional.normalize(self.centres, dim=1).T
        return functional.cross_entropy(alike * self.recipe.sharpness, owners)

    def _contrast(self, encoded: Tensor, count: int) -> Tensor:
        """InfoNCE, both ways: row i belongs to row count + i; whatever comes after those pairs are strangers to both."""
        left, right, strangers = functional.normalize(encoded, dim=1).tensor_split([count, 2 * count])
        there = left @ torch.cat([right, strangers]).T * self.recipe.sharpness
        back = right @ torch.cat([left, strangers]).T * self.recipe.sharpness
        each = torch.arange(count)
        return (functional.cross_entropy(there, each) + functional.cross_entropy(back, each)) / 2

    def _labels(self, share: float) -> float:
        chosen = self.random.sample(
            range(len(self.corpus.utterances)), min(self.recipe.utterances, len(self.corpus.utterances))
        )
        texts = self.augmenter.vary(self.corpus.utterances[i] for i in chosen)
        intents = _numbers([self.corpus.intents[i] for i in chosen], self.intents)
        emotions = _numbers([self.corpus.emotions[i] for i in chosen], self.emotions)

        def loss_of(encoded: Tensor) -> Tensor:
            logits = encoded @ self.axes
            told = functional.cross_entropy(logits[:, : len(self.intents)], intents, ignore_index=UNLABELLED)
            return told + functional.cross_entropy(logits[:, len(self.intents) :], emotions, ignore_index=UNLABELLED)

        return self._learn(self.signals, texts, share, loss_of)

    def _translations(self, share: float) -> float:
        assert self.teacher is not None
        chosen = self.random.sample(range(len(self.corpus.pairs)), min(self.recipe.pairs, len(self.corpus.pairs)))
        english = [self.corpus.pairs[i][0].lower() for i in chosen]
        chinese = [self.corpus.pairs[i][1] for i in chosen]
        target = self.teacher[chosen].repeat(2, 1)

        def loss_of(encoded: Tensor) -> Tensor:
            far = 1 - functional.cosine_similarity(self.bridge(encoded), target).mean()
            return self._contrast(encoded, len(chosen)) + 2 * far

        return self._learn(self.vectors, [*english, *chinese], share, loss_of)

    def save(self, folder: Path, *, made: dict[str, Any]) -> None:
        """Write the encoder folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SERVE).unlink(missing_ok=True)  # an imported encoder's, where one stood here
        table = torch.cat([self.vectors.values, self.signals.values], dim=1).numpy().copy()
        table[0] = 0
        onnx.save(ngram_graph(table, dims=self.recipe.dims), folder / EMBED)
        (folder / TOKENIZER).write_text(json.dumps(self.body, ensure_ascii=False), encoding="utf-8")
        card = {"name": "default", "kind": NGRAMS, "licence": "Apache-2.0", "recipe": asdict(self.recipe), **made}
        (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1), encoding="utf-8")


def _numbers(names: Sequence[str | None], labels: Sequence[str]) -> Tensor:
    return torch.tensor([labels.index(name) if name else UNLABELLED for name in names])


def rarity(tokenizer: Ngrams, texts: Sequence[str]) -> NDArray[np.float32]:
    """Starting weight of each bucket: its inverse document frequency, scaled to at most 1. Unseen ones count as rare."""
    seen: Counter[int] = Counter()
    for text in texts:
        seen.update(set(tokenizer.row(text).tolist()))
    counts = np.array([seen.get(bucket, 0) for bucket in range(tokenizer.buckets)], dtype=np.float32)
    weights: NDArray[np.float32] = np.log((len(texts) + 1) / (counts + 1)) / np.log(len(texts) + 1)
    return weights.astype(np.float32)
