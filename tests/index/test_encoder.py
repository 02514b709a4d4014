"""The encoder that ships, and folders that are none."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from index.encoder import CARD, DEFAULT, EMBED, Encoder, EncoderError


def test_vectors_have_length_one_and_the_right_order(encoder: Encoder) -> None:
    texts = ["我的话费怎么多了", "a", "宽带上不去网" * 20, "", "我的话费怎么多了"]
    found = encoder.embed(texts)
    lengths = np.linalg.norm(found.vectors, axis=1)
    assert lengths[[0, 1, 2, 4]] == pytest.approx(1, abs=1e-4)
    assert np.allclose(found.vectors[0], found.vectors[4], atol=1e-5)
    alone = [encoder.embed([text]).vectors[0] for text in texts]
    assert np.allclose(found.vectors, np.array(alone), atol=1e-4)


def test_what_means_the_same_lies_nearer(encoder: Encoder) -> None:
    asked, same, other = encoder.embed(["话费怎么突然多了", "这个月话费为什么变多", "手机卡丢了怎么补"]).vectors
    assert asked @ same > asked @ other + 0.2


def test_texts_are_normalised_here(encoder: Encoder) -> None:
    one, two = encoder.embed(["請問話費！", "请问话费"]).vectors
    assert np.allclose(one, two)


def test_the_card_tells_name_and_licence(encoder: Encoder) -> None:
    assert encoder.card["name"]
    assert encoder.card["licence"]


@pytest.mark.parametrize("name", [CARD, EMBED, "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "nonsense"])
def test_a_folder_that_is_no_encoder(tmp_path: Path, name: str, damage: str) -> None:
    folder = Path(shutil.copytree(DEFAULT, tmp_path / "encoder"))
    if damage == "missing":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(b"nonsense")
    with pytest.raises(EncoderError, match="is not an encoder"):
        Encoder(folder)
