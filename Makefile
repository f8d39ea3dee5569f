# Mailroom's commands. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
DEMO ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types contracts fmt assets messages lock wheel bench soak packages screens clean

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(BIN)/.base: requirements/base.txt
	$(PYTHON) assets/virtual_environment.py $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
	$(BIN)/python assets/link_command.py
	touch $@

$(BIN)/.test: requirements/test.txt $(BIN)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/test.txt
	touch $@

mailroom/faces/windows/static/vendor/.built: package-lock.json assets/build.py $(BIN)/.base
	$(BIN)/python assets/build.py

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard mailroom/locale/*/LC_MESSAGES/django.po))
%.mo: %.po assets/messages.py $(BIN)/.base
	$(BIN)/python assets/messages.py compile

setup: $(BIN)/.base mailroom/faces/windows/static/vendor/.built $(CATALOGUES)  ## environment, dependencies and browser assets; leaves .venv/bin/mailroom
	@$(BIN)/python -m compileall -q mailroom  # also where PYTHONDONTWRITEBYTECODE is set: each process starts seconds sooner

run: setup  ## the product with a demo company on http://127.0.0.1:$(PORT) (DEMO=0 starts empty)
	@MAILROOM_PORT=$(PORT) $(BIN)/mailroom up $(if $(filter 1,$(DEMO)),--demo,)

packages:  ## the servers and the browser that the tests talk to (installs them when run as root)
	$(PYTHON) tests/servers/packages.py

test: setup $(BIN)/.test packages  ## every test, on SQLite and on PostgreSQL, against real servers
	$(BIN)/python -m tests.run

check: setup $(BIN)/.test lint types contracts test  ## lint, types, contracts, audits, then the tests

lint: $(BIN)/.test  ## style and mistakes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/.test  ## mypy, strict
	$(BIN)/mypy

contracts: $(BIN)/.test  ## who may import whom
	$(BIN)/lint-imports

fmt: $(BIN)/.test  ## put the code in form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

assets: setup  ## build the browser assets anew
	$(BIN)/python assets/build.py

messages: setup  ## bring the catalogues of other languages up to date and list what has no translation
	$(BIN)/python assets/messages.py update

LOCK = $(BIN)/uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --no-annotate
lock: $(BIN)/.base  ## lock the dependencies anew, with hashes
	$(BIN)/python -m pip install --quiet uv
	$(LOCK) requirements/base.in -o requirements/base.txt
	$(LOCK) requirements/test.in -o requirements/test.txt
	$(LOCK) requirements/node.in -o requirements/node.txt

wheel: setup $(BIN)/.test  ## dist/*.whl with the assets inside
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

bench: setup $(BIN)/.test packages  ## the benchmarks, in ratios to yardsticks of the same run
	$(BIN)/python -m bench

soak: setup $(BIN)/.test packages  ## the big sizes: a thousand kills, a hundred thousand mails
	$(BIN)/python -m pytest tests/soak -p no:randomly -q

screens: setup $(BIN)/.test packages  ## the screenshots of docs/screens, from the demo world
	$(BIN)/python docs/screens/take.py

clean:  ## remove what was built; the data folder stays
	rm -rf $(VENV) node_modules dist build mailroom/faces/windows/static/vendor
