"""What the README shows works, and prints what it says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = (Path(__file__).parents[1] / "README.md").read_text()
PROGRAMS = re.findall(r"```python\n(.*?)```.*?```text\n(.*?)```", TEXT, re.DOTALL)


def test_every_program_is_tried():
    assert len(PROGRAMS) == TEXT.count("```python") == 2


@pytest.mark.parametrize(("program", "prints"), PROGRAMS)
def test_programs(program, prints, tmp_path):
    fewer = program.replace("100_000, bad_share=0.001, progress=True", "1_000, bad_share=0.001")
    run = subprocess.run([sys.executable, "-P", "-c", fewer], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.endswith(prints)
