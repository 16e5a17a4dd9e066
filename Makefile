# Each verb sets up what it needs from hashed requirements, by uv where it is, else venv and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# More than there are cores, as tests also wait: for servers, for turns, for processes.
WORKERS = $(shell $(PYTHON) -c "import os; print(os.cpu_count() * 2)")
export UV_PYTHON_DOWNLOADS := never

.PHONY: help demo report test test-airflow test-lake test-spark check format prove prove-spark bench docs pictures requirements
.DEFAULT_GOAL := help

help:
	@echo "make demo          load a simulated company into DuckDB and print its hours and revenue;"
	@echo "                   SYSTEM=clockify: as the other tracker tells it"
	@echo "make report        open the report app; WAREHOUSE=, else the demo's"
	@echo "make test          run the tests"
	@echo "make test-airflow  run the tests of the DAGs, with Airflow in .venv-airflow"
	@echo "make test-lake     run those of the lake, on servers of their own"
	@echo "make test-spark    run those of the models on Spark, in .venv-spark (needs Java)"
	@echo "make check         lint, types, formatting"
	@echo "make prove         the long proofs, an hour each; PART=sequences, drills,"
	@echo "                   combinations, mutants"
	@echo "make prove-spark   the models of a million entries on DuckDB and on Spark, compared"
	@echo "make bench         how near it comes to the limit and to peers: benchmarks/RESULTS.md;"
	@echo "                   ENTRIES=n, YEARS=n of work; PART=throughput, growth, latency,"
	@echo "                   floors, scale (what companies of any size ask), clockify, models"
	@echo "make pictures      the report's pictures in the README, of the demo (needs Chromium)"
	@echo "make docs          all models and columns on one page; WAREHOUSE=, else the demo's"
	@echo "make format        format all code"
	@echo "make requirements  resolve and hash the requirements again (needs uv)"

demo: $(VENV)/core
	@$(BIN)/timehouse demo $(SYSTEM)

report: $(VENV)/notebooks
	@test -f $(or $(WAREHOUSE),timehouse-demo.duckdb) || { echo "Run make demo first, or name your warehouse by WAREHOUSE=" >&2; exit 2; }
	@$(BIN)/timehouse --warehouse $(or $(WAREHOUSE),timehouse-demo.duckdb) report

test: $(VENV)/dev
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

test-airflow: $(VENV)-airflow/airflow
	@$(VENV)-airflow/bin/python -m pytest -n 2 --dist loadfile tests/airflow $(TESTS)

test-lake: $(VENV)/lake
	@$(BIN)/python -m pytest tests/test_lake.py

test-spark: $(VENV)-spark/spark
	@$(VENV)-spark/bin/python -m pytest tests/test_spark.py --all $(TESTS)

check: $(VENV)/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --disable-progress-bar sql

format: $(VENV)/dev
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --disable-progress-bar sql

prove: $(VENV)/dev
	@$(BIN)/python -m tests.prove $(PART) $(if $(SEED),--seed $(SEED)) $(if $(COUNT),--count $(COUNT))

prove-spark: $(VENV)-spark/spark
	@$(VENV)-spark/bin/python -m tests.proof.spark $(if $(YEARS),--years $(YEARS))

bench: $(VENV)-bench/bench $(VENV)-airbyte/airbyte
	@$(VENV)-bench/bin/python -m benchmarks $(PART) $(if $(ENTRIES),--entries $(ENTRIES)) $(if $(YEARS),--years $(YEARS))

docs: export TIMEHOUSE_WAREHOUSE = $(abspath $(or $(WAREHOUSE),timehouse-demo.duckdb))
docs: $(VENV)/core
	@test -f $(TIMEHOUSE_WAREHOUSE) || { echo "No warehouse $(TIMEHOUSE_WAREHOUSE): run make demo, or name yours by WAREHOUSE=" >&2; exit 2; }
	@$(BIN)/dbt --quiet docs generate --static --project-dir sql --profiles-dir sql \
	  --target-path $(abspath build/docs) --log-path $(abspath build/docs)
	@echo "build/docs/static_index.html"

pictures: $(VENV)/dev
	@$(BIN)/python -m tests.pictures docs

requirements:
	@for name in core notebooks dev airflow lake spark bench airbyte; do uv pip compile --quiet --universal --generate-hashes \
	  --no-strip-extras --no-header --python-version 3.11 requirements/$$name.in \
	  --output-file requirements/$$name.txt; done

# The stamps hold what was installed; lake holds dev, which holds notebooks, which holds core; none
# is installed twice.
$(VENV)/core: requirements/core.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh core

$(VENV)/notebooks: requirements/notebooks.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh notebooks

$(VENV)/dev: requirements/dev.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh dev

# Apart from the others: what Airflow needs may not suit them.
$(VENV)-airflow/airflow: requirements/airflow.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh airflow $(VENV)-airflow

$(VENV)-bench/bench: requirements/bench.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh bench $(VENV)-bench

$(VENV)-airbyte/airbyte: requirements/airbyte.txt
	@PYTHON="$(PYTHON)" sh requirements/install.sh airbyte $(VENV)-airbyte

# Apart too: half a gigabyte that only Spark needs.
$(VENV)-spark/spark: requirements/spark.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh spark $(VENV)-spark

$(VENV)/lake: requirements/lake.txt pyproject.toml
	@PYTHON="$(PYTHON)" sh requirements/install.sh lake
