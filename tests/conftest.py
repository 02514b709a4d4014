"""What all tests share: one artifact, built once from the packs that ship, and published in a temporary folder."""

from pathlib import Path

import hypothesis
import pytest

from index import packs
from index.build import build
from index.encoder import DEFAULT, Encoder
from index.publish import publish

hypothesis.settings.register_profile("calm", deadline=None)  # a busy machine is no failure
hypothesis.settings.load_profile("calm")


@pytest.fixture(scope="session")
def artifact_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of artifacts with a current version, built from the packs that `assist-index build` takes by default."""
    folder = tmp_path_factory.mktemp("artifact")
    knowledge, _ = packs.read(packs.DEFAULT)
    publish(folder, build(knowledge, Encoder(DEFAULT), folder, say=lambda line: None).name)
    return folder
