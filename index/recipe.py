"""The committed way to train the default encoder: `assist-index train`. Same knowledge, same seed, same model."""

from pathlib import Path

import numpy as np

from index.corpus import corpus
from index.encoder import refuse_to_overwrite
from index.knowledge import Knowledge
from index.teacher import vectors
from index.train import Recipe, Say, Trainer


def train(knowledge: Knowledge, out: Path, *, pairs: Path | None, say: Say) -> None:
    """Train on packs, and on translation pairs if a file of them is given; write the encoder folder. Raises EncoderError."""
    refuse_to_overwrite(out)
    texts = corpus(knowledge, pairs)
    say(f"{len(texts.groups)} groups, {len(texts.utterances)} utterances, {len(texts.pairs)} pairs")
    teacher = None
    if texts.pairs:
        say("asking the English teacher")
        asked = list(dict.fromkeys(english for english, _ in texts.pairs))
        told = dict(zip(asked, vectors(asked), strict=True))
        teacher = np.array([told[english] for english, _ in texts.pairs])
    trainer = Trainer(texts, teacher, Recipe())
    trainer.run(say)
    trainer.save(out, made={"groups": len(texts.groups), "utterances": len(texts.utterances), "pairs": len(texts.pairs)})
