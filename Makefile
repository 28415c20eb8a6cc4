# Two commands do everything, set-up included: `make pdf` and `make test`. `make help` lists the others.

BRIEF ?= data/ketamine-mecfs
OUTPUT ?= build

# Homebrew's libraries stand where a Python from elsewhere does not look. Named on the command, because macOS takes the
# variable away from what passes through its own shell.
LOADER := $(if $(filter Darwin,$(shell uname -s)),DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib:/usr/local/lib)
PYTHON_HERE := $(LOADER) .venv/bin/python
EVIBRIEF := $(PYTHON_HERE) -m evibrief

.DEFAULT_GOAL := help
.PHONY: help pdf docx html all archive diff since review-copy circulate verify check test test-fast lint bench preview schema rules reference-docs reference wheel clean conformance fuzz pictures fresh libraries test-parts validators

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F'|' '{ printf "make %-14s %s\n", $$1, $$2 }'

pdf: libraries .venv/ready  ## the brief as PDF, in build/; another one: make pdf BRIEF=data/other
	$(EVIBRIEF) build $(BRIEF) --format pdf --output $(OUTPUT)

docx: libraries .venv/ready  ## the brief as Word document
	$(EVIBRIEF) build $(BRIEF) --format docx --output $(OUTPUT)

html: libraries .venv/ready  ## the brief as one self-contained web page
	$(EVIBRIEF) build $(BRIEF) --format html --output $(OUTPUT)

preview: libraries .venv/ready  ## the web page in a browser, made anew with each edit; PDF=1: the pages, too
	$(EVIBRIEF) preview $(BRIEF) $(if $(PDF),--pdf)

all: libraries .venv/ready  ## all three
	$(EVIBRIEF) build $(BRIEF) --output $(OUTPUT)

archive: libraries .venv/ready  ## keep the brief as a dated version in archive/, written once
	$(EVIBRIEF) archive $(BRIEF)

diff: .venv/ready  ## what changed since the last archived version: make diff, or make diff OLD=HEAD~1:data/BRIEF
	$(EVIBRIEF) diff $(OLD) $(BRIEF)

since: .venv/ready  ## write since.yaml, from which the brief prints what changed since the last archived version
	$(EVIBRIEF) since $(BRIEF)

review-copy: libraries .venv/ready  ## a Word document for a reviewer, with our questions as comments
	$(EVIBRIEF) review-copy $(BRIEF) --output $(OUTPUT)

circulate: libraries .venv/ready  ## letters to the recipients of the brief, as drafts in build/circulation
	$(EVIBRIEF) circulate $(BRIEF) --output $(OUTPUT)/circulation

verify: libraries .venv/ready  ## say whether something is unaltered: make verify FILE=some.pdf
	$(EVIBRIEF) verify $(FILE)

check: .venv/ready  ## say what is wrong with the evidence, write nothing
	$(EVIBRIEF) check $(BRIEF)

test: libraries test-parts .venv/ready  ## run the tests
	$(PYTHON_HERE) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --durations 10

test-fast: libraries .venv/ready  ## those that answer in a minute: no office program, browser, kill or fuzz
	$(PYTHON_HERE) -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder -m "not slow"

lint: .venv/ready  ## look for mistakes in the code: ruff, then mypy
	.venv/bin/python -m ruff check
	.venv/bin/python -m mypy

conformance: libraries test-parts validators .venv/ready  ## ask veraPDF, the Open XML SDK and axe about the outputs
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement .ci/conformance.txt
	@mkdir -p .venv/node && cp .ci/package.json .venv/node/
	@npm install --prefix .venv/node --no-package-lock --no-audit --no-fund --silent
	$(PYTHON_HERE) tests/helpers/conformance.py

pictures: libraries test-parts .venv/ready  ## every page of every output as PNG, in build/pictures/
	$(PYTHON_HERE) tests/helpers/pictures.py $(BRIEF) $(OUTPUT)/pictures

fresh:  ## try an empty Debian 12 and 13 as a new user, as root: make fresh, or make fresh FRESH='bookworm --quick'
	@sh .ci/fresh $(FRESH)

fuzz: libraries test-parts .venv/ready  ## thousands of damaged and hostile inputs; prints what came of them
	LAW_EXAMPLES=3000 $(PYTHON_HERE) -m pytest --quiet --numprocesses auto --dist load tests/rating/test_laws.py
	$(PYTHON_HERE) tests/helpers/fuzz.py

bench: libraries .venv/ready  ## measure the speed, as ratios, and write docs/performance.md; takes an hour
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement .ci/bench.txt
	$(PYTHON_HERE) tests/helpers/bench.py

schema: .venv/ready  ## print the JSON Schema of the data files
	$(EVIBRIEF) schema

rules: .venv/ready  ## write docs/rules.md, what the check looks for
	@mkdir -p docs
	$(EVIBRIEF) rules > docs/rules.md

reference-docs: rules  ## write the pages of docs/ that the program writes itself: rules, commands, data files
	$(EVIBRIEF) commands > docs/commands.md
	$(EVIBRIEF) files > docs/data-files.md

reference: .venv/ready  ## write a fresh reference.docx, the styles of the Word document
	$(EVIBRIEF) reference --output templates/reference.docx

wheel: .venv/ready  ## build the package, in dist/
	.venv/bin/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean:  ## remove what was built; the environment and the archive stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Made anew, from nothing, when what belongs in it changes; the stamp is written last.
.venv/ready: pyproject.toml constraints.txt
	@sh .ci/set-up environment
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement constraints.txt
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch .venv/ready

libraries:
	@sh .ci/set-up libraries

validators:
	@sh .ci/set-up validators

test-parts:
	@sh .ci/set-up test-parts
