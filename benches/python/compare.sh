#!/bin/sh
# What calls from Python cost beside the same calls from Rust, and what loops over hashlib and cryptography take: pairs in
# turn, medians, ratios.
#   benches/python/compare.sh [pairs]
# Needs the environment that `cargo xtask test --stage python` makes; builds everything in the release profile.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
pairs=${1:-15}
made=$root/target/compare-python
python=$root/target/python/tools/bin/python
rm -rf "$made"
mkdir -p "$made/packages/gridnet"
cd "$root"
# One build of the engine for both.
[ -n "${SKIP_BUILD:-}" ] || cargo build --release --package gridnet-python --package gridnet-benches --lib --example python_twin
cp python/gridnet/*.py "$made/packages/gridnet/"
cp target/release/lib_native.so "$made/packages/gridnet/_native.abi3.so"
export PYTHONPATH="$made/packages"
rust=$root/target/release/examples/python_twin
"$rust" write "$made/data"
: >"$made/rust.txt"
: >"$made/python.txt"
: >"$made/plain.txt"
pair=0
while [ "$pair" -lt "$pairs" ]; do
    pair=$((pair + 1))
    # Who goes first changes, so that whatever else the machine does hits both.
    if [ $((pair % 2)) -eq 0 ]; then
        "$rust" "$made/data" >>"$made/rust.txt"
        "$python" benches/python/calls.py "$made/data" >>"$made/python.txt"
    else
        "$python" benches/python/calls.py "$made/data" >>"$made/python.txt"
        "$rust" "$made/data" >>"$made/rust.txt"
    fi
    if [ $((pair % 3)) -eq 0 ]; then
        "$python" benches/python/calls.py "$made/data" plain >>"$made/plain.txt"
    fi
    printf '\rpair %d of %d' "$pair" "$pairs" >&2
done
printf '\n' >&2
"$python" - "$made/rust.txt" "$made/python.txt" "$made/plain.txt" <<'END'
import statistics, sys
def read(path):
    figures = {}
    for line in open(path):
        name, figure = line.split()
        figures.setdefault(name, []).append(float(figure))
    return figures
rust, python, plain = map(read, sys.argv[1:])
print("| batch | Rust, a second | Python | Python / Rust, median of pairs | plain loop | Python / plain |")
print("|---|---|---|---|---|---|")
for name in (name for name in rust if not name.startswith(("one-", "="))):
    assert set(rust[f"={name}"]) == set(python[f"={name}"]), f"the answers to {name} differ"
    ratio = statistics.median(p / r for r, p in zip(rust[name], python[name]))
    mine = statistics.median(python[name])
    loop = statistics.median(plain[name]) if name in plain else None
    rest = f"{loop:,.0f} | {mine / loop:,.0f}" if loop else "|"
    print(f"| {name} | {statistics.median(rust[name]):,.0f} | {mine:,.0f} | {ratio:.3f} | {rest} |")
print("\n| one call | Rust, ns | Python, ns | more, ns |\n|---|---|---|---|")
for name in (name for name in rust if name.startswith("one-")):
    more = statistics.median(p - r for r, p in zip(rust[name], python[name]))
    a, b = statistics.median(rust[name]), statistics.median(python[name])
    print(f"| {name.removeprefix('one-')} | {a:,.0f} | {b:,.0f} | {more:,.0f} |")
END
