# Short names for the scripts in bin/; nothing is decided here.
.PHONY: install demo test test-fast check bench clean

install:  ## .venv, system packages, fonts
	bin/install

demo:  ## the portal with demonstration data; PORT=8123 make demo
	bin/demo

test:  ## checks and all tests on SQLite and PostgreSQL
	bin/test

test-fast:  ## SQLite, without browser and slow tests
	bin/test --fast

check:  ## style, types, import direction, migrations, production settings, templates
	@bin/install --dev
	bin/check

bench:  ## ratios of import, evaluation and list pages, as JSON lines
	@bin/install --dev
	.venv/bin/python -m benchmarks

clean:  ## removes what can be made again; data under var/ stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +
