#!/usr/bin/env bash
# Fuzzes: fuzz.sh [SECONDS [TARGET...]], 60 seconds for each target where nothing else is said. Installs what it needs, pinned, into
# .cache/; the compiler is the nightly one of rustup. New inputs that reach something new are kept in .cache/fuzz/; the committed ones
# in fuzz/corpus/ are read and left alone. A crash leaves its input in fuzz/artifacts/, and the script ends with another code than 0.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly cargo_fuzz=0.13.2
readonly toolchain=${FUZZ_TOOLCHAIN:-nightly}
readonly bin=$PWD/.cache/bin
readonly seconds=${1:-60}
targets=("${@:2}")
((${#targets[@]})) || targets=(expression expression_grammar)

if [[ ! -x $bin/cargo-fuzz || $(cat "$bin/.cargo-fuzz" 2>/dev/null) != "$cargo_fuzz" ]]; then
    CARGO_TARGET_DIR=$PWD/.cache/cargo-fuzz cargo install cargo-fuzz --locked --version "$cargo_fuzz" --root .cache --quiet
    rm -rf .cache/cargo-fuzz
    echo "$cargo_fuzz" >"$bin/.cargo-fuzz"
fi
rustup toolchain list | grep -q "^$toolchain" || rustup toolchain install "$toolchain" --profile minimal
export PATH=$bin:$PATH

# Nothing here is unsafe, so there is nothing for a sanitizer to find, and without one it is several times as fast.
fuzz() { cargo "+$toolchain" fuzz "$1" --sanitizer none "${@:2}"; }
fuzz build
# Threads of the server have stacks of this size: what would overflow one there does so here.
ulimit -s 2048

for target in "${targets[@]}"; do
    mkdir -p ".cache/fuzz/$target"
    corpora=(".cache/fuzz/$target")
    [[ -d fuzz/corpus/$target ]] && corpora+=("fuzz/corpus/$target")
    options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1)
    [[ $target == expression ]] && options+=(-dict=fuzz/expression.dict)
    fuzz run "$target" "${corpora[@]}" -- "${options[@]}"
done
