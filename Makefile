# `make help` lists what there is. Everything sets itself up first; second runs start at once.

VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/stamp
PYTEST_ARGS ?=
# Files of tests that run side by side. Many start worker processes themselves; more than two gain little on two cores.
TEST_JOBS ?= 2
# `make bench-quality` compares with PyTorch in an environment of its own. QUALITY_PIP is for pip, say the index of the
# builds without CUDA; QUALITY_ARGS for the comparison, say "--seconds 60 titanic adult".
QUALITY_VENV ?= .venv-quality
QUALITY_PIP ?=
QUALITY_ARGS ?=
# For `make torture`, say "--seed 3 --minutes 60 --parts kills --load 8".
TORTURE_ARGS ?=
export VENV
# Tests start hundreds of processes, and each would compile all of our modules anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test test-slow check bench bench-quality bench-honest torture shots

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /:/' | awk -F: '{ printf "make %-13s %s\n", $$1, $$2 }'

setup: $(STAMP) ## make .venv with everything that Cupel needs

$(STAMP): pyproject.toml constraints.txt tools/bootstrap.sh
	@sh tools/bootstrap.sh

run: $(STAMP) ## open the window; where there is no display, do the main job in the terminal
	@if [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		exec $(BIN)/cupel; \
	else \
		echo "There is no display for a window here, so Cupel does its main job in the terminal: a short search."; \
		exec $(BIN)/cupel demo; \
	fi

test: check ## check, then run the tests
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m "not slow" -n $(TEST_JOBS) --dist loadfile $(PYTEST_ARGS)

test-slow: $(STAMP) ## run the tests that take long (the wheel in a clean environment, long searches)
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest -m slow $(PYTEST_ARGS)

check: $(STAMP) ## lint, format, types and the directions of imports
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo

bench: $(STAMP) ## print the figures of docs/benchmarks.md for this machine
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@for script in $(filter-out %/bench_quality.py %/bench_honest.py %/bench_budget.py,$(wildcard benchmarks/bench_*.py)); do echo "== $$script"; QT_QPA_PLATFORM=offscreen $(BIN)/python $$script || exit 1; done

bench-quality: $(STAMP) ## compare what short searches export with trees, linear models, plain networks and RealMLP
	@test -x $(QUALITY_VENV)/bin/python || $(BIN)/python -m venv $(QUALITY_VENV)
	@$(QUALITY_VENV)/bin/python -c "import pytabkit" 2>/dev/null || \
		$(QUALITY_VENV)/bin/python -m pip install -q --disable-pip-version-check pytabkit torch==2.13.0 $(QUALITY_PIP)
	@$(BIN)/python benchmarks/bench_quality.py --realmlp $(QUALITY_VENV)/bin/python --keep $(QUALITY_VENV)/predictions $(QUALITY_ARGS)

bench-honest: $(STAMP) ## compare what searches say with the truth, on noise and on tables with unseen rows (hours; goes on)
	@$(BIN)/python benchmarks/bench_honest.py

torture: $(STAMP) ## kill engines, damage stores, data and bundles, and tell what came of it (TORTURE_ARGS; docs/reliability.md)
	@QT_QPA_PLATFORM=offscreen $(BIN)/python benchmarks/torture.py $(TORTURE_ARGS)

shots: $(STAMP) ## search small studies, and take pictures of every page in both themes and languages
	QT_QPA_PLATFORM=offscreen $(BIN)/python benchmarks/shots.py shots --studies shots/.studies
