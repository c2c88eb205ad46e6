# `make demo` and `make test` do everything on a bare machine with python3 (3.11 or newer, with venv), make and git.
#   make demo [PORT=8123] [RESET=1]      make test [DATABASE_URL=postgres://…] [ARGS="tests/support -k offer"]

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
# uv keeps what it downloads in the home folder, or, where nothing can be written there, in .venv.
SYNC := cache=$$($(BIN)/uv cache dir 2>/dev/null); \
	mkdir -p "$$cache" 2>/dev/null && [ -w "$$cache" ] || export UV_CACHE_DIR=.venv/cache; \
	$(BIN)/uv sync --quiet --frozen --inexact --python $(BIN)/python
# The deploy check looks at settings as an installation has them; it connects to nothing.
PRODUCTION := DEBUG=False ALLOWED_HOSTS=portal.example.com PORTAL_URL=https://portal.example.com \
	SECURE_SSL=True DATABASE_URL=sqlite:///:memory: \
	SECRET_KEY="$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')"

# Everything is installed into .venv, whatever environment the shell is in, reads and writes UTF-8, whatever its locale, and
# keeps what Python has compiled: each process of the tests would compile all of it anew.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONHOME UV_PROJECT_ENVIRONMENT PYTHONIOENCODING PYTHONDONTWRITEBYTECODE
export PYTHONUTF8 := 1

# What the portal reads of its languages, made of their catalogs.
TEXTS := $(patsubst %.po,%.mo,$(wildcard portal_project/locale/*/LC_MESSAGES/django.po))

.PHONY: help demo test env dev lint types check messages screenshots
.DEFAULT_GOAL := help

help:
	@echo "make demo    the portal with sample data on http://localhost:8000 (PORT=8123 moves it, RESET=1 starts over)"
	@echo "make test    the whole test suite (DATABASE_URL=postgres://... for PostgreSQL)"
	@echo "make lint types check    what the code has to pass besides"
	@echo "make screenshots    takes pictures of every page and mail into the folder screenshots (needs Chromium)"
	@echo "make messages    brings the catalogs of all languages up to the texts in the code (NEW=fr begins one)"

# DEBUG is on unless the environment or .env decides; where it is off, the demo refuses.
demo: env
	@if [ -z "$${DEBUG+set}" ] && ! grep -qsE '^[^#]*DEBUG *=' .env; then DEBUG=True; export DEBUG; fi; \
	exec $(MANAGE) demo $(if $(filter-out 0 no false,$(RESET)),--reset)

test: dev
	@if [ ! -x "$${CHROMIUM:-/usr/bin/chromium}" ]; then \
	echo "No Chromium here, so the browser tests (tests/browser) are left out. To install it: apt-get install chromium"; fi
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	find templates -type f -print0 | xargs -0 $(BIN)/djade --check --target-version 5.2

types: dev
	DEBUG=True $(BIN)/mypy

check: dev
	$(PRODUCTION) $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

screenshots: dev
	@$(BIN)/python -m tests.screenshots

messages: dev
	@DEBUG=True $(MANAGE) makemessages $(NEW)

env: .venv/.installed-runtime $(TEXTS)
dev: .venv/.installed-dev $(TEXTS)

%.mo: %.po | .venv/.installed-runtime
	@$(BIN)/python -m portal_project.catalogs

.venv/.installed-runtime: pyproject.toml uv.lock | $(BIN)/uv
	@echo "Installing what the portal needs into .venv ..."
	@$(SYNC) --no-dev
	@touch $@

.venv/.installed-dev: pyproject.toml uv.lock | $(BIN)/uv
	@echo "Installing what the portal and its tests need into .venv ..."
	@$(SYNC)
	@touch $@ .venv/.installed-runtime

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed as $(PYTHON); another one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo "Python's venv is missing. To install it: apt-get install python3-venv"; exit 1; }
	@echo "Making the Python environment .venv ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check 'uv>=0.9'
