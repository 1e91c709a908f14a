# Vigie: what a newcomer, a tester and a packager type. `make help` lists it.

VENV ?= .venv
BIN := $(VENV)/bin
# The first Python that is new enough (a name that exists need not work: version managers leave such shims).
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
  $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PYTEST := $(BIN)/python -m pytest
WORKERS ?= 2
# Daemons and browsers are waited for more than they work.
WAITERS ?= 3
LISTEN ?= 127.0.0.1:8000
FAST := not lab and not browser and not slow
CATALOGUES := $(shell find src -path '*/LC_MESSAGES/*.po')

# Hundreds of programs start in the tests: each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run venv test fast lint sizes parts bench shots wheel lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## start the desk with an invented centre: http://127.0.0.1:8000/demo/ (other port: LISTEN=127.0.0.1:8001)
	@$(BIN)/vigie demo --listen $(LISTEN)

test: venv parts lint ## everything: lint, types, layers, sizes, then all tests (installs system parts as root on Debian)
	$(PYTEST) -q -n $(WORKERS) -m "$(FAST)"
	$(PYTEST) -q -n $(WORKERS) -m "$(FAST)" -p tests.support.on_postgres
	$(PYTEST) -q -n $(WAITERS) --dist loadfile -m "lab or browser or slow"

fast: venv ## the tests of a minute: no daemons, no browser
	@$(PYTEST) -q -n $(WORKERS) -m "$(FAST)"

lint: venv ## ruff, mypy --strict, import-linter, translations, size alarms
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format -q --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@if [ -f tools/messages.py ]; then $(BIN)/python tools/messages.py --check; fi
	@$(BIN)/python tools/sizes.py

sizes: venv ## lengths of files and functions
	@$(BIN)/python tools/sizes.py

parts: ## get what the tests need from the system (as root on Debian), or say what is missing
	@"$(PYTHON)" tools/install_system_parts.py

bench: venv ## measure: every program in benchmarks/
	@for program in benchmarks/[a-z]*.py; do [ -f "$$program" ] || continue; echo "== $$program"; \
	  $(BIN)/python "$$program" || exit 1; done

shots: venv ## a picture of every page in two widths, themes and languages, in shots/
	@$(BIN)/python tools/shots.py

wheel: venv ## build dist/*.whl
	@rm -rf dist && $(BIN)/python -m build --wheel --no-isolation --outdir dist

# Every version and hash of what Vigie runs and is built with, for all platforms.
lock: ## make requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-annotate --no-header --upgrade -o requirements.lock

clean: ## remove .venv, caches and what was built
	@rm -rf .venv dist build shots .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

venv: $(VENV)/.made $(VENV)/.catalogues

# Anew only when the lock changed …
$(VENV)/.locked: requirements.lock
	@test -n "$(PYTHON)" || { echo "Vigie needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@"$(PYTHON)" -m venv --clear "$(VENV)" || { echo "Making $(VENV) failed. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing what requirements.lock names into $(VENV) (about half a minute) …"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

# … and the package again when its own table did (entry points, dependencies).
$(VENV)/.made: $(VENV)/.locked pyproject.toml
	@$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.catalogues: $(VENV)/.made $(CATALOGUES)
	@$(BIN)/python tools/build_catalogues.py >/dev/null
	@touch $@
