# make run: set up, build, watch a call being assisted.   make test: everything that must hold.   make bench: the figures.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: run test bench build clean

run: $(VENV)/.run build
	$(BIN)/python -m assist demo

build: $(VENV)/.run
	$(BIN)/python -m index build

test: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest

bench: $(VENV)/.dev build
	for name in startup latency workers capacity growth quality peers; do $(BIN)/python -m bench $$name || exit 1; done
	$(BIN)/python -m bench report

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

# torch first and alone: only this very version has a CPU build at hand
$(VENV)/.dev: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) torch==2.13.0
	$(PIP) --editable ".[dev]"
	touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) artifact build dist *.egg-info
