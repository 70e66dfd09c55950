# What people type. `make` by itself lists it. Everything made here lies in .venv, node_modules and .local.

VENV := .venv
PYTHON := $(VENV)/bin/python
PAGE := bot/rehearsal/page/node_modules/.package-lock.json
DRAWING := tests/browser/node_modules/.package-lock.json
RUNTIME := $(VENV)/.runtime-installed
TOOLS := $(VENV)/.tools-installed
# Three at a time keep two processors busy, since tests of processes and browsers also wait; whoever is done
# takes over what another has left. A worker that dies ends the run: pytest-xdist may otherwise wait for ever.
SIDE_BY_SIDE := -n 3 --dist worksteal --max-worker-restart=0
INSTALL := -m pip install --quiet --disable-pip-version-check

# What is compiled is kept: tests start hundreds of processes, which would each compile all of it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run test soak check format bench pictures installed chromium

help:
	@echo "make run       start Handrail on this machine, with a pretend school to try it on"
	@echo "make test      every test, those in a real browser too"
	@echo "make soak      a million walks through the packs at random (about half an hour)"
	@echo "make check     format, lint, types, and which folder may import which"
	@echo "make format    put the code into the house's format"
	@echo "make bench     measure it (quiet machine, a few minutes)"
	@echo "make pictures  take the pictures of bot/rehearsal/pictures/ again"

run: $(RUNTIME) $(PAGE)
	$(PYTHON) app.py

test: $(TOOLS) $(PAGE) $(DRAWING) chromium
	@if $(PYTHON) -m tests.browser.chromium; then \
	  $(PYTHON) -m pytest -q $(SIDE_BY_SIDE); \
	elif [ "$$CI" = true ]; then \
	  exit 1; \
	else \
	  $(PYTHON) -m pytest -q $(SIDE_BY_SIDE) -m "not browser" && echo "Not run: the tests in a browser."; \
	fi
	$(PYTHON) -m tests.pythons

# What never bends must hold of every walk; the suite takes 10,000.
soak: $(TOOLS)
	$(PYTHON) -m tests.flows.walks 1000000

check: $(TOOLS)
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m ruff check
	$(PYTHON) -m mypy
	$(PYTHON) -m pytest -q tests/unit/test_layers.py

format: $(TOOLS)
	$(PYTHON) -m ruff format
	$(PYTHON) -m ruff check --fix

bench: $(TOOLS)
	$(PYTHON) -m tests.benchmarks

pictures: $(TOOLS) $(PAGE)
	$(PYTHON) -m tests.browser.take_pictures

$(RUNTIME): requirements.txt
	@[ -x $(VENV)/bin/pip ] || { \
	  for python in python3 python3.13 python3.12 python3.11; do \
	    $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && exec $$python -m venv $(VENV); \
	  done; \
	  echo "Handrail needs Python 3.11 or newer. Install it (python.org), then type the same again."; \
	  exit 1; }
	@echo "Installing what requirements.txt names"
	@$(PYTHON) $(INSTALL) -r requirements.txt
	@touch $@

$(TOOLS): requirements-dev.txt $(RUNTIME)
	@echo "Installing what requirements-dev.txt names"
	@$(PYTHON) $(INSTALL) -r requirements-dev.txt
	@touch $@

# npm leaves this file behind when it is done. Without npm the service runs, and its page says what is missing.
%/node_modules/.package-lock.json: %/package-lock.json
	@if command -v npm >/dev/null; then \
	  echo "npm ci in $*" && cd $* && npm ci --silent && touch node_modules/.package-lock.json; \
	elif [ "$$CI" = true ]; then \
	  echo "npm is missing, and the tests in a browser need it." && exit 1; \
	else \
	  echo "npm is missing: Handrail runs, but its local page draws no cards. Install Node.js (nodejs.org), then type the same again."; \
	fi

# All that tests and checks need; with `--jobs` the parts install side by side.
installed: $(TOOLS) $(PAGE) $(DRAWING)

chromium: $(TOOLS)
	@if ! $(PYTHON) -m tests.browser.chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium; \
	fi
