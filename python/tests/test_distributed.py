"""Many files on two workers of Ray, killed in the middle and gone on with: the same verdicts."""

import os
import signal
import subprocess
import sys
import textwrap
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import gridnet
from gridnet import distributed

ray = pytest.importorskip("ray")

FILES = 12

PROGRAM = """
import sys, ray
from pathlib import Path
ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
import gridnet.distributed as distributed
files = sorted(file for file in Path(sys.argv[1]).glob("*.parquet") if ".identities" not in file.name)
report = distributed.verify_files(files, sys.argv[2], workers=2)
print(sum(report["was_done"].to_pylist()), sum(report["count"].to_pylist()), sum(report["valid"].to_pylist()))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, engine):
    folder = tmp_path_factory.mktemp("claims")
    for number in range(FILES):
        claims = gridnet.sample_transit_pools(400, hops=1, length=5, bad_share=0.05, seed=number, engine=engine)
        pq.write_table(claims.table, folder / f"{number:02}.parquet")
        pq.write_table(claims.identities, folder / f"{number:02}.identities.parquet")
    return folder


def sources(folder):
    return sorted(file for file in folder.glob("*.parquet") if ".identities" not in file.name)


def start(folder, out) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", textwrap.dedent(PROGRAM), str(folder), str(out)],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0", "RAY_TQDM": "0"},
    )


def done(out):
    return sorted(out.glob("*.verdicts.parquet"))


def test_a_run_that_is_killed_goes_on_where_it_stopped(folder, tmp_path, engine):
    out = tmp_path / "out"
    killed = start(folder, out)
    deadline = time.monotonic() + 120
    while not done(out):
        assert killed.poll() is None, "it ended by itself"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    killed.stdout.close()
    before = {file: file.stat().st_mtime_ns for file in done(out)}
    again = start(folder, out)
    said = again.communicate(timeout=240)[0]
    assert again.returncode == 0
    was_done, count, valid = map(int, said.split()[-3:])
    # What was killed may have written one more file before it was gone.
    assert len(before) <= was_done < FILES
    assert (count, valid) == (FILES * 400, FILES * 380)
    assert [file.name for file in done(out)] == [distributed.verdicts_of(file, out).name for file in sources(folder)]
    assert all(file.stat().st_mtime_ns == at for file, at in before.items())
    for source in sources(folder):
        table, identities = gridnet.read_transit_pools(source)
        alone = gridnet.verify_transit_pools(table, identities, engine=engine)
        assert pq.read_table(distributed.verdicts_of(source, out)).to_pylist() == alone.to_pylist()
    assert not list(out.glob("*.unfinished")) or len(list(out.glob("*.unfinished"))) <= 2


def test_what_is_done_is_seen_without_ray(folder, tmp_path, engine):
    source = sources(folder)[0]
    verdicts = distributed.verdicts_of(source, tmp_path)
    worker = distributed._Files(None, None, "cpu", 1)
    worker({"file": [str(source)], "out": [str(verdicts)]})
    report = distributed.verify_files([source], tmp_path).to_pylist()
    assert report == [{"file": str(source), "count": 400, "valid": 380, "seconds": 0.0, "was_done": True}]

    # Verdicts on another state of the file, of its identities, or by other rules are none on this one.
    def is_done(rules=None, identities=None):
        return distributed._is_done(str(source), verdicts, identities, rules) is not None

    assert is_done()
    assert not is_done(rules=gridnet.Rules(height=7))
    assert not is_done(identities=str(distributed.identities_beside(sources(folder)[1])))
    for changed in (source, distributed.identities_beside(source)):
        at = changed.stat().st_mtime_ns
        os.utime(changed, ns=(1, 1))
        assert not is_done()
        os.utime(changed, ns=(at, at))
        assert is_done()
    verdicts.write_bytes(b"half a file")
    assert not is_done()


def test_banks_in_several_files_are_named(folder, tmp_path):
    first, second, *_ = sources(folder)
    assert distributed.spread_banks([first, second]).num_rows == 0
    pq.write_table(pq.read_table(first).slice(7, 2), tmp_path / "some.parquet")
    spread = distributed.spread_banks([first, second, tmp_path / "some.parquet"])
    assert spread["files"].to_pylist() == [2, 2]
    assert isinstance(spread, pa.Table)


def test_bad_arguments(tmp_path):
    for call, word in [
        (lambda: distributed.verify_files(["a/x.parquet", "b/x.parquet"], tmp_path), "files"),
        (lambda: distributed.verify_files([], tmp_path, workers=0), "workers"),
        (lambda: distributed.verify_files([], tmp_path, cpus_per_worker=0), "cpus_per_worker"),
    ]:
        with pytest.raises(gridnet.ArgumentError, match=word):
            call()
