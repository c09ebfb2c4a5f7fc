# `make demo` and `make test` are the two commands that matter; `make help` lists the others.

CARGO ?= cargo
export PATH := $(CURDIR)/.cache/bin:$(PATH)

.PHONY: help demo test check lint generate bench fuzz tools

help: ## Lists the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | expand -t 12

demo: ## Builds the server and shows it: a red/black deploy under load with live progress, then explore it
	$(CARGO) build --locked --profile demo -p gennaker
	target/demo/gennaker demo $(DEMO_ARGS)

test: tools ## Installs what the tests need and passes them
	tools/previous.sh
	$(CARGO) build --locked -p gennaker -p gennaker-bench
	$(CARGO) test --locked --workspace

check: ## The quick loop: format, clippy and unit tests
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(CARGO) test --locked --workspace --lib --bins

lint: ## The static checks of CI
	tools/install.sh --checks
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	cargo-deny --locked check --hide-inclusion-graph bans licenses sources
	tools/node_modules/.bin/buf lint
	$(CARGO) test --locked -p gennaker-proto --test generated

generate: ## Generates the Rust code of the API from proto/
	$(CARGO) run --locked -p gennaker-proto --example generate

bench: ## Measures the server and writes target/bench/report.md
	$(CARGO) build --locked --release -p gennaker -p gennaker-bench
	target/release/gennaker-bench $(BENCH_ARGS)

fuzz: ## Fuzzes the expression language for a minute each way; needs a nightly compiler (FUZZ_ARGS="600 expression")
	tools/fuzz.sh $(FUZZ_ARGS)

tools:
	@tools/install.sh
