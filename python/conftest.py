"""What the examples in the package's documentation find there, and the tests' engine."""

import numpy as np
import pytest

import gridnet


@pytest.fixture(scope="session")
def engine() -> gridnet.Engine:
    return gridnet.Engine(device="cpu", threads=2)


@pytest.fixture(autouse=True)
def _examples(doctest_namespace: dict[str, object], engine: gridnet.Engine) -> None:
    doctest_namespace.update(gridnet=gridnet, np=np, engine=engine)
