"""docs/ownership.md, copier.yml and the tree say the same of who owns which file."""

from collections.abc import Callable
from pathlib import Path

import copier
from pathspec import GitIgnoreSpec

from tests.template.ownership import files, owner_of, table

# Not in the template: a team makes them.
MADE_LATER = {"local.mk", "compose.override.yaml"}
# What the default answers do not bring.
OTHER = {"package_manager": "poetry", "ci": "gitlab", "deploy": "kubernetes"}


def test_every_file_of_a_service_has_an_owner(render: Callable[..., Path]) -> None:
    every = files(render()) | files(render(**OTHER))
    assert sorted(path for path in every if owner_of(path) is None) == []


def test_every_line_of_the_list_is_about_a_file(render: Callable[..., Path]) -> None:
    rendered = files(render()) | files(render(**OTHER)) | MADE_LATER
    for pattern, _ in table():
        spec = GitIgnoreSpec.from_lines([f"/{pattern}"])
        assert any(spec.match_file(path) for path in rendered), pattern


def test_a_second_copy_leaves_alone_exactly_what_is_yours(
    service: Callable[..., Path], template: Path
) -> None:
    emptied = service()
    for path in files(emptied) - {".copier-answers.yml"}:
        (emptied / path).write_text("")
    copier.run_copy(str(template), emptied, data={}, defaults=True, overwrite=True, quiet=True)
    kept = {path for path in files(emptied) if not (emptied / path).read_text()}
    empty_anyway = {path for path in files(emptied) if path.endswith("__init__.py")}
    assert kept - empty_anyway == {
        path for path in files(emptied) - empty_anyway if owner_of(path) == "yours"
    }
