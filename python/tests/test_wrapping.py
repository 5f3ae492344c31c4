"""Whatever the extension has is reached through the package, and whatever the package has is documented."""

import inspect
import re
from pathlib import Path

import gridnet
from gridnet import _native

PACKAGE = Path(gridnet.__file__).parent


def public(of: object) -> list[str]:
    return [name for name in dir(of) if not name.startswith("_")]


def test_all_of_the_extension_is_used():
    text = "\n".join(file.read_text() for file in PACKAGE.glob("*.py"))
    unused = [name for name in public(_native) if not re.search(rf"\b_native(\.| import ){name}\b", text)]
    assert unused == []
    for kind, of in vars(_native).items():
        if not isinstance(of, type):
            continue
        # Those that every encoded value has are called through its class.
        called = rf"(_raw|_holds|\b_native\.{kind}|seal_secret\([^)]*\))\."
        assert [name for name in public(of) if not re.search(rf"{called}{name}\(", text)] == [], kind


def test_all_that_is_public_is_documented_with_an_example():
    for name in gridnet.__all__:
        of = getattr(gridnet, name)
        if inspect.isfunction(of):
            assert ">>>" in (of.__doc__ or ""), name
        elif inspect.isclass(of):
            assert of.__doc__, name
    for name, method in inspect.getmembers(gridnet.Engine, inspect.isfunction):
        if not name.startswith("_"):
            assert ">>>" in (method.__doc__ or ""), name
