# Two commands on a fresh machine: `make demo` plays an atelier and opens the sandbox; `make test` checks everything.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
ROOMS := atelier chat documents storage handlers scheduler bot
# Tests wait for processes and clocks half of the time: more of them than processors.
JOBS ?= 4
COMPILE := --generate-hashes --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras --allow-unsafe \
  --no-header --no-annotate

.PHONY: demo story test check bench catalogues requirements

demo: .venv/.installed
	$(BIN)/atelier demo

story: .venv/.installed
	$(BIN)/atelier story

test: check
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile

check: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed-dev
	$(BIN)/python -m bench

.venv/bin/python:
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "Il manque le module venv de Python / Python's venv module is missing: apt-get install python3-venv" >&2; exit 1; }

.venv/.installed: requirements.txt pyproject.toml | .venv/bin/python
	@test -e .venv/.installed-dev || $(PIP) --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/.installed-dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@$(PIP) --require-hashes -r requirements-dev.txt
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@ .venv/.installed

catalogues: .venv/.installed-dev
	$(BIN)/python scripts/catalogues.py

# What runs is what was tested: the second list takes the versions of the first.
requirements:
	pip-compile $(COMPILE) -o requirements-dev.txt requirements-dev.in
	pip-compile $(COMPILE) -c requirements-dev.txt -o requirements.txt requirements.in
