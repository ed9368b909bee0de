# make run    creates .venv, installs, opens the app and prints its address
# make test   installs what the tests need and runs the fast suite
# make lowest tests with the lowest versions that pyproject.toml allows
# make check  format, lint, types and tests, of Python and of JavaScript: what CI runs

PYTHON ?= python3
VENV := .venv
LOWEST := .venv-lowest
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: run test test-slow lowest fuzz mutants lint js check clean

run: $(VENV)/installed
	$(BIN)/vmd-sudoku app --port $(PORT)

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest $(ARGS)

# Whole public sets and a training from scratch: minutes to hours.
test-slow: $(VENV)/installed-dev
	$(BIN)/python -m pytest -m slow $(ARGS)

# A million random and mutated texts through the reader: ten minutes of one core.
fuzz: $(VENV)/installed-dev
	$(BIN)/python tools/fuzz.py --count 1000000 $(ARGS)

# Small faults put into the code one at a time, to see which the tests notice: hours without ARGS="--each 10".
mutants: $(VENV)/installed-dev
	$(BIN)/python tools/mutants.py $(ARGS)

# The lowest versions that pyproject.toml allows, in an environment of their own: what starts, reads, decodes and opens the page with them.
lowest: $(LOWEST)/installed
	$(LOWEST)/bin/python -m pytest -p no:cacheprovider tests/cli tests/formats tests/solving tests/test_board.py \
		tests/app/test_page.py $(ARGS)

$(LOWEST)/installed: pyproject.toml tools/lowest.py
	$(PYTHON) -m venv $(LOWEST)
	$(LOWEST)/bin/python tools/lowest.py > $(LOWEST)/constraints.txt
	$(LOWEST)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(LOWEST)/constraints.txt \
		--editable '.[train]' pytest pytest-timeout hypothesis
	touch $@

lint: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The app's JavaScript: types, form and size, unit tests. Node and npm are for this alone; the app runs without them.
js:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory node_modules/installed && npm run --silent check; \
	else echo "SKIPPED: the JavaScript is not checked, since npm is missing (apt-get install nodejs npm)"; fi

node_modules/installed: package.json package-lock.json
	npm ci --silent
	touch $@

check: lint js test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"vmd-sudoku needs Python 3.11 or newer, {sys.executable} is {v.major}.{v.minor}; try: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/installed

clean:
	rm -rf $(VENV) node_modules build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
