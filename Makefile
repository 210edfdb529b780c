# SPDX-License-Identifier: GPL-3.0-or-later
# Everything runs in one .venv, which the first target called makes from Python 3.11+, git and make.

PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$python; break; }; done)

VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
PYTEST := $(BIN)/pytest
CODE   := $(wildcard reconciler billing tests benchmarks)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check lint types fmt schemas docs slow fuzz faults foreign test-device facts bench clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { \
	  echo "Python 3.11 or newer with its venv module is needed, and none was found." >&2; \
	  echo "Install it (Debian, Ubuntu: apt install python3-venv) or name it: make PYTHON=/path/to/python3.12 ..." >&2; \
	  exit 1; }
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	  || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "$(PYTHON) cannot make a virtual environment (Debian, Ubuntu: apt install python3-venv)." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(READY) ## a tour of the whole flow on an emulated router
	@$(BIN)/reconcile demo

test: $(READY) ## every test that is quick
	$(PYTEST) -m 'not slow' -n auto --dist worksteal

check: lint types test ## what CI runs: lint, types, tests

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy --strict
	$(BIN)/mypy $(CODE)

fmt: $(READY) ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

schemas: $(READY) ## write schemas/ from the models
	$(BIN)/python -m reconciler.schemas
	$(BIN)/python -m reconciler.outputs

docs: $(READY) ## hold the documentation against the program
	$(PYTEST) -m docs

slow: $(READY) ## the tests that `make test` leaves out
	$(PYTEST) -m slow

CASES ?= 1000000

fuzz: $(READY) ## a million cases against the emulator, and the laws with many more than `make test`
	PYTHONPATH=tests $(BIN)/python -m fuzz.harness --cases $(CASES)
	$(PYTEST) -m hypothesis --hypothesis-profile=fuzz

FOREIGN := .venv-foreign

$(FOREIGN)/.ready: tests/foreign/requirements.txt
	$(PYTHON) -m venv --clear $(FOREIGN)
	$(FOREIGN)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@

faults: $(READY) ## cut an apply at every one of its writes, in every way; prints what held
	PYTHONPATH=tests $(BIN)/python -m faults

foreign: $(READY) $(FOREIGN)/.ready ## other people's RouterOS clients, Ansible too, against the emulator
	$(PYTEST) tests/foreign

# USER is the person at the keyboard in every shell, so only one given to make names the router's.
test-device: $(READY) ## facts against a real router: HOST=... USER=... PASSWORD=... [PORT= TLS= USERS=]
	@ROUTER_USER='$(if $(filter command,$(firstword $(origin USER))),$(USER),admin)' \
	  PYTHONPATH=tests $(BIN)/python -m device

facts: $(READY) ## write the table of docs/routeros-facts.md from tests/device/facts
	PYTHONPATH=tests $(BIN)/python -m device.table

bench: $(READY) ## measure speed and memory beside peers and floors, and the emulator (BENCH=--help: parts of it)
	$(BIN)/python benchmarks/emulator.py
	$(BIN)/python -m benchmarks --growth $(BENCH)

clean: ## remove .venv and everything generated that git ignores
	rm -rf $(VENV) $(FOREIGN) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .reconcile
	find reconciler tests billing benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
