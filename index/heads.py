"""The intent and emotion heads: multinomial logistic regression over what the encoder says, fitted at every build.

An editor adds an intent by writing a file of examples. Probabilities are calibrated by one temperature on examples
that were held out (Guo et al. 2017, "On Calibration of Modern Neural Networks").
"""

import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PENALTY: Final = 2.0  # L2; from {0.5, 1, 2, 5} by held-out accuracy
STEPS_MAX: Final = 120
_SCALE: Final = 10.0  # unit-length features need larger weights than standardised ones
# Labels that are worse missed than suspected, and the share of their held-out examples that must be read as them.
CAREFUL: Final = {"angry": 0.88}


def log_softmax(logits: Floats) -> Floats:
    """Log probabilities of rows of logits."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    logp: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return logp


@dataclass(frozen=True, slots=True)
class Head:
    """A linear head: logits = features @ weights + bias, with the temperature already in both."""

    labels: tuple[str, ...]
    weights: Floats  # (features, labels)
    bias: Floats  # (labels,)

    def probabilities(self, features: NDArray[np.float32]) -> Floats:
        """Calibrated probabilities, (n, labels)."""
        p: Floats = np.exp(log_softmax(features @ self.weights + self.bias))
        return p

    def cooled(self, temperature: float) -> "Head":
        """The same head with its logits divided by a temperature."""
        return Head(self.labels, self.weights / temperature, self.bias / temperature)


@dataclass(frozen=True, slots=True)
class Heads:
    """Both heads of an artifact."""

    intent: Head
    emotion: Head


def fit(features: NDArray[np.float32], names: Sequence[str], labels: Sequence[str]) -> Head:
    """Fit a head; the labels weigh alike, however many examples each has."""
    from scipy.optimize import minimize  # half a second to import, and a rebuild seldom fits

    labels = tuple(labels)
    rows = features.astype(np.float64)
    truth = np.array([labels.index(name) for name in names])
    counts = np.bincount(truth, minlength=len(labels))
    weight = (len(truth) / np.maximum(counts, 1) / len(labels))[truth]
    target = np.eye(len(labels))[truth]
    shape = (rows.shape[1], len(labels))

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights, bias = flat[: -shape[1]].reshape(shape), flat[-shape[1] :]
        logp = log_softmax(rows @ weights + bias)
        error = (np.exp(logp) - target) * weight[:, None]
        value = -(weight * logp[np.arange(len(truth)), truth]).sum() + PENALTY / 2 * (weights**2).sum() / _SCALE
        gradient = np.concatenate([(rows.T @ error + PENALTY * weights / _SCALE).ravel(), error.sum(axis=0)])
        return value, gradient

    found: Any = minimize(loss, np.zeros(shape[0] * shape[1] + shape[1]), jac=True, method="L-BFGS-B",
                          options={"maxiter": STEPS_MAX})  # fmt: skip
    return Head(labels, found.x[: -shape[1]].reshape(shape), found.x[-shape[1] :])


def save(path: Path, heads: Heads) -> None:
    """Keep fitted heads in a file, which appears whole or not at all."""
    draft = path.with_name(f".{os.getpid()}-{path.name}")
    np.savez(
        draft, intent_weights=heads.intent.weights, intent_bias=heads.intent.bias,
        emotion_weights=heads.emotion.weights, emotion_bias=heads.emotion.bias,
    )  # fmt: skip
    os.replace(draft, path)


def load(path: Path, *, intents: Sequence[str], emotions: Sequence[str]) -> Heads | None:
    """Heads from a file that `save` wrote; None when there is none that can be read."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            return Heads(
                Head(tuple(intents), stored["intent_weights"], stored["intent_bias"]),
                Head(tuple(emotions), stored["emotion_weights"], stored["emotion_bias"]),
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def calibrate(head: Head, features: NDArray[np.float32], names: Sequence[str]) -> Head:
    """The head with the temperature under which held-out examples are likeliest."""
    from scipy.optimize import minimize_scalar

    truth = np.array([head.labels.index(name) for name in names])
    logits = features @ head.weights + head.bias

    def surprise(log_temperature: float) -> float:
        logp = log_softmax(logits / np.exp(log_temperature))
        return float(-logp[np.arange(len(truth)), truth].mean())

    best: Any = minimize_scalar(surprise, bounds=(-2.5, 2.5), method="bounded")
    return head.cooled(float(np.exp(best.x)))


def careful(head: Head, features: NDArray[np.float32], names: Sequence[str]) -> Head:
    """The head with as much more bias for the CAREFUL labels it has as makes it miss few of their held-out examples."""
    bias = head.bias.copy()
    for label, share in CAREFUL.items():
        rows = [i for i, name in enumerate(names) if name == label]
        if rows:
            at = head.labels.index(label)
            logits = features[rows] @ head.weights + bias
            lacking = np.delete(logits, at, axis=1).max(axis=1) - logits[:, at]
            bias[at] += max(0.0, float(np.quantile(lacking, share)))
    return replace(head, bias=bias)
