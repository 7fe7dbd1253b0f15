"""Style, types and prose of the repository, as `make lint` checks them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.mark.slow
def test_make_lint_passes_and_sees_every_file(run: Callable[..., str]) -> None:
    output = run("make", "lint", cwd=REPOSITORY)
    template, repository = map(int, re.findall(r"(\d+) files already formatted", output))
    assert template >= len([*REPOSITORY.glob("template/**/*.py")]) > 20
    assert repository >= len([*REPOSITORY.glob("stratakit/**/*.py")]) > 400
