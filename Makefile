# Everything a person does with this repository.  `make` alone lists it.

PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin/python
STAGE  ?= dev
PORT   ?= 4570
DAYS   ?= 0
ROUNDS ?= 5
SCALE  ?= 1.0
SERVERS ?=
export PYTHONDONTWRITEBYTECODE := 1
# What starts a hundred processes compiles once for all of them, and not beside the sources.
test explore faults: export PYTHONPYCACHEPREFIX := $(CURDIR)/build/bytecode
test explore faults: export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup demo local clock test journeys faults explore bite mutants year bench check words openapi format lint types arch templates package deploy agent bench-agent

help:  ## list what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1|/' | column -t -s '|'

setup: $(VENV)/ready  ## install everything into .venv
	@$(RUN) -m infra.assets

$(VENV)/ready: requirements.txt requirements-documents.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Hokan needs Python 3.11 or later: make setup PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
	@touch $@

demo: setup  ## show the whole service on real input (ONCE=1: and end after the summary)
	@PYTHONPATH=agent $(RUN) -m infra.demo --port $(PORT) $(if $(ONCE),--once)

local: setup  ## keep a local stack running until Ctrl-C; its data stays (PORT=...)
	@$(RUN) -m infra.local --port $(PORT)

clock: setup  ## move the running local stack's clock DAYS=... ahead of the real time
	@$(RUN) -m infra.local.clock --port $(PORT) --days $(DAYS)

test: setup  ## run the tests that need nothing but Python: some minutes
	$(RUN) -m pytest -q -n auto --dist loadgroup

journeys: setup  ## run the packaged stack, the agent, devices and real browsers through whole journeys
	$(RUN) -m pytest -q -n auto --dist loadgroup -m "journey and not deep"

faults: setup  ## prove deeper that nothing is lost: two deaths, every order, 10,000 nights of events
	$(RUN) -m pytest -q -n auto --dist loadgroup --hypothesis-profile explore -m deep

explore: setup  ## hold every property against examples nobody has met yet
	$(RUN) -m pytest -q -n auto --dist loadgroup --hypothesis-profile explore -m "hypothesis and not journey and not deep"

bite: setup  ## plant bugs in a copy of the project and see that the tests notice each
	@$(RUN) -m tests.bite

mutants: setup  ## change one thing at a time in the rules of money and see that the tests notice
	@$(RUN) -m tests.mutants

year: setup  ## live a year of several contracts on the movable clock, and print the ledger
	@$(RUN) -m tests.year

bench: setup  ## print what the service costs, beside its targets
	@$(RUN) -m bench

bench-agent: setup  ## measure the agent beside Debian's restic (ROUNDS=5 SCALE=1.0 SERVERS="rclone ministack")
	@PYTHONPATH=.:agent $(RUN) -m bench.agent $(SERVERS) --rounds $(ROUNDS) --scale $(SCALE)

check: lint types arch templates  ## formatting, lint, types, architecture, templates

words: setup  ## bring the translations up to date with the pages' texts
	@$(RUN) -m infra.words

openapi: setup  ## write docs/api/openapi.json, the interface's description, from the code
	@$(RUN) -m infra.openapi

format: setup  ## format the code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix-only .

lint: setup
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .

types: setup
	$(VENV)/bin/mypy

arch: setup
	PYTHONPATH=.:agent $(VENV)/bin/lint-imports

templates: setup
	$(RUN) -m infra.build --stage dev
	$(VENV)/bin/cfn-lint build/dev/hokan.json

package: setup  ## write the deployable template and zip into build/STAGE
	@$(RUN) -m infra.build --stage $(STAGE)

agent: setup  ## build the facilities' program as a wheel into build/agent
	@PYTHONPATH=agent $(RUN) -m infra.agent

deploy: setup  ## deploy STAGE to the AWS account of your credentials, after showing the changes
	@$(RUN) -m infra.deploy --stage $(STAGE)
