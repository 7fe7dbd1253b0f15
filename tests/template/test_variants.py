"""Services with other answers than the default ones: every pair of answers is in one of them."""

import os
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from allpairspy import AllPairs  # type: ignore[import-untyped]
from filelock import FileLock

ANSWERS: dict[str, list[str | bool]] = {
    "python_version": ["3.11", "3.12", "3.13", "3.14"],
    "deploy": ["compose", "kubernetes", "none"],
    "database": ["postgresql", "sqlite", "mysql"],
    "package_manager": ["uv", "poetry", "pip"],
    "revision_names": ["hash", "dated"],
    "ci": ["github", "gitlab", "none"],
    "authentication": ["none", "jwt"],
    "example": [True, False],
}
# The replicas of Kubernetes cannot share a file: what has both is tried with either.
REFUSED = {"sqlite": "postgresql", "kubernetes": "none"}


def _combinations() -> Iterator[dict[str, str | bool]]:
    for row in AllPairs(ANSWERS.values()):
        instead = REFUSED.items() if set(REFUSED) <= set(row) else [("", "")]
        for one, other in instead:
            yield dict(
                zip(ANSWERS, [other if value == one else value for value in row], strict=True)
            )


COMBINATIONS = list(_combinations())


def _named(answers: dict[str, str | bool]) -> str:
    example = "example" if answers["example"] else "bare"
    return "-".join([*(str(answers[name]) for name in list(ANSWERS)[:-1]), example])


@pytest.fixture
def is_clean(run: Callable[..., str], shared: Path) -> Callable[[Path], None]:
    """Check style, format and types in a folder, with the caches of all tests."""

    def is_clean(folder: Path) -> None:
        ruff = (sys.executable, "-m", "ruff")
        cache = ("--cache-dir", shared / "ruff")
        run(*ruff, "check", *cache, cwd=folder)
        run(*ruff, "format", "--check", *cache, cwd=folder)
        # What mypy learns of the libraries, stratakit among them, holds for the next variant.
        with FileLock(shared / "mypy.lock"):
            mypy = (sys.executable, "-m", "mypy", "--strict", "--cache-dir", shared / "mypy")
            run(*mypy, cwd=folder)

    return is_clean


@pytest.mark.slow
@pytest.mark.parametrize("answers", COMBINATIONS, ids=_named)
def test_a_variant_is_clean_and_passes_its_own_tests(
    answers: dict[str, str | bool],
    service: Callable[..., Path],
    is_clean: Callable[[Path], None],
    run: Callable[..., str],
    require: Callable[[str], str],
) -> None:
    variant = service(**answers)
    is_clean(variant)
    if answers["database"] == "mysql":
        require("mariadbd")
    run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", cwd=variant)


def test_every_pair_of_answers_is_in_a_variant() -> None:
    for one in ANSWERS:
        for other in set(ANSWERS) - {one}:
            pairs = {(combination[one], combination[other]) for combination in COMBINATIONS}
            missing = set(product(ANSWERS[one], ANSWERS[other])) - pairs
            assert all(set(pair) == set(REFUSED) for pair in missing)


def test_a_service_without_the_example_has_nothing_of_it(render: Callable[..., Path]) -> None:
    for folder, _, files in os.walk(render(example=False)):
        for file in files:
            text = (Path(folder) / file).read_text()
            assert "items" not in file
            assert "app.items" not in text, file
            assert "app/items" not in text, file


@pytest.mark.parametrize(("answer", "there"), [("uv", False), ("pip", False), ("poetry", True)])
def test_only_poetry_gets_its_configuration(
    render: Callable[..., Path], answer: str, there: bool
) -> None:
    assert (render(package_manager=answer) / "poetry.toml").exists() is there
