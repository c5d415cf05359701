# Everything there is to do here, by name. `make` alone says what.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check
CODE := kiosk devices screens statemachines tests benchmarks docs

MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:
.PHONY: help setup demo run fleet test lint bench crash soak docs pictures doctor clean

help:
	@echo "make demo     set up, then four citizens come by: the whole kiosk, unattended"
	@echo "make run      set up, then the whole kiosk on simulated devices, to play with"
	@echo "make fleet    set up, then the far end with 200 simulated kiosks: prints the console's address"
	@echo "make test     set up, then lint and all tests"
	@echo "make lint     ruff, mypy, import directions"
	@echo "make bench    the measurements in benchmarks/"
	@echo "make crash    every way of making a card, the power cut at every point of it"
	@echo "make soak     2,000 citizens of all kinds, and everything that can go wrong meanwhile"
	@echo "make docs     write the generated files again: charts, drivers, faults, example configuration"
	@echo "make pictures the README's pictures again, from a demonstration"
	@echo "make doctor   what this machine has and lacks"
	@echo "make setup    Debian packages and the virtual environment, if not there yet"
	@echo "make clean    remove what was made while working (not the virtual environment)"

# -- set-up: each step once, and again only when what it was made from changes ------------------------------------------

setup: $(VENV)/.project $(VENV)/.bytecode
	@:

$(VENV)/.packages: deploy/packages.txt
	@$(PYTHON) -m kiosk.system_packages install deploy/packages.txt
	@mkdir -p $(VENV) && touch $@

$(VENV)/.environment: $(VENV)/.packages
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; v == (3, 11) or sys.exit("Python 3.11 is needed, this is %d.%d" % v)'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# pyscard is compiled here, by the setuptools of the lock: nothing is taken from outside it.
$(VENV)/.requirements: deploy/requirements.lock $(VENV)/.environment
	@echo "installing Python packages"
	@awk '/^setuptools==/ {on = 1} on {print} on && !/\\$$/ {exit}' deploy/requirements.lock > $(VENV)/builder.lock
	@$(PIP) install --require-hashes -r $(VENV)/builder.lock
	@$(PIP) install --require-hashes --no-build-isolation -r deploy/requirements.lock
	@touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.requirements
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Where the software lies read-only nothing could be compiled at the start, and each start would compile all of it.
$(VENV)/.bytecode: $(VENV)/.project $(shell find kiosk devices screens statemachines -name '*.py')
	@$(BIN)/python -m compileall -q kiosk devices screens statemachines
	@touch $@

# -- what it is for -----------------------------------------------------------------------------------------------------

demo: setup
	@$(BIN)/kiosk demo

run: setup
	@$(BIN)/kiosk run

fleet: setup
	@$(BIN)/kiosk fleet run --simulate 200 --directory out/fleet

doctor: setup
	@$(BIN)/kiosk doctor

test: lint
	@$(BIN)/pytest -q -n 3 --dist loadgroup

lint: setup
	@echo "lint: ruff, mypy, import directions"
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/ruff format --check --quiet $(CODE)
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > out/lint-imports.txt 2>&1 || { cat out/lint-imports.txt; exit 1; }

crash: setup
	@$(BIN)/python tests/crash/exhaust.py

soak: setup
	@$(BIN)/python tests/soak/soak.py

bench: setup $(VENV)/.bench-packages
	@$(BIN)/python -m benchmarks

# Peers to measure against, of which no service of their own is wanted.
$(VENV)/.bench-packages: deploy/packages-bench.txt $(VENV)/.packages
	@$(PYTHON) -m kiosk.system_packages missing $< > /dev/null || { $(PYTHON) -m kiosk.system_packages install $< \
		&& { systemctl disable --now --quiet zabbix-server 2> /dev/null || true; }; }
	@touch $@

docs: setup
	@for file in docs/generate_*.py; do $(BIN)/python $$file || exit 1; done
	@$(BIN)/kiosk config --print-example > out/kiosk.example.toml && mv out/kiosk.example.toml deploy/kiosk.example.toml

pictures: demo
	@$(BIN)/python docs/make_pictures.py

setup demo run fleet test lint bench docs doctor: | out

out:
	@mkdir -p out

clean:
	@rm -rf out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -not -path './$(VENV)/*' -prune -exec rm -rf {} +
