# Two commands do all the set-up: `make weekly` and `make test`.

PYTHON ?= python3
VENV := .venv
OPSBOOK := $(VENV)/bin/opsbook
UV := $(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python --compile-bytecode
NOTEBOOKS := $(wildcard notebooks/0*.ipynb)

.PHONY: weekly test test-cluster test-s3 test-airflow test-browser lab sample golden pictures bench lint help

weekly: $(VENV)/.base ## import data/inbox and build the reports of the newest week
	$(OPSBOOK) import data/inbox --quiet || test $$? -eq 1
	$(OPSBOOK) weekly

test: $(VENV)/.dev lint ## unit tests, notebooks against their stored results, architecture, documentation
	$(VENV)/bin/python -m pytest -q -n 2 --dist loadfile --ignore tests/browser
	$(OPSBOOK) import data/inbox --quiet
	$(VENV)/bin/python -m pytest -q -n 2 --dist loadfile --nbval --nbval-sanitize-with tests/nbval.cfg --nbval-cell-timeout 120 \
		$(NOTEBOOKS) notebooks/explore.ipynb

test-cluster: $(VENV)/.dev $(VENV)/.cluster ## the batch on dask, the portfolio on Spark (needs Java)
	$(VENV)/bin/python -m pytest -q tests/report/test_cluster.py tests/report/test_portfolio.py

test-s3: $(VENV)/s3/.made ## warehouse and reports on an S3 server of this machine, in an environment of its own
	$(VENV)/s3/bin/python -m pytest -q tests/report/test_cluster.py -k s3

test-airflow: $(VENV)/airflow/.made ## the DAG of docs/howto, parsed and rendered by Airflow, in an environment of its own
	$(VENV)/airflow/bin/python -m pytest -q tests/report/test_recipes.py -k airflow

test-browser: $(VENV)/.browser ## JupyterLab, the dashboard and every page in headless Chromium (needs chromium)
	$(VENV)/bin/python -m pytest -q tests/browser

lab: $(VENV)/.lab ## open the notebooks in JupyterLab
	$(OPSBOOK) lab

sample: $(VENV)/.dev ## make the synthetic sample stores again
	$(OPSBOOK) sample data/inbox

golden: $(VENV)/.dev ## run the committed notebooks on the sample and store their results
	$(OPSBOOK) import data/inbox --quiet
	$(VENV)/bin/python -m jupyter nbconvert --to notebook --inplace --execute --log-level WARN $(NOTEBOOKS) \
		--ExecutePreprocessor.record_timing=False --ClearMetadataPreprocessor.enabled=True \
		--ClearMetadataPreprocessor.preserve_cell_metadata_mask=tags --ClearMetadataPreprocessor.preserve_nb_metadata_mask=kernelspec

pictures: $(VENV)/.browser ## take the pictures of the documents from the sample's pages (needs chromium)
	$(VENV)/bin/python docs/pictures.py

bench: $(VENV)/.dev ## measure speed side by side and write docs/benchmarks.md
	$(VENV)/bin/python -m pytest -q bench --benchmark-json=.benchmarks/latest.json
	$(VENV)/bin/python bench/write.py .benchmarks/latest.json docs/benchmarks.md

lint: $(VENV)/.dev ## style and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports --no-cache

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "opsbook needs Python 3.11 or newer; try: make PYTHON=python3.12"; exit 1; }
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

KERNEL := opsbook/report/jupyter/share/jupyter/kernels/opsbook-warm/kernel.json
$(VENV)/.base: $(VENV)/.uv requirements/base.txt pyproject.toml $(KERNEL)
	$(UV) --require-hashes -r requirements/base.txt
	$(UV) --no-deps -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	$(UV) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.cluster: $(VENV)/.base requirements/cluster.txt
	$(UV) --require-hashes -r requirements/cluster.txt
	@touch $@

$(VENV)/.lab: $(VENV)/.base requirements/lab.txt
	$(UV) --require-hashes -r requirements/lab.txt
	@touch $@

$(VENV)/.browser: $(VENV)/.dev requirements/browser.txt
	$(UV) --require-hashes -r requirements/browser.txt
	@touch $@

# Airflow and S3 pin what the other environments share: each has its own.
$(VENV)/%/.made: $(VENV)/.uv requirements/%.txt
	$(VENV)/bin/uv venv --quiet --allow-existing --python $(VENV)/bin/python $(VENV)/$*
	$(VENV)/bin/uv pip install --quiet --python $(VENV)/$*/bin/python --compile-bytecode --require-hashes -r requirements/$*.txt
	$(VENV)/bin/uv pip install --quiet --python $(VENV)/$*/bin/python --compile-bytecode --no-deps -e .
	@touch $@
