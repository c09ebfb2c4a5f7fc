#!/usr/bin/env bash
# Installs what the checks and tests need beyond Rust, pinned, into .cache/. Idempotent: what is there is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly grpcurl=v1.9.4
readonly cargo_deny=0.20.2
readonly bin=$PWD/.cache/bin
mkdir -p "$bin"

# A tool is current when a marker with its version lies beside it.
installed() { [[ -x $bin/$1 && $(cat "$bin/.$1" 2>/dev/null) == "$2" ]]; }
mark() { echo "$2" >"$bin/.$1"; }

if ! installed grpcurl "$grpcurl"; then
    GOFLAGS=-buildvcs=false GOBIN=$bin go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@$grpcurl"
    mark grpcurl "$grpcurl"
fi

if [[ ${1:-} == --checks ]]; then
    if ! installed cargo-deny "$cargo_deny"; then
        CARGO_TARGET_DIR=$PWD/.cache/cargo-deny cargo install cargo-deny --locked --version "$cargo_deny" --root .cache --quiet
        rm -rf .cache/cargo-deny
        mark cargo-deny "$cargo_deny"
    fi
    if [[ ! -d tools/node_modules || tools/package-lock.json -nt tools/node_modules/.package-lock.json ]]; then
        npm ci --prefix tools --no-audit --no-fund --silent
    fi
fi
