"""The pages of docs/research: their scripts run, and what they compute is what the pages say."""

import functools
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
import pytest

mpl.use("Agg")

FOLDER = Path(__file__).parents[2] / "docs" / "research"
PAGES = ("sybil", "identities", "verification", "throughput")
MOST_BYTES = 600_000


@functools.cache
def printed(name: str) -> list[str]:
    """Run a script, measuring little, and give the lines of what is exact."""
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONSAFEPATH")}
    environment |= {"GRIDNET_SHORT": "1", "MPLBACKEND": "Agg", "PYTHONDONTWRITEBYTECODE": "1"}
    before = sorted(FOLDER.rglob("*"))
    with tempfile.TemporaryDirectory() as place:
        ran = subprocess.run(
            [sys.executable, FOLDER / f"{name}.py"], cwd=place, env=environment, capture_output=True, timeout=600
        )
        assert ran.returncode == 0, ran.stderr.decode()
        assert not list(Path(place).iterdir())
    assert sorted(FOLDER.rglob("*")) == before
    return [line.strip() for line in ran.stdout.decode().splitlines() if line.strip()]


def text(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8")


def missing(lines: list[str], page: str) -> list[str]:
    """Give the lines that a page does not have, in their order."""
    there = [line.strip() for line in page.splitlines()]
    lost, at = [], 0
    for line in lines:
        if line in there[at:]:
            at = there.index(line, at) + 1
        else:
            lost.append(line)
    return lost


@pytest.mark.parametrize("name", PAGES)
def test_what_a_script_computes_stands_in_its_page(name):
    lines = printed(name)
    assert sum(line.startswith("|") for line in lines) > 4
    assert missing(lines, text(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_what_a_script_says_stands_in_its_page(name):
    cells = re.split(r"^# %%", (FOLDER / f"{name}.py").read_text("utf-8"), flags=re.MULTILINE)
    prose = [cell for cell in cells if cell.startswith(" [markdown]\n")]
    lines = [line.removeprefix("#").strip() for cell in prose for line in cell.splitlines()[1:]]
    assert len(prose) > 3
    assert missing([line for line in lines if line], text(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_no_objects_of_python_stand_in_a_page(name):
    assert not re.findall(r" at 0x|Traceback|<Axes|Text\(", text(name))


@pytest.mark.parametrize("name", PAGES)
def test_a_changed_digit_is_noticed(name):
    lines, page = printed(name), text(name)
    changed = 0
    for line in lines:
        digits = list(re.finditer(r"\d", line))
        for digit in digits[:1] + digits[-1:]:
            other = line[: digit.start()] + str((int(digit[0]) + 1) % 10) + line[digit.end() :]
            assert missing(lines, page.replace(line, other)) != [], line
            changed += 1
    assert changed > 5


def test_pictures_are_those_that_pages_name():
    named = {of for name in PAGES for of in re.findall(r"!\[[^]]*\]\(([^)]*)\)", text(name))}
    there = {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in (FOLDER / "pictures").iterdir()}
    assert set(there) == named
    assert {name.split("/")[1].split("_")[0] for name in named} == set(PAGES)
    for picture in there.values():
        assert picture.startswith(b"\x89PNG\r\n\x1a\n")
        assert picture.rstrip().endswith(b"IEND\xaeB`\x82")
    assert sum(map(len, there.values())) < MOST_BYTES


def test_headline_figures_are_those_of_the_pages():
    sections = re.split(r"^## ", text("README"), flags=re.MULTILINE)[1:]
    about = {name: section for section in sections for name in PAGES if f"]({name}.md)" in section.splitlines()[0]}
    assert set(about) == set(PAGES)
    for name, section in about.items():
        figures = re.findall(r"\*\*([^*]+)\*\*", section)
        assert figures, f"{name} has no headline figure"
        assert [figure for figure in figures if figure not in text(name)] == []


@pytest.fixture
def page(monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location("page", FOLDER / "page.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "page", module)
    with mpl.rc_context():
        spec.loader.exec_module(module)
        yield module


def test_marks_follow_from_numbers(page):
    def claim(holds, condition=None):
        cases = page.cases(units=(10, 100, 1_000))
        return page.Claim("X", "says", "sum(gridnet.split({units}, 3))", cases, holds, "so", condition)

    assert "**true** (3 cases)" in claim(lambda v, units: v == units).judged()[2]
    assert "**false** (3 cases)" in claim(lambda v, units: v > units).judged()[2]
    under = claim(lambda v, units: v < 500, lambda units: units <= 100)
    assert "**true-under** (3 cases)" in under.judged()[2]
    assert under.judged()[3] == (
        "true: `sum(gridnet.split(10, 3))` → 10<br>false: `sum(gridnet.split(1000, 3))` → 1,000"
    )
    # A condition that is another one, one that is missing, and one that is not needed.
    for wrong in (
        claim(lambda v, units: v < 500, lambda units: units < 100),
        claim(lambda v, units: v < 500),
        claim(lambda v, units: True, lambda units: True),
    ):
        with pytest.raises(AssertionError):
            wrong.judged()
