# The two commands: `make demo` paints a real photograph, `make test` runs the tests. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

.DEFAULT_GOAL := help
.PHONY: help demo test check bench docs clean

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# A stamp, not the folder: an installation that was interrupted is done again.
$(VENV)/.installed: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch -e .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

demo: $(VENV)/.installed ## set up, then paint a real photograph
	$(BIN)/pinxit stylize sample:astronaut --style house:swirl -o $(OUT)/demo.png --overwrite

test: $(VENV)/.installed-dev ## set up, then run the tests
	$(BIN)/pytest -n auto --dist loadgroup

check: $(VENV)/.installed-dev ## formatting, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev ## measure what the documentation states and needs nothing but pinxit
	for benchmark in encoder iteration optimize memory tiles checkpoint seams_wrapped panorama video startup; do $(BIN)/python benchmarks/$$benchmark.py || exit 1; done

docs: $(VENV)/.installed-dev ## make the documentation's pictures again
	$(BIN)/python docs/make_pictures.py

clean: ## remove what the commands above made
	rm -rf $(VENV) $(OUT)
