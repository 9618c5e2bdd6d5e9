# On a new machine: `make review` runs the first case, `make test` the tests.
# Both need Python with pip, and nothing else; uv is installed where it is missing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help review test lint types slow long browser sarif supply sbom audit pipelines fuzz benchmarks docs ci clean

# The day after which everything in the first case has had time to settle.
AS_OF ?= 2019-07-31
# A shim of pyenv named uv can exist and still refuse to run for this folder's Python: ask it.
UV = $(shell uv --version >/dev/null 2>&1 && echo uv || echo python3 -m uv)
INSTALL = $(UV) pip install --quiet --python .venv --compile-bytecode --constraint constraints.txt
PYTHON := .venv/bin/python

help: ## Say what there is to make.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 18

review: .venv/.runtime ## Run the job on the first case, and say where its review is.
	@.venv/bin/forecast-bench recalibrate --as-of $(AS_OF)

test: .venv/.development ## Run the tests, without the slow ones and those in a browser.
	@$(PYTHON) -m pytest -q -n auto --durations=20

slow: .venv/.development ## Run the slow tests: simulation, sampling, the pages' commands.
	@$(PYTHON) -m pytest -q -n auto -m slow --durations=20

long: .venv/.development ## Run the longest simulations, for figures of the pages: half an hour.
	@$(PYTHON) -m pytest -q -s -m long

browser: .venv/.development ## Run the tests that read the review in a headless chromium.
	@$(PYTHON) -m pytest -q -n auto -m browser tests/browser

sarif: .venv/.development .venv/.sarif ## Hold SARIF against the schema of the standard.
	@SARIF_SCHEMA=$(SARIF)-linux/sarif-2.1.0.json $(PYTHON) -m pytest -q -m npm tests/test_sarif_schema.py

# What an install of the project brings, in an environment of its own, and the tools that look at it.
TOOLS = .venv/supply/tools
BILL = dist/forecast-bench.cdx.json
.venv/.supply: .venv/.uv pyproject.toml constraints.txt Makefile
	@rm -rf .venv/supply
	@$(UV) venv --quiet --python $(PYTHON) $(TOOLS)
	@$(UV) pip install --quiet --no-compile-bytecode --python $(TOOLS) cyclonedx-bom==7.5.0 pip-audit==2.10.1
	@$(UV) venv --quiet --python $(PYTHON) .venv/supply/installed
	@$(UV) pip install --quiet --no-compile-bytecode --python .venv/supply/installed \
	  --constraint constraints.txt --requirements pyproject.toml
	@touch $@

$(BILL): .venv/.supply
	@mkdir -p dist
	@$(TOOLS)/bin/cyclonedx-py environment --output-reproducible --validate --spec-version 1.6 \
	  --pyproject pyproject.toml --output-file $@ .venv/supply/installed

sbom: $(BILL) ## Write what an install brings, with licences, and hold both against the rules.
	@$(TOOLS)/bin/python .ci/licences.py $(BILL)

audit: $(BILL) ## Ask for known vulnerabilities of what an install brings.
	@$(PYTHON) .ci/audit.py $(BILL) --tool $(TOOLS)/bin/pip-audit

supply: .venv/.development $(BILL) ## Test the checks of sbom and audit on made-up ones.
	@$(PYTHON) -m pytest -q -n auto -m supply tests/test_supply_chain.py

# Tools that are none of the project's: each in an environment of its own, newest at the time of testing.
PIPELINES = dagster==1.13.29 prefect==3.9.1 apache-airflow==3.3.2
.venv/.pipelines: .venv/.uv Makefile
	@for one in $(PIPELINES); do folder=.venv/pipelines/$${one%%==*}; folder=$${folder/apache-}; \
	  $(UV) venv --quiet --clear --python $(PYTHON) $$folder; \
	  $(UV) pip install --quiet --no-compile-bytecode --python $$folder $$one; done
	@touch $@

pipelines: .venv/.development .venv/.pipelines ## Run the files for Dagster, Prefect and Airflow by these.
	@$(PYTHON) -m pytest -q -m pipelines --durations=0

MINUTES ?= 10
fuzz: .venv/.development ## Fuzz the readers and checks for MINUTES; keep what makes one raise.
	@$(PYTHON) tests/fuzz/run.py --minutes $(MINUTES)

lint: .venv/.development ## Check format, style and layers.
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@.venv/bin/lint-imports --no-cache

types: .venv/.development ## Check types, strictly.
	@$(PYTHON) -m mypy

benchmarks: .venv/.development ## Measure; with SIZE=small, only that the measuring works.
ifeq ($(SIZE),small)
	@printf '%s\n' "reviewing.py --sizes 20" "importing.py 1" "counting.py --events 20000 --questions 100" \
	  "check_one_file.py --runs 2 --sizes 10 100" "live_probability.py --sizes 1000 10000 --judged 0" \
	  | xargs -P 2 -I {} sh -c '$(PYTHON) benchmarks/{}'
else
	@missed=0; for one in check_one_file nothing_changed live_probability counting importing reviewing recalibrating recalibration_fit rate_panel many_fits; do \
	  echo "== $$one"; $(PYTHON) benchmarks/$$one.py || { echo "$$one: a goal was missed, or it failed"; missed=1; }; done; exit $$missed
endif

docs: .venv/.development ## Write the pages of reference that are generated.
	@$(PYTHON) -m forecast_bench.cli.reference_page docs/reference

ci: ## Everything that is checked before a change is taken.
	@.ci/run

clean: ## Remove what can be rebuilt.
	rm -rf .venv .forecast-bench .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# The Python that is at hand, where it is of the wanted version; else uv looks for one.
WANTED = $(shell python3 -c 'import sys; v = open(".python-version").read().strip(); \
  print(sys._base_executable if sys.version.startswith(v + ".") else v)')

.venv/.uv: .python-version
	@uv --version >/dev/null 2>&1 || python3 -m uv --version >/dev/null 2>&1 \
	  || python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check uv \
	  || { echo "uv is missing, and pip could not install it: install uv, or Python $$(cat .python-version)" >&2; exit 1; }
	@test -x $(PYTHON) || $(UV) venv --quiet --python "$(or $(WANTED),$(shell cat .python-version))" .venv
	@touch $@

.venv/.runtime: .venv/.uv pyproject.toml constraints.txt
	@$(INSTALL) --editable .
	@touch $@

# The one package of a registry that carries the schema itself.
SARIF = .venv/sarif/node_modules/@microsoft/sarif-multitool
.venv/.sarif: Makefile
	@npm install --silent --no-audit --no-fund --prefix .venv/sarif @microsoft/sarif-multitool-linux@5.7.0
	@touch $@

.venv/.development: .venv/.runtime
	@$(INSTALL) --group test --group lint --group bench
	@touch $@
