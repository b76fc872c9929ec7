# Needs Python 3.11 or newer, found as python3 or python3.x; another one: make PYTHON=...
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)

VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --editable
NPM_INSTALL := npm install --silent --no-audit --no-fund

.PHONY: help run test check format bench node-packages clean

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.run ## start the emulator; ARGS="--account sandbox" passes options
	@exec $(BIN)/ses-emulator $(ARGS)

test: $(VENV)/.test node-packages ## the whole test suite; ARGS="-k name" passes options to pytest
	@$(BIN)/python -m pytest --numprocesses auto $(ARGS)

check: $(VENV)/.test ## style, types and the architecture
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet tests/test_architecture.py

format: $(VENV)/.test ## bring the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(VENV)/.bench tests/benchmarks/node_modules ## measure; ARGS="--quick" for a first look
	@$(BIN)/python -m tests.benchmarks $(ARGS)

# The tests that need Node.js are skipped where it is not installed.
node-packages: $(if $(shell command -v npm 2>/dev/null),tests/clients/node_modules)

clean: ## remove everything that was installed or built
	rm -rf $(VENV) dist build tests/*/node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# What pyproject.toml asks for is installed when these exist; each adds to the one before it.
$(VENV)/.run: pyproject.toml
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer found: make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) .
	@touch $@

$(VENV)/.test: $(VENV)/.run
	$(INSTALL) '.[test,dev]'
	@touch $@

$(VENV)/.bench: $(VENV)/.test
	$(INSTALL) '.[bench]'
	@touch $@

%/node_modules: %/package.json
	cd $* && $(NPM_INSTALL)
	@touch $@
