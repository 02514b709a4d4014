"""The offline commands as real processes, on a small pack in a folder of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assist import artifact

ROOT = Path(__file__).parents[2]


def index(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `assist-index`; its standard error must hold no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "index", *map(str, arguments)], capture_output=True, cwd=ROOT, timeout=120, encoding="utf-8",
        env={**os.environ, **environment}, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_an_editor_s_round(write_pack: Callable[..., Path], tmp_path: Path) -> None:
    """Check, build, look, edit, build, compare, go back: each by its command."""
    pack, out = write_pack(tmp_path / "shop"), tmp_path / "out"
    checked = index("check", "--knowledge", pack)
    assert checked.returncode == 0, checked.stdout
    assert checked.stdout.splitlines()[-1].endswith("no errors, no warnings, no notes; all is well.")
    built = index("build", "--knowledge", pack, "--out", out, LC_ALL="C", PYTHONUTF8="0")
    assert built.returncode == 0, built.stdout
    first = Path(built.stdout.strip()).name
    assert artifact.current(out) == first
    assert "embedding" in built.stderr
    explained = index("explain", "你们", "几点关门", "--artifact", out).stdout
    assert "shop.hours" in explained
    assert "intent:" in explained
    write_pack(pack, entries__more="- {id: shop.gift, title: 礼品卡, questions: [有礼品卡吗, 买张卡, 送礼], answer: 有。}\n")
    second = Path(index("build", "--knowledge", pack, "--out", out, "--no-publish").stdout.strip()).name
    assert artifact.current(out) == first
    assert "+ entry shop.gift" in index("diff", first, second, "--artifact", out).stdout.splitlines()
    assert f"{second} is current; before: {first}" in index("publish", second, "--artifact", out).stdout
    assert f"{first} is current again" in index("rollback", "--artifact", out).stdout
    known = f"there are, newest first: {second}, {first} (current)."
    for asked in (
        ["publish", "x"],
        ["publish", ""],
        ["rollback", "x"],
        ["diff", first],
        ["diff", "x"],
        ["explain", "喂", "--version", "x"],
    ):
        told = index(*asked, "--artifact", out)
        assert told.returncode == 1
        assert known in told.stderr
    assert "name another version to compare with" in index("diff", first, "--artifact", out).stderr
    for question in ("publish", "diff"):
        answered = index(question, "--artifact", out)
        assert (answered.returncode, answered.stdout, answered.stderr) == (0, f"{out}: {known}\n", "")
    evaluated = index("evaluate", "--artifact", out, "--version", second, "--knowledge", pack)
    assert "right entry first" in evaluated.stdout
    assert index("evaluate", "--failing", "--artifact", out, "--knowledge", pack).returncode == 0


def test_the_summary_counts_only_what_the_given_packs_hold(tmp_path: Path) -> None:
    (tmp_path / "faq.csv").write_text("question,answer\n几点开门,九点。\n", encoding="utf-8")
    done = index("check", "--knowledge", tmp_path / "faq.csv")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("1 entry, no phrases, no labelled examples read: no errors, 1 warning,")


def test_knowledge_with_errors_is_not_built(write_pack: Callable[..., Path], tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "shop", entries__more="- {id: shop.hours, title: 又一个, questions: [x], answer: y}\n")
    done = index("build", "--knowledge", pack, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "entries/more.yaml:1" in done.stdout
    assert "nothing was built" in done.stderr
    assert not (tmp_path / "out").exists()
    checked = index("check", "--knowledge", pack)
    assert checked.returncode == 1
    assert "1 error" in checked.stdout.splitlines()[-1]
    assert "built" not in checked.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["publish", "nothing"], "there is no version 'nothing'"),
        (["rollback"], "no artifact is published"),
        (["explain", "喂"], "no artifact is published"),
        (["diff", "a", "b"], "there is no version 'a'"),
        (["diff"], ": none has been built here"),
        (["publish"], ": none has been built here"),
        (["evaluate"], "no artifact is published"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, arguments: list[str], told: str) -> None:
    done = index(*arguments, "--artifact", tmp_path)
    assert done.returncode == 1
    assert told in done.stderr


def test_a_folder_that_is_no_encoder_is_told(write_pack: Callable[..., Path], tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "shop")
    done = index("build", "--knowledge", pack, "--out", tmp_path / "out", "--encoder", tmp_path)
    assert done.returncode == 1
    assert "is not an encoder" in done.stderr


def test_no_packs_are_told(tmp_path: Path) -> None:
    done = index("check", "--knowledge", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stdout + done.stderr


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_told(write_pack: Callable[..., Path], tmp_path: Path) -> None:
    pack, out = write_pack(tmp_path / "shop"), tmp_path / "out"
    out.mkdir(mode=0o500)
    assert index("build", "--knowledge", pack, "--out", out).returncode == 1


def test_examples_that_cannot_be_read_are_not_passed_over(write_pack: Callable[..., Path], tmp_path: Path) -> None:
    pack, out = write_pack(tmp_path / "shop"), tmp_path / "out"
    assert index("build", "--knowledge", pack, "--out", out).returncode == 0
    (pack / "examples.yaml").write_text("- {say: 周日几点关门, entry: shop.hours\n", encoding="utf-8")
    done = index("evaluate", "--artifact", out, "--knowledge", pack)
    assert done.returncode == 1
    assert "examples.yaml:" in done.stdout
    assert index("evaluate", "--artifact", out, "--knowledge", tmp_path / "nowhere").returncode == 1
