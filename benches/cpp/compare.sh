#!/bin/sh
# What calls from C++ cost beside the same calls from Rust: pairs in turn, medians, ratios.
#   benches/cpp/compare.sh [pairs]
# Needs a C++ compiler and Python; builds everything in the release profile.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
pairs=${1:-15}
made=$root/target/compare-cpp
mkdir -p "$made"
cd "$root"
# One build of the engine for both.
cargo build --release --package gridnet-ffi --package gridnet-benches --lib --example cpp_twin
cargo xtask dist cpp --prefix "$made/prefix" >/dev/null
c++ -std=c++17 -O2 -Wall -Wextra -Werror -I"$made/prefix/include" benches/cpp/bulk.cpp \
    "$made/prefix/lib/libgridnet.a" -lpthread -ldl -lm -o "$made/bulk"
rust=$root/target/release/examples/cpp_twin
"$rust" write "$made/data"
: >"$made/rust.txt"
: >"$made/cpp.txt"
pair=0
while [ "$pair" -lt "$pairs" ]; do
    pair=$((pair + 1))
    # Who goes first changes, so that whatever else the machine does hits both.
    if [ $((pair % 2)) -eq 0 ]; then
        "$rust" "$made/data" >>"$made/rust.txt"
        "$made/bulk" "$made/data" >>"$made/cpp.txt"
    else
        "$made/bulk" "$made/data" >>"$made/cpp.txt"
        "$rust" "$made/data" >>"$made/rust.txt"
    fi
    printf '\rpair %d of %d' "$pair" "$pairs" >&2
done
printf '\n' >&2
python3 - "$made/rust.txt" "$made/cpp.txt" <<'END'
import statistics, sys
def read(path):
    figures = {}
    for line in open(path):
        name, figure = line.split()
        figures.setdefault(name, []).append(float(figure))
    return figures
rust, cpp = map(read, sys.argv[1:])
assert set(rust.pop("good")) == set(cpp.pop("good")), "the verdicts differ"
print("| what | unit | Rust | C++ | C++ / Rust, median of pairs |")
print("|---|---|---|---|---|")
for name in rust:
    unit = "pools/s" if name == "bulk" else "ns"
    ratio = statistics.median(c / r for r, c in zip(rust[name], cpp[name]))
    print(f"| {name} | {unit} | {statistics.median(rust[name]):.0f} | {statistics.median(cpp[name]):.0f} | {ratio:.3f} |")
END
