# Every command of the project. Each one first puts in place what it needs (Python packages, the Pulumi CLI), unless it
# is told with READY=1 that this has been done.
STACK ?= dev
BASE ?= main
ROUNDS ?= 3
PYTHON ?= python3

# Our own commands find Python, Helm, the linters and the Pulumi CLI in the virtual environment before anywhere else.
# The SDKs are compiled at their first import; a machine that forbids to keep that would pay for it at every run.
RUN := env -u PYTHONDONTWRITEBYTECODE PATH="$(CURDIR)/.venv/bin:$$PATH"
PULUMI := $(RUN) python -m sandbox pulumi

.DEFAULT_GOAL := help
.PHONY: help up preview destroy test test-matrix test-contract test-vault test-e2e mutations mutations-sample \
	nightly upgrade-test docs pr-comment permissions bench faults lint audit setup clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: setup ## stand a stack up in the sandbox, an embedded cloud: make up STACK=dev
	@$(PULUMI) up --stack $(STACK) --yes --suppress-outputs

preview: setup ## show what up would change
	@$(PULUMI) preview --stack $(STACK)

destroy: setup ## take the stack down again
	@$(PULUMI) destroy --stack $(STACK) --yes --suppress-outputs

test: setup ## run the tests
	@$(RUN) pytest --numprocesses auto --dist loadgroup

test-matrix: setup ## run the whole life of all stacks, and bring-your-own, on the engine (minutes)
	@$(RUN) pytest -m matrix --numprocesses auto --dist loadgroup

test-contract: setup ## let Rasa Pro's own code, Helm and Kubernetes judge what the program writes
	@$(RUN) python -m tools.everything contract
	@$(RUN) pytest -m contract -rs --numprocesses 2 --dist loadgroup

test-vault: setup ## run the scripts that set Vault up against a real Vault, which is built the first time (minutes)
	@$(RUN) python -m tools.everything vault
	@$(RUN) pytest -m vault --numprocesses auto --dist loadscope

test-e2e: setup ## run Rasa Pro, Helm and the Jobs' scripts on real services and a real API server
	@$(RUN) python -m tools.everything e2e
	@$(RUN) pytest -m e2e -rs --numprocesses 2 --dist loadgroup

mutations: setup ## make mistakes in copies of the program and see that they are found: make mutations [TABLE=policy] [WORDS=tls]
	@$(RUN) python -m tools.everything contract
	@$(RUN) python -m tools.mutations $(TABLE) $(WORDS)

mutations-sample: setup ## try a few of these mistakes, others every day
	@$(RUN) python -m tools.everything contract
	@$(RUN) python -m tools.mutations --sample

# What CI takes samples of, in full.
nightly: ## run all faults, all mutations and the tests, matrix and contract tests with all variants (hours)
	@SAMPLE=all $(MAKE) --keep-going test test-matrix test-contract mutations faults

pr-comment: setup ## print the comment of a pull request with this checkout's changes: make pr-comment STACK=dev
	@$(RUN) python -m tools.pulls comment $(STACK) --base $(BASE) --policy-pack policy

permissions: setup ## print what the deployer must be allowed: make permissions STACK=prod
	@$(RUN) python -m tools.permissions $(STACK)

upgrade-test: setup ## upgrade stacks from an older commit in the sandbox: make upgrade-test FROM=v1.2.3 [STACK=dev]
	@$(RUN) python -m tools.upgrade_test --from "$(FROM)" $(if $(filter file,$(origin STACK)),,$(STACK))

docs: setup ## write every page, picture and schema that is generated from the code
	@$(RUN) python -m tools.docs

bench: setup ## measure time and memory, into docs/performance.md: make bench [PART=stacks] [ROUNDS=3]
	@$(RUN) python -m tools.bench $(PART) --rounds $(ROUNDS)

# Without STACK on the command line it is every stack.
faults: setup ## lead every stack through every kind of fault (about an hour, resumable): make faults [STACK=dev] [KIND=kills]
	@$(RUN) python -m tools.faults "$(if $(filter file,$(origin STACK)),,$(STACK))" "$(KIND)"

lint: setup ## check style, types and the direction of imports
	@$(RUN) ruff check
	@$(RUN) ruff format --check
	@$(RUN) pyright --warnings
	@$(RUN) lint-imports --no-logo
	@$(RUN) python -m tools.actionlint

audit: setup ## look for secrets in files and history, and for known holes in the packages
	@$(RUN) python -m tools.audit

setup: ## only put in place what the other commands need
	@command -v $(PYTHON) >/dev/null || { echo "setup: $(PYTHON) is not on PATH; install Python 3.11 or newer" >&2; exit 1; }
	@[ -n "$(READY)" ] || $(PYTHON) -m tools.setup

clean: ## remove the virtual environment, the sandbox's state and all caches of this checkout
	rm -rf .venv .sandbox .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
