# `make run` and `make test` need Python 3.11 or later, make, and a package index to install from.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
JOBS ?= auto
BIN := .venv/bin
STAMP := .venv/.installed
VENDOR := app/commonplace/web/pages/static/vendor/LICENSES.txt
COMUNICA := tests/clients/comunica
GENERATOR := tests/clients/generator
ZOTERO := tests/clients/zotero
CHECKERS := tests/clients/checkers
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm --no-update-notifier --loglevel=error
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-emit-options

.PHONY: run test slow lint types setup frontend clients checkers lighthouse screenshots wheel lock upgrade reference clean

run: setup ## serve on http://127.0.0.1:8000; HOST, PORT and COMMONPLACE_HOME override
	$(BIN)/commonplace serve $(if $(HOST),--host "$(HOST)") $(if $(PORT),--port "$(PORT)")

test: setup ## the test suite without what is marked slow
	$(BIN)/pytest -m "not slow" -n $(JOBS)

slow: setup clients ## the tests marked slow; pytest answers 5 where there is none
	$(BIN)/pytest -m slow -n $(JOBS) || test $$? -eq 5

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

setup: $(STAMP)
	@$(MAKE) --no-print-directory frontend || echo "The front end is not installed: /sparql and /docs are plain pages." >&2

frontend: $(VENDOR) ## what the pages load in a browser, by frontend/package-lock.json

$(VENDOR): frontend/package-lock.json frontend/build.js | $(STAMP)
	$(NPM) ci --prefix frontend
	$(NPM) run build --silent --prefix frontend

wheel: setup ## the wheel in dist/, with the reference set, the pages and what they load
	$(BIN)/python -m hatchling build -t wheel

clients: $(COMUNICA)/node_modules/.package-lock.json $(GENERATOR)/.venv/.installed $(ZOTERO)/.venv/.installed checkers ## clients of others that the slow tests let ask

%/.venv/.installed: %/requirements.txt | $(STAMP)
	$(PYTHON) -m venv $*/.venv
	($*/.venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $< \
		&& touch $@) || { rm -rf $*/.venv; echo "What is in $* is not installed: its tests are skipped." >&2; }

checkers: $(CHECKERS)/node_modules/.package-lock.json ## the Nu HTML checker and Lighthouse

$(CHECKERS)/node_modules/.package-lock.json: $(CHECKERS)/package-lock.json | $(STAMP)
	$(NPM) ci --prefix $(CHECKERS) || echo "The Nu HTML checker and Lighthouse are not installed: no page is checked by them." >&2

$(COMUNICA)/node_modules/.package-lock.json: $(COMUNICA)/package-lock.json | $(STAMP)
	$(NPM) ci --prefix $(COMUNICA) || echo "Comunica is not installed: its tests are skipped." >&2

$(STAMP): requirements.txt requirements-dev.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --quiet --require-hashes -r requirements-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	touch $@

lock: ## write the locks anew for pyproject.toml, keeping the versions they name; `make upgrade` takes newer ones
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(UPGRADE) --output-file requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(UPGRADE) --extra mcp --extra postgres --extra objects \
		--constraint requirements.txt --output-file requirements-servers.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) $(UPGRADE) --allow-unsafe --extra dev \
		--constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

upgrade: ## write the locks anew with the newest versions that pyproject.toml allows
	$(MAKE) lock UPGRADE=--upgrade

reference: setup ## what is made from the program: a page of docs/, the types of the client and its asynchronous form
	$(BIN)/python -m commonplace.cli.settings_reference > docs/configuration.md
	$(BIN)/python -m commonplace.web.answer_types > app/commonplace/client/answers.py
	$(BIN)/python -m commonplace.cli.async_client | $(BIN)/ruff format --stdin-filename app/commonplace/client/asynchronous.py - \
		> $(STAMP).client && mv $(STAMP).client app/commonplace/client/asynchronous.py

lighthouse: setup checkers ## what Lighthouse says of the pages
	$(BIN)/python -m benchmarks.lighthouse

screenshots: setup ## the pictures of docs/screenshots/, of the reference set; Chromium takes them
	$(BIN)/python -m benchmarks.screenshots

clean: ## everything that was made, a library in var/ excepted
	rm -rf .venv frontend/node_modules app/commonplace/web/pages/static/vendor $(COMUNICA)/node_modules $(CHECKERS)/node_modules $(GENERATOR)/.venv $(ZOTERO)/.venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
