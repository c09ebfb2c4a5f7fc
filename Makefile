# `make demo` and `make test` are the two commands that matter; `make help` lists the others.

CARGO ?= cargo
export PATH := $(CURDIR)/.cache/bin:$(PATH)

# What npm has installed; older than the lock, it is installed anew.
MODULES := clients/node_modules/.package-lock.json

.PHONY: help demo test check lint generate ui ui-bars bench fuzz tools

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

demo: ## Builds the server and shows it: a red/black deploy under load with live progress, then explore it
	@command -v npm >/dev/null && $(MAKE) --no-print-directory ui \
	    || echo "The web UI was not built (it needs Node 20 or newer, and npm): the demo goes on without it."
	$(CARGO) build --locked --profile demo -p gennaker
	target/demo/gennaker demo $(DEMO_ARGS)

test: tools ui ## Installs what the tests need and passes them
	tools/previous.sh
	$(CARGO) build --locked -p gennaker -p gennaker-bench
	$(CARGO) test --locked --workspace
	cd clients && npm test -w typescript
	cd clients && npm test -w web
	cd clients && npm run -w web stories

check: ## The quick loop: format, clippy and unit tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) test --locked --workspace --lib --bins

lint: $(MODULES) ## The static checks of CI
	tools/install.sh --checks
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	cargo-deny --locked check --hide-inclusion-graph bans licenses sources
	tools/node_modules/.bin/buf lint
	$(CARGO) test --locked -p gennaker-proto --test generated
	node clients/typescript/generate.mjs .cache/typescript
	@diff -r .cache/typescript clients/typescript/src/gen \
	    || { echo "clients/typescript/src/gen is not what proto/ gives: run 'make generate' and commit it" >&2; exit 1; }
	cd clients && npm run -w typescript typecheck
	cd clients && npm run -w web check

generate: $(MODULES) ## Generates the code of the API from proto/, in Rust and TypeScript
	$(CARGO) run --locked -p gennaker-proto --example generate
	node clients/typescript/generate.mjs

ui: $(MODULES) ## Builds the web UI into clients/web/dist, for the server to embed
	cd clients && npm run -w web build

ui-bars: tools ui ## Measures the web UI in a browser against its bars
	$(CARGO) build --locked --profile demo -p gennaker
	cd clients && BINARY=$(CURDIR)/target/demo/gennaker npm run -w web bars

$(MODULES): clients/package-lock.json
	cd clients && npm ci --no-audit --no-fund
	@touch $@

bench: ## Measures the server and writes target/bench/report.md
	$(CARGO) build --locked --release -p gennaker -p gennaker-bench
	target/release/gennaker-bench $(BENCH_ARGS)

fuzz: ## Fuzzes the expression language for a minute each way; needs a nightly compiler (FUZZ_ARGS="600 expression")
	tools/fuzz.sh $(FUZZ_ARGS)

tools:
	@tools/install.sh
