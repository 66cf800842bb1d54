# Everything runs in .venv, which the first of these commands makes. Needs Python 3.11 or newer, git and make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do \
	$$p -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install
LINK := $(PIP) --no-deps --no-build-isolation --editable .
PYTEST := $(BIN)/python -m pytest -p no:cacheprovider
WORKERS ?= 2
# A file's tests share a sandbox or an exchange, so a file stays with one worker; the end-to-end tests come first.
PARALLEL := --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder
STAGES := formatting lint types contracts tests
PEER_NAMES := toolong==1.5.0
MINUTES ?= 30
SECOND_TRIES := 2

# ---- what a person types --------------------------------------------------------------------------------

.PHONY: help install run test check bench bench-peers crash soak replay clean lock
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/installed ## .venv with the locked dependencies and thunes-tui in it
	@true

run: install ## the sandbox with a running bot, and the console on it
	@$(BIN)/thunes-tui drill --sandbox

test: .venv/installed-dev ## the tests
	@$(PYTEST) $(PARALLEL)

check: .venv/installed-dev ## what CI runs: format, lint, types, import contracts, tests
	@failed=; took=(); for stage in $(STAGES); do \
		echo "== $$stage"; began=$$SECONDS; \
		$(MAKE) $$stage </dev/null || failed="$$failed $$stage"; \
		took+=("$$stage" $$((SECONDS - began))); \
	done; \
	echo; printf '%-12s %4d s\n' "$${took[@]}"; \
	if [ -n "$$failed" ]; then echo "failed:$$failed"; exit 1; fi

bench: .venv/installed-dev ## the figures beside their peers, as a table and as bench/results.json
	@$(BIN)/python -m bench

bench-peers: .venv/peers ## the same, with the peers that have to be installed first
	@$(BIN)/python -m bench --peers .venv/peers

crash: .venv/installed-dev ## the long tier of the crash and fuzz tests
	@$(PYTEST) --long -m crash $(PARALLEL) --timeout 3600

soak: .venv/installed-dev ## the long tier of the endurance tests: make soak MINUTES=30
	@THUNES_SOAK_MINUTES=$(MINUTES) $(PYTEST) --long -m soak -s --timeout 7200

replay: install ## a demo recording in the console: make replay RECORDING=recordings/NAME
	@recording="$${RECORDING:-$$(find recordings -mindepth 1 -maxdepth 1 -not -name '.*' | sort | head -1)}"; \
	if [ -z "$$recording" ]; then echo "no demo recording is here: make replay RECORDING=a session's folder or id" >&2; exit 2; fi; \
	$(BIN)/thunes-tui replay "$$recording"

clean: ## remove what was built and cached here; .venv too
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist bench/results.json
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: .venv/lock ## resolve the dependencies anew into the two lock files
	@for group in install:requirements.lock dev:requirements-dev.lock; do \
		.venv/lock/bin/uv pip compile pyproject.toml --group "$${group%%:*}" --output-file "$${group#*:}" \
			--python-version 3.11 --generate-hashes --no-header --no-annotate --quiet >/dev/null; done

# ---- the stages of a check ------------------------------------------------------------------------------

.PHONY: $(STAGES)
formatting:
	@$(BIN)/ruff format --check --quiet . || { $(BIN)/ruff format --diff . ; exit 1; }

lint:
	@$(BIN)/ruff check --quiet .

types:
	@$(BIN)/mypy

contracts:
	@$(BIN)/lint-imports --no-logo

# On a shared machine a test can miss what it waits for: one or two that failed get one more try, by themselves,
# and are named at the end. More than that is no accident, and neither is a run that could not be finished.
tests:
	@cache=$$(mktemp -d); trap 'rm -rf "$$cache"' EXIT; status=0; \
	pytest() { $(BIN)/python -m pytest -o cache_dir="$$cache" "$$@"; }; \
	pytest $(PARALLEL) $(TESTS) || status=$$?; \
	if [ $$status -ne 1 ]; then exit $$status; fi; \
	failed=$$($(BIN)/python -c 'import json, sys; print(*json.load(sys.stdin), sep="\n")' \
		<"$$cache/v/cache/lastfailed"); count=$$(grep -c . <<<"$$failed"); \
	if [ "$$count" -gt $(SECOND_TRIES) ]; then \
		echo "== $$count tests failed: too many for a second try"; exit 1; fi; \
	echo "== once more, by itself: $$failed"; status=0; \
	pytest --last-failed --last-failed-no-failures none -v $(TESTS) || status=$$?; \
	sed 's/^/!!!! FAILED AT FIRST, AND WAS TRIED TWICE: /' <<<"$$failed"; exit $$status

# ---- what is made once ----------------------------------------------------------------------------------

.venv/bin/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "make: Python 3.11 or newer with venv is needed; install it or say make PYTHON=/its/path" >&2; exit 2; fi
	@$(PYTHON) -m venv .venv

.venv/installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing the locked dependencies into .venv"
	@$(PIP) --require-hashes --requirement requirements.lock
	@$(LINK)
	@touch $@

.venv/installed-dev: requirements-dev.lock requirements.lock pyproject.toml | .venv/bin/python
	@echo "installing the locked dependencies into .venv"
	@$(PIP) --require-hashes --requirement requirements-dev.lock
	@$(LINK)
	@touch $@ .venv/installed

.venv/peers: | .venv/installed-dev
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install $(PEER_NAMES)

.venv/lock: | .venv/bin/python
	@$(PYTHON) -m venv $@
	@$@/bin/python -m pip --disable-pip-version-check --quiet install uv
