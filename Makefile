# Regulars: `make demo` shows it, `make test` checks it, `make help` lists the rest.
.DEFAULT_GOAL := help
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
# Two processes whatever the machine: what CI has. Journeys start processes of their own and watch the clock,
# so they run alone.
PARALLEL := -n 2 --dist worksteal
# Unit tests alone reach every branch of the folders in [tool.coverage.run]; tracing the rest adds time alone.
COVERED := --cov --cov-branch --cov-report=term-missing:skip-covered --cov-fail-under=100

.PHONY: help install dev demo demo-privacy test quick test-slow test-importers importers audit sbom bench-again bench-beside bench-console bench-exports bench-feed bench-limits bench-many bench-freshness bench-interests bench-push bench-queue bench-rights bench-topics soak eval-topics screenshots word-table language-table topics-tools check format servers wheel lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Make .venv with the command regulars in it
	@sh tools/environment.sh run

dev: ## The same, with what the checks need
	@sh tools/environment.sh dev

demo: install ## Run the main job on invented people: simulator, queues, labels, export
	@$(BIN)/regulars demo

demo-privacy: install ## Play twelve scenes about the people in the file; writes demo/privacy.html
	@$(BIN)/python tools/demo_privacy.py

test: dev servers check wheel ## Run all checks, the tests last
	$(PYTEST) $(PARALLEL) -m "not slow" tests/unit $(COVERED)
	$(PYTEST) $(PARALLEL) -m "not slow" --ignore=tests/unit --ignore=tests/journey
	$(PYTEST) -m "not slow" tests/journey

quick: dev check ## The inner loop: checks and unit tests, in under a minute
	$(PYTEST) $(PARALLEL) -q -m "not slow" $(wildcard tests/unit tests/architecture)

test-slow: dev servers importers ## Run the long journeys
	$(PYTEST) -m slow

test-importers: dev importers ## Import our files into Creme, Tryton and Radicale (4 minutes the first time)
	$(PYTEST) -m slow tests/importers

importers:
	@sh tools/importers.sh

check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-many: dev servers ## Harvest with 1, 2 and 4 worker processes on one PostgreSQL and Valkey (15 minutes)
	@$(BIN)/python benchmarks/many.py

bench-limits: dev ## Count permitted, used and refused requests, ours and the plain SDKs' (20 minutes)
	@$(BIN)/python benchmarks/limits.py

bench-freshness: dev ## Simulate what freshness costs; writes its tables and curves into docs
	$(BIN)/python benchmarks/freshness.py

bench-interests: dev ## Simulate contacts from labelled texts (SHARED_FOLDER); writes the table and curve into docs
	$(BIN)/python benchmarks/interests.py --write

bench-push: dev ## Measure how fast 200 pushes a second are stored and answered
	@$(BIN)/python benchmarks/push.py

bench-rights: dev servers ## Measure the check, rights, gates and expiry among a million contacts (20 minutes)
	@$(BIN)/python benchmarks/rights_at_scale.py
	@$(BIN)/python benchmarks/rights_at_scale.py --database postgresql

bench-queue: dev servers ## Measure fenced pages a second through the queue, beside threads and no-ops (8 minutes)
	@sh tools/peers.sh
	@$(BIN)/python benchmarks/queue_pages.py
	@$(BIN)/python benchmarks/queue_pages.py --database postgresql --messages 0

bench-beside: dev ## Harvest 100,000 followers beside what people use today, and kill each (10 minutes)
	@sh tools/peers.sh
	@$(BIN)/python benchmarks/beside.py $(BESIDE)

bench-console: dev servers ## Measure the console among a million contacts, harvests and viewers (15 minutes)
	@$(BIN)/python benchmarks/console_at_scale.py
	@$(BIN)/python benchmarks/console_at_scale.py --database postgresql

bench-exports: dev servers ## Measure exports of a million contacts beside the databases' own (10 minutes)
	@$(BIN)/python benchmarks/exports.py
	@$(BIN)/python benchmarks/exports.py --database postgresql

bench-feed: dev servers ## Read a million contacts over the API, as a snapshot and as changes (10 minutes)
	@$(BIN)/python benchmarks/feed.py
	@$(BIN)/python benchmarks/feed.py --database postgresql

soak: dev servers ## Harvest at full speed with faults for half an hour, and see what grew (30 minutes)
	@$(BIN)/python benchmarks/soak.py $(SOAK)

bench-again: dev servers ## Measure second harvests, departures, packs and expiry among a million contacts (40 minutes)
	@$(BIN)/python benchmarks/again.py --write --results build/again.jsonl $(AGAIN)
	@$(BIN)/python benchmarks/again.py --write --results build/again.jsonl --database postgresql $(AGAIN)

bench-topics: topics-tools ## Measure texts a second and memory of the reader of topics, beside two others
	@$(BIN)/python benchmarks/topics.py

eval-topics: dev ## Measure the reader against the labelled sets that are there; writes docs/topics.md
	@$(BIN)/python benchmarks/topics_evaluation.py

screenshots: dev ## Take pictures of every screen of the console; writes docs/screens (5 minutes)
	@$(BIN)/python tools/screenshots.py

word-table: topics-tools ## Make config/word_table.tsv anew from the terms (15 minutes)
	PYTHONPATH=. $(BIN)/python tools/word_table.py

language-table: topics-tools ## Make config/languages.tsv anew
	PYTHONPATH=. $(BIN)/python tools/language_table.py

topics-tools:
	@sh tools/environment.sh topics

servers:
	@sh tools/servers.sh

wheel: dev
	@sh tools/check_wheel.sh

lock: dev ## Write requirements/*.txt anew from pyproject.toml; UPGRADE=1 takes newer versions
	sh tools/lock.sh $(if $(UPGRADE),--upgrade)

audit: ## Ask whether a known hole is in a version that is locked (needs the index's own site)
	@sh tools/supply.sh audit

sbom: ## Write dist/sbom.json, the list of all packages for machines (CycloneDX)
	@sh tools/supply.sh sbom

clean: ## Remove .venv and everything that was built or cached; data/ stays
	rm -rf .venv build dist *.egg-info .coverage* .hypothesis .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
