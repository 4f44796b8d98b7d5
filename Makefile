# `make run` and `make test` need nothing but Python 3.11 or newer: they set up everything themselves.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check bench soak lock licences sbom advisories frontend clean

PY := .venv/bin/python

help: ## this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup:
	@sh scripts/setup.sh requirements.txt

setup-dev:
	@sh scripts/setup.sh requirements-dev.txt

run: setup ## start the dashboard with a generated town; prints one sign-in link
	@SSZ_DEMO=$${SSZ_DEMO-1} exec $(PY) serve.py

test: setup-dev ## every check: lint, types, unit, store, broker, fault, app and browser tests
	@sh scripts/system.sh
	@$(PY) scripts/check.py

check: setup-dev ## lint, types and unit tests only: seconds, no servers
	@$(PY) scripts/check.py --quick

bench: setup-dev ## measure every figure beside its bare limit; writes benchmarks/RESULTS.md
	@sh scripts/system.sh
	@$(PY) -m benchmarks

soak: setup-dev ## the long form of the fault tests; writes benchmarks/SOAK.md
	@sh scripts/system.sh
	@$(PY) -m benchmarks.soak

# Tools that are no part of the product, in an environment of their own: nothing unpinned gets into the product's.
TOOLS := var/tools
UV := 0.13.9
CYCLONEDX := 7.5.0
PIP_AUDIT := 2.10.1
$(TOOLS)/%:
	@python3 -m venv $(TOOLS)
	@$(TOOLS)/bin/python -m pip install -q uv==$(UV) cyclonedx-bom==$(CYCLONEDX)
	@touch $@

lock: $(TOOLS)/made-$(UV)-$(CYCLONEDX) ## compile requirements*.txt from requirements*.in
	@$(TOOLS)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -o requirements.txt requirements.in
	@$(TOOLS)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header -c requirements.txt -o requirements-dev.txt requirements-dev.in

licences: setup-dev ## write docs/licences.md from the installed libraries
	@$(PY) scripts/licences.py > docs/licences.md

sbom: $(TOOLS)/made-$(UV)-$(CYCLONEDX) ## write var/sbom.json and var/sbom-map.json: libraries, and the map's bundle with its tools
	@$(TOOLS)/bin/cyclonedx-py requirements --sv 1.6 --output-reproducible -o var/sbom.json requirements.txt
	@cd dashboard/live/frontend && npm sbom --package-lock-only --sbom-format cyclonedx > ../../../var/sbom-map.json
	@python3 scripts/sbom.py var/sbom.json var/sbom-map.json

advisories: ## ask over the internet whether a fault became known in a library since; each month, and before an update
	@python3 -m venv var/advisories
	@var/advisories/bin/python -m pip install -q pip-audit==$(PIP_AUDIT)
	@var/advisories/bin/pip-audit --require-hashes --disable-pip -r requirements.txt
	@cd dashboard/live/frontend && npm audit --package-lock-only

frontend: ## build the map component again (needs Node.js); its bundle is committed
	@cd dashboard/live/frontend && npm ci --no-audit --no-fund && npm run build

clean: ## remove the virtual environment and the demo's data
	@rm -rf .venv var
