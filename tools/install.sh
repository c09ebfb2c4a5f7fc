#!/usr/bin/env bash
# Installs what the checks and tests need beyond Rust: tools, pinned, into .cache/, and packages of Debian. Idempotent: what is
# there is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly grpcurl=v1.9.4
readonly cargo_deny=0.20.2
readonly postgresql=15
readonly faketime=0.9.10
readonly bin=$PWD/.cache/bin
mkdir -p "$bin"

# A tool is current when a marker with its version lies beside it.
installed() { [[ -x $bin/$1 && $(cat "$bin/.$1" 2>/dev/null) == "$2" ]]; }
mark() { echo "$2" >"$bin/.$1"; }

# Programs of the system: a database, a clock that can be set, certificates, a compiler for a disk that can be slowed, a browser
# and letters for it.
missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=("postgresql-$postgresql")
compgen -G '/usr/lib/*/faketime/libfaketimeMT.so.1' >/dev/null || missing+=("faketime=$faketime*")
command -v openssl >/dev/null || missing+=(openssl)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v chromium >/dev/null || missing+=(chromium)
compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
if ((${#missing[@]})); then
    if ! command -v apt-get >/dev/null; then
        echo "install.sh: the tests need ${missing[*]} (names of Debian); install them and run this again" >&2
        exit 1
    fi
    as_root() { if ((EUID)); then sudo "$@"; else "$@"; fi; }
    as_root apt-get update -qq
    # The programs are wanted, not a server that runs all the time.
    if [[ ${missing[*]} == *postgresql* ]]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends postgresql-common
        as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends "${missing[@]}"
fi

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
