# What tests and demonstrates the template. Python 3.11 or later, git and make are all it needs.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
# More than cores: a third of the time a test waits for a server, a lock or a disk.
PYTEST := $(RUN) -m pytest --numprocesses 3 --dist worksteal
# Which snapshots nobody needs any more is known only where all tests run.
FAST := "not slow and not proof" --snapshot-warn-unused
ALL ?=
KEEP ?=

export KEEP
export UV_COMPILE_BYTECODE := 1
unexport VIRTUAL_ENV CONDA_PREFIX CONDA_DEFAULT_ENV

.DEFAULT_GOAL := help

help: ## Show this list.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(INSTALLED) ## Render a service into build/demo, run it and use it; KEEP=1 leaves it serving.
	@$(RUN) benchmarks/demo.py $(if $(KEEP),--keep)

test: $(INSTALLED) ## Run the fast tests; ALL=1 runs those of whole services, too, as CI does.
	$(PYTEST) -m $(if $(ALL),"not proof",$(FAST))

coverage: $(INSTALLED) ## Run the fast tests, and list the files of which they run less than 90 %.
	@$(RUN) -m coverage erase
	-$(RUN) -m coverage run -m pytest --quiet --numprocesses 3 --dist worksteal -m $(FAST)
	@$(RUN) -m coverage combine --quiet
	@$(RUN) -m coverage report --sort=cover | awk '$$NF !~ /%/ { next } \
		$$1 == "TOTAL" { print "All files: " $$NF } \
		$$1 != "TOTAL" && $$NF + 0 < 90 { print $$NF " " $$1 ": " $$3 " of " $$2 " lines are missing" }'
	@$(RUN) -m coverage erase

# In a copy: the tool writes the mutants beside the package and its tests.
MUTATED := build/mutation

mutation: $(INSTALLED) ## Plant faults in what parses and compares; list those no test finds.
	@rm -rf $(MUTATED) && mkdir -p $(MUTATED)
	@git ls-files -z pyproject.toml stratakit tests/stratakit | xargs -0 tar -c | tar -x -C $(MUTATED)
	$(VENV)/bin/uv pip install --quiet --target $(MUTATED)/tools "mutmut>=3.8"
	cd $(MUTATED) && EXAMPLES=20 PYTHONPATH=tools "$(abspath $(RUN))" -m mutmut run --max-children 2
	cd $(MUTATED) && PYTHONPATH=tools "$(abspath $(RUN))" -m mutmut results

proof: $(INSTALLED) ## Run what is larger than CI, before a release: docs/proof.md has its figures.
	@$(RUN) scripts/proof.py

docs: $(INSTALLED) ## Build the documentation as a site into build/site.
	$(VENV)/bin/zensical build --clean --strict

lint: $(INSTALLED) lint-template ## Check style, types and prose of everything.
	$(RUN) scripts/prose.py
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy stratakit tests benchmarks scripts

# As a service: app/ is its own, stratakit a library. What imports app/main.py, which is rendered,
# is type-checked in each variant by tests/template/test_variants.py.
IN_PLACE := --config "extend-exclude = ['build']"
IMPORTS := --config "lint.isort.known-first-party = ['app']" \
	--config "lint.isort.known-third-party = ['stratakit']"

lint-template:
	$(RUN) -m ruff check $(IN_PLACE) $(IMPORTS) template
	$(RUN) -m ruff format --check $(IN_PLACE) template
	cd template && "$(abspath $(RUN))" -m mypy --config-file ../pyproject.toml \
		app scripts migrations/env.py

release: $(INSTALLED) ## Release VERSION=1.2.0: changelog, all tests, and the record of it.
	@$(RUN) scripts/release.py check "$(VERSION)"
	@$(MAKE) --no-print-directory lint test ALL=1
	@$(RUN) scripts/release.py record "$(VERSION)"

clean: ## Remove what demo and tests left behind.
	@if [ -f build/demo/Makefile ]; then $(MAKE) --no-print-directory -C build/demo clean; fi
	@rm -rf build .mypy_cache .pytest_cache .ruff_cache template/.mypy_cache template/.ruff_cache
	@find . -name .venv -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is not Python 3.11 or later: add PYTHON=python3.11, or another that is." >&2; \
		exit 1; }
	@[ -x $(RUN) ] || "$(PYTHON)" -m venv $(VENV) >/dev/null 2>&1 || { rm -rf $(VENV); \
		echo "$(PYTHON) -m venv $(VENV) fails; on Debian and Ubuntu, run: apt-get install python3-venv" >&2; \
		exit 1; }
	$(RUN) -m pip install --quiet uv
	$(VENV)/bin/uv pip install --quiet --python $(RUN) --upgrade --group dev --editable .
	@touch $@

.PHONY: help demo test coverage mutation proof docs lint lint-template release clean

-include local.mk
