#!/usr/bin/env bash
# Builds the server of the commit before this one into .cache/previous/gennaker, for the story of an upgrade. It leaves that binary
# in target/debug too, so it runs before the current one is built. Where there is no such commit, or it can't share a database yet,
# the current server stands in for it.
#
# Both builds share their dependencies in one target directory. Cargo tells the crates of the two apart by their version alone (its
# path within the workspace is the same), so the earlier ones are built as 0.0.0: else cargo would take them for the current ones,
# whose files are older than that build.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly cargo=${CARGO:-cargo}
readonly previous=$PWD/.cache/previous
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
mkdir -p "$previous"

commit=$(git rev-parse --verify --quiet 'HEAD~1^{commit}' || true)
if [[ -z $commit ]] || ! git cat-file -e "$commit:migrations/postgres" 2>/dev/null; then
    echo "There is no earlier server that knows PostgreSQL: the current one stands in for it."
    rm -f "$previous/commit"
    "$cargo" build --locked -p gennaker
    cp "$CARGO_TARGET_DIR/debug/gennaker" "$previous/gennaker"
    exit
fi
if [[ -x $previous/gennaker && $(cat "$previous/commit" 2>/dev/null) == "$commit" ]]; then
    exit
fi
rm -rf "$previous/source"
mkdir "$previous/source"
# With the time of now on the files, so that cargo sees that they have changed since the commit that was built before.
git archive "$commit" | tar -xm -C "$previous/source"
sed -i '/^\[workspace.package\]/,/^version/ s/^version = .*/version = "0.0.0"/' "$previous/source/Cargo.toml"
sed -i '/^name = "gennaker/ { n; s/^version = .*/version = "0.0.0"/ }' "$previous/source/Cargo.lock"
"$cargo" build --locked -p gennaker --manifest-path "$previous/source/Cargo.toml"
cp "$CARGO_TARGET_DIR/debug/gennaker" "$previous/gennaker"
echo "$commit" >"$previous/commit"
rm -rf "$previous/source"
