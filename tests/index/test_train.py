"""Training, small: it learns, it repeats, and what it writes is what it learned."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch.nn.functional import normalize

from index import packs
from index.corpus import Corpus, corpus
from index.encoder import EMBED, SERVE, Encoder, EncoderError
from index.knowledge import Knowledge
from index.phonetics import fuzzy
from index.recipe import train
from index.train import Recipe, Trainer

TINY = replace(Recipe(), buckets=5_000, dims=32, signal=40, steps=120, groups=60, utterances=64, pairs=2, vector_rate=1e-2)
KNOWLEDGE = Path(__file__).parents[2] / "knowledge"


@pytest.fixture(scope="module")
def texts() -> Corpus:
    whole = corpus(packs.read([KNOWLEDGE])[0])
    return replace(
        whole,
        groups=tuple(group[:24] for group in whole.groups[:60]),
        utterances=whole.utterances[:400],
        intents=whole.intents[:400],
        emotions=whole.emotions[:400],
        pairs=(("hello", "你好"), ("thank you", "谢谢"), ("goodbye", "再见")),
    )


def _trained(texts: Corpus, teacher: np.ndarray | None, folder: Path) -> Encoder:
    trainer = Trainer(texts, teacher, TINY)
    trainer.run(lambda line: None)
    trainer.save(folder, made={})
    return Encoder(folder)


def _apart(encoder: Encoder, texts: Corpus) -> float:
    """How much nearer the variants of one entry are than those of different ones."""
    vectors = encoder.embed([text for group in texts.groups for text in group[:2]]).vectors
    likeness = vectors[::2] @ vectors[1::2].T
    return float(np.diag(likeness).mean() - likeness.mean())


def test_it_learns_which_texts_belong_together(texts: Corpus, tmp_path: Path) -> None:
    untrained = Trainer(texts, None, replace(TINY, steps=0))
    untrained.save(tmp_path / "before", made={})
    trained = _trained(texts, None, tmp_path / "after")
    assert _apart(trained, texts) > _apart(Encoder(tmp_path / "before"), texts) + 0.2


def test_texts_lie_nearest_to_the_centre_of_their_own_group(texts: Corpus) -> None:
    trainer = Trainer(texts, None, TINY)
    trainer.run(lambda line: None)
    table, centres = trainer.vectors.values.numpy(), normalize(trainer.centres.detach(), dim=1).numpy()
    summed = np.stack([table[trainer.tokenizer.row(group[0])].sum(axis=0) for group in texts.groups])
    nearest = (summed @ centres.T).argmax(axis=1)
    assert (nearest == np.arange(len(texts.groups))).mean() > 0.8


def test_the_same_seed_gives_the_same_encoder(texts: Corpus, tmp_path: Path) -> None:
    teacher = np.eye(3, 384, dtype=np.float32)
    one, two = (_trained(texts, teacher, tmp_path / name) for name in ("one", "two"))
    assert one.hash == two.hash


def test_the_graph_says_what_the_table_says(texts: Corpus, tmp_path: Path) -> None:
    trainer = Trainer(texts, None, TINY)
    trainer.run(lambda line: None)
    trainer.save(tmp_path, made={})
    ids = trainer.tokenizer.row("我想换个套餐")
    summed = trainer.vectors.values.numpy()[ids].sum(axis=0)
    told = Encoder(tmp_path).embed(["我想换个套餐"]).vectors[0]
    assert told @ (summed / np.linalg.norm(summed)) > 0.999


def test_where_an_imported_encoder_stood_the_trained_one_is_served(texts: Corpus, tmp_path: Path) -> None:
    (tmp_path / SERVE).write_bytes(b"another's")
    untrained = Trainer(texts, None, replace(TINY, steps=0))
    untrained.save(tmp_path, made={})
    assert Encoder(tmp_path).serving == tmp_path / EMBED


def test_training_does_not_write_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(EncoderError, match="holds something that is not an encoder"):
        train(Knowledge(packs=()), tmp_path, pairs=None, say=lambda line: None)


@pytest.mark.parametrize(("heard", "meant"), [("zhang", "zan"), ("shi", "si"), ("nan", "lan"), ("xing", "xin")])
def test_what_sounds_alike_folds_together(heard: str, meant: str) -> None:
    assert fuzzy(heard) == fuzzy(meant)
