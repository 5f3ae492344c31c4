#!/usr/bin/env bash
# The engine on this machine's graphics processor, and hashcat on the same card in the same minutes.
#
#   benches/gpu/compare.sh [--device ID] [--seconds N] [--out FOLDER]
#
# Needs python3. GRIDNET names the program (default: target/release/gridnet, built where it is missing), HASHCAT the
# rival (default: hashcat from the PATH; without one, the engine's report alone). Leaves report.json, hashcat.txt and
# start.txt in FOLDER (default: target/gpu-compare) and prints ratios.
set -euo pipefail

device=gpu seconds=3 out=target/gpu-compare
while (($#)); do
    case $1 in
        --device) device=${2:?--device needs a device}; shift 2 ;;
        --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
        --out) out=${2:?--out needs a folder}; shift 2 ;;
        *) echo "error: $1: the options are --device, --seconds and --out" >&2; exit 2 ;;
    esac
done
gridnet=${GRIDNET:-target/release/gridnet}
hashcat=${HASHCAT:-$(command -v hashcat || true)}
mkdir -p "$out"
if [[ ! -x $gridnet ]]; then
    cargo build --release -p gridnet-node
fi

# From a process to its first answer: with the driver's cache of compiled kernels empty, and as it is left then.
: >"$out/start.txt"
cold=$(mktemp -d)
trap 'rm -rf "$cold"' EXIT
for run in cold warm; do
    began=$(date +%s.%N)
    __GL_SHADER_DISK_CACHE_PATH=$cold MESA_SHADER_CACHE_DIR=$cold \
        "$gridnet" mine --device "$device" --start 2083236000 --end 2083237000 >/dev/null 2>"$out/start.err" ||
        { cat "$out/start.err" >&2; exit 1; }
    python3 -c "import sys; print('$run', round($(date +%s.%N) - $began, 3))" >>"$out/start.txt"
done

"$gridnet" bench --device "$device" --seconds "$seconds" --report "$out/report.json"

: >"$out/hashcat.txt"
if [[ -n $hashcat ]]; then
    # sha256, sha256(sha256), BLAKE2s-256, BLAKE2b-512: a block each, as ours.
    for mode in 1400 21400 31000 600; do
        "$hashcat" -b -m "$mode" -w 4 --backend-ignore-opencl --machine-readable 2>>"$out/hashcat.err" |
            grep -E '^[0-9]+:[0-9]+:' >>"$out/hashcat.txt" || echo "hashcat has no figure for mode $mode" >&2
    done
else
    echo "no hashcat here: no ratios"
fi

python3 - "$out" <<'PYTHON'
import json, pathlib, sys

out = pathlib.Path(sys.argv[1])
report = json.loads((out / "report.json").read_text())
# device:mode:core clock:memory clock:milliseconds:hashes a second
lines = [line.split(":") for line in (out / "hashcat.txt").read_text().split()]
rivals = {int(line[1]): float(line[5]) for line in lines if len(line) >= 6}
MODES = {
    ("search of a header", "sha256d"): 21400,
    ("search of a header under 4 versions", "sha256d"): 21400,
    ("search of a header", "blake2s"): 31000,
    ("search of a header", "blake2b"): 600,
    ("walk of 1000 steps", "sha256"): 1400,
    ("walk of 1000 steps", "blake2s"): 31000,
    ("walk of 1000 steps", "blake2b"): 600,
}

def giga(number):
    return "-" if number is None else f"{float(number) / 1e9:.3f}"

def percent(share):
    return "-" if share is None else f"{100 * share:.0f} %"

for run in (out / "start.txt").read_text().splitlines():
    print("start to first answer,", *run.split(), "s")
for device in report["devices"]:
    print(f"\n{device['id']} {device['name']}, {device['driver']}; opened in {device['open_seconds']:.3f} s")
    print(f"{device['checked_answers']} answers checked; pieces wrong {device['wrong_pieces']},",
          f"failed {device['failed_pieces']}, late {device['late_pieces']}")
    if "no_counters_because" in device:
        print("no clocks, no watts:", device["no_counters_because"])
    head = ("", "", "host GH/s", "kernel", "of model", "host/kernel", "ms", "G/J", "hashcat", "ratio")
    rows = [head]
    for row in device["rows"]:
        rival = rivals.get(MODES.get((row["what"], row["algorithm"])))
        rate = row["kernel_per_second"] or row["per_second"]
        ratio = "-" if rival is None else f"{float(rate) / rival:.2f}"
        mean = "-" if row["dispatch_mean_ms"] is None else f"{row['dispatch_mean_ms']:.1f}"
        rows.append((row["what"], row["algorithm"], giga(row["per_second"]), giga(row["kernel_per_second"]),
                     percent(row["model_share"]), percent(row["host_share"]), mean, giga(row["per_joule"]),
                     giga(rival), ratio))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(row, widths))))
    throttle = sorted({reason for row in device["rows"] for reason in row["throttle"]})
    if throttle:
        print("held back by:", ", ".join(throttle))
PYTHON
