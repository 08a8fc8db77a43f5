# One verb per task. Everything that these make stands in .venv and .hotline, which git ignores.
.SHELLFLAGS := -euc
PYTHON ?= python3
CALLS ?= 300
WORKERS ?= 3
BIN := .venv/bin
SOURCES := hotline telephony agent_desk dispatch dialplans tests bench

.PHONY: run setup test check bench soak words fresh lock clean tools

run: setup                      ## set up what is missing, then start everything with demo people
	@exec $(BIN)/hotline up --demo

setup: .venv/runtime.stamp      ## the virtual environment with the locked dependencies

test: tools                     ## every test: pure, edge, live, story; WORKERS at once, for many of them wait
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --durations=10

check: .venv/dev.stamp          ## format, lint, types, import contracts, words
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python deploy/words.py

words: .venv/dev.stamp          ## texts without a translation (an error), translations without a text
	$(BIN)/python deploy/words.py

bench: tools                    ## speed, beside the limits of the parts; JSON in bench/results
	$(BIN)/python -m bench

soak: tools                     ## break everything while CALLS citizens call; WRITE=--write keeps the table in docs
	@$(BIN)/python -m tests.live.soak --calls $(CALLS) $(WRITE)

fresh:                          ## both commands in a clean Debian 12 root folder (needs root and mmdebstrap)
	deploy/fresh.sh

lock:                           ## new lock files from pyproject.toml
	deploy/lock.sh

clean:                          ## forget the environment and the generated parts; keeps the state
	rm -rf .venv .hotline/parts node_modules agent_desk/static/built

tools: .venv/dev.stamp         # what the tests need beside Python
	@deploy/test-tools.sh

# A stamp holds what its environment was made from, so that a half-made one is made again.
.venv/runtime.stamp: requirements.lock pyproject.toml deploy/environment.sh
	@PYTHON=$(PYTHON) deploy/environment.sh requirements.lock $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml deploy/environment.sh
	@PYTHON=$(PYTHON) deploy/environment.sh requirements-dev.lock $@
	@touch .venv/runtime.stamp
