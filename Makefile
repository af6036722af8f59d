# `make` alone prints what there is. Needs Python 3.11+, git and make; everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
CODE := copilot retrieval tools prompts integrations tests
LOCK := $(BIN)/uv pip compile pyproject.toml --extra formats --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" --quiet --upgrade

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test prove check fix docs bench eval lock clean

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

install: ## runtime only, into .venv (skipped when it is there)
	@$(PYTHON) .ci/install.py runtime

install-dev: ## what tests and checks need as well
	@$(PYTHON) .ci/install.py dev

demo: install ## ingest examples/ and ask it questions; no key, no server
	@bash examples/demo.sh

test: install-dev ## the whole suite, without network
	$(BIN)/pytest -q

prove: install-dev ## the long proofs in full: kills, slots, altered figures, questions over HTTP, the OpenAPI document
	RUMBO_PROVE=1 $(BIN)/pytest -q tests/prove tests/slack/test_kill.py

check: install-dev ## format, lint, types, locks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -q --no-header tests/house/test_locks.py

fix: install-dev ## format, and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: install-dev ## write docs/cli.md, modules.md and settings.md from the code
	$(BIN)/python docs/generate.py

bench: ## measure beside other libraries, in .venv-bench (FULL=1: all questions, 12,000 documents)
	@cmp -s bench/requirements.lock .venv-bench/installed.lock || { $(PYTHON) -m venv .venv-bench && \
		.venv-bench/bin/pip install -q --no-deps --require-hashes -r bench/requirements.lock && \
		.venv-bench/bin/pip install -q --no-deps --no-build-isolation -e . && \
		cp bench/requirements.lock .venv-bench/installed.lock; }
	.venv-bench/bin/python -m bench.run $(if $(FULL),--full)

eval: install-dev ## score extraction, repair and answers on the reference documents in ../shared
	$(BIN)/python bench/evaluate.py

lock: install-dev ## resolve the locks anew
	$(LOCK) --group build -o requirements.lock
	$(LOCK) --group dev -c requirements.lock -o requirements-dev.lock
	$(LOCK) --group bench -c requirements.lock --override bench/overrides.txt -o bench/requirements.lock

clean: ## remove what builds and tests leave behind, not .venv and not your data
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
