"""Revisions are read as Alembic loads them, and a file that says more than literals is imported."""

import py_compile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from hypothesis import given
from hypothesis import strategies as st

from stratakit.config import Config
from stratakit.revisions import alembic_config, history
from stratakit.revisions.declaration import _match, _parse, read_declaration

HEADER = "import sqlalchemy as sa\nfrom alembic import op\n\n"
DOCSTRINGS = ["", '"""it\'s a change\n\nMore."""\n', "# first\n'''one'''\n", "'short'\n"]
BODY = '\n\ndef upgrade():\n    op.execute("""\nSELECT 1\n""")\n'


def literal(value: Sequence[str] | str | None, style: int) -> str:
    """Return the code of a value in one of several styles."""
    if isinstance(value, str):
        return (repr(value), f'"{value}"', f"('{value}')", f"'{value[:1]}' '{value[1:]}'")[
            style % 4
        ]
    if value is None:
        return "None"
    items = ", ".join(map(repr, value))
    return (f"({items},)", f"[{items}]", f"(\n    {items},\n)")[style % 3]


def assignment(name: str, value: Sequence[str] | str | None, style: int) -> str:
    """Return a statement that gives a name a value, in one of several styles."""
    code = literal(value, style)
    return (
        f"{name} = {code}\n",
        f"{name}: str | None = {code}  # it's\n",
        f"{name}={code}\n",
        f"other = {name} = {code}\n",
        f"if True:\n    {name} = {code.replace(chr(10), ' ')}\n",
        f"{name} = 'x'\n{name} = {code}\n",
        f"_value = {code}\n{name} = _value\n",
    )[style % 7]


@st.composite
def histories(draw: st.DrawFn) -> dict[str, str]:
    """Draw the texts of the files of a random history: branches, merges, labels, depends_on."""
    files: dict[str, str] = {}
    ids: list[str] = []
    for number in range(draw(st.integers(1, 8))):
        styles = st.integers(0, 13)
        parents = draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)) if ids else []
        rest = sorted({*ids} - {*parents})
        needed = draw(st.lists(st.sampled_from(rest), max_size=2, unique=True)) if rest else []
        labels = draw(st.sampled_from([None, f"label{number}", (f"a{number}", f"b{number}")]))
        docstring = draw(
            st.sampled_from(
                ["", '"""it\'s a change\n\nMore."""\n', "# first\n'''one'''\n", "'short'\n"]
            )
        )
        lines = [
            assignment("revision", f"r{number}", draw(styles)),
            assignment("down_revision", _few(parents), draw(styles)),
            *([assignment("branch_labels", labels, draw(styles))] if draw(st.booleans()) else []),
            *([assignment("depends_on", _few(needed), draw(styles))] if needed else []),
        ]
        order = draw(st.permutations(lines))
        files[f"r{number}_file.py"] = docstring + HEADER + "".join(order) + BODY
        ids.append(f"r{number}")
    return files


def _few(ids: Sequence[str]) -> Sequence[str] | str | None:
    return ids[0] if len(ids) == 1 else tuple(ids) or None


def config_of(folder: Path, files: dict[str, str], *, options: str = "") -> Config:
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    ini = f"[alembic]\nscript_location = %(here)s/migrations\n{options}"
    (folder / "alembic.ini").write_text(ini)
    for name, text in files.items():
        file = versions / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())
    return Config(root=folder)


def view(directory: ScriptDirectory) -> object:
    """Return all that Alembic knows of a history."""
    walked = list(directory.walk_revisions())
    order = [each.revision for each in directory.iterate_revisions("heads", "base")]
    return order, directory.get_heads(), directory.get_bases(), sorted(map(described, walked))


def described(script: Script) -> tuple[object, ...]:
    return (
        script.revision,
        script.path,
        repr(script.down_revision),
        repr(script.dependencies),
        sorted(script.branch_labels),
        sorted(script.nextrev),
        script.is_head,
        script.is_branch_point,
        script.doc,
        script.longdoc,
    )


@given(histories())
def test_a_history_is_the_one_that_alembic_loads(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = config_of(Path(folder).resolve(), files)
        alembic = ScriptDirectory.from_config(alembic_config.alembic_config(config))
        assert view(alembic_config.scripts(config)) == view(alembic)
        known = history.read(config.revision_files)
        parents = {
            each.revision: {*history.as_tuple(each.down_revision)}
            | {*history.as_tuple(each.dependencies)}
            for each in alembic.walk_revisions()
        }
        assert {each.id: {*each.parents} for each in known.values()} == parents


OPTIONS = {
    "versions": "",
    "below": "recursive_version_locations = true\n",
    "elsewhere": "path_separator = newline\n"
    "version_locations =\n    %(here)s/migrations/versions\n    %(here)s/elsewhere\n",
    "sourceless": "sourceless = true\n",
}
"""The places of some files: in the one folder, below it, in another one, or as bytecode, too."""


@given(histories(), st.sampled_from([*OPTIONS]), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_the_place_and_the_encoding_of_a_file_do_not_count(
    files: dict[str, str], place: str, newline: str, has_mark: bool
) -> None:
    folders = {"below": "below/", "elsewhere": "../../elsewhere/"}
    placed = {
        (folders.get(place, "") if number % 2 else "") + name: "\ufeff" * has_mark
        + text.replace("\n", newline)
        for number, (name, text) in enumerate(files.items())
    }
    with tempfile.TemporaryDirectory() as folder:
        config = config_of(Path(folder).resolve(), placed, options=OPTIONS[place])
        if place == "sourceless":
            py_compile.compile(str(config.revision_files[0]), doraise=True)
        alembic = ScriptDirectory.from_config(alembic_config.alembic_config(config))
        assert view(alembic_config.scripts(config)) == view(alembic)
        assert {*history.read(config.revision_files)} == {
            each.revision for each in alembic.walk_revisions()
        }


@given(histories())
def test_a_pattern_reads_what_the_parser_reads(files: dict[str, str]) -> None:
    for text in files.values():
        matched = _match(text.encode())
        assert matched is None or matched == _parse(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "dict(\nrevision='x'\n)\nrevision = 'a'\ndown_revision = None\n",
        "text = '''\nrevision = 'x'\n'''\nrevision = 'a'\ndown_revision = None\n",
        "revision = 'a'\ndown_revision = None\nglobals()['revision'] = 'b'\n",
        "revision = 'x'\ndown_revision = None\nrevision += 'b'\n",
        "revision = 'a'\ndown_revision = None\nimport os as depends_on\ndel depends_on\n",
        "revision = 'x'\ndown_revision = None\nfor revision in ['b']:\n    pass\n",
        "revision = 'a' if True else 'b'\ndown_revision = None\n",
        "down_revision = 'x'\nrevision, down_revision = 'a', None\n",
        "revision = 'a'\ndown_revision = None\nclass depends_on:\n    pass\ndepends_on = None\n",
        "revision = 'x'\ndown_revision = None\nexec('revision = \"b\"')\n",
        "revision = 'a' \\\n    'b'\ndown_revision = None\n",
        "# -*- coding: latin-1 -*-\n'''\xe4'''\nrevision = 'a'\ndown_revision = None\n",
        "r'''raw'''\nrevision = 'a'\ndown_revision = None\n",
        "'''a\\nb'''\nrevision = 'a'\ndown_revision = None\n",
        "\n'''a''' 'b'\nrevision = 'a'\ndown_revision = None\n",
    ],
)
def test_an_unusual_file_is_read_as_alembic_loads_it(text: str, tmp_path: Path) -> None:
    config = config_of(tmp_path, {})
    file = config.versions / "file.py"
    file.write_bytes(text.encode("latin-1" if "latin" in text else "utf-8"))
    alembic = ScriptDirectory.from_config(alembic_config.alembic_config(config))
    assert view(alembic_config.scripts(config)) == view(alembic)
    assert [*history.read([file])] == alembic.get_heads()


def test_only_the_files_that_need_it_are_imported(tmp_path: Path) -> None:
    files = {
        "a1.py": "revision = 'a1'\ndown_revision = None\nimport nothing_of_the_kind\n",
        "a2.py": "revision = 'a' + '2'\ndown_revision = 'a1'\n",
    }
    directory = alembic_config.scripts(config_of(tmp_path, files))
    assert directory.get_heads() == ["a2"]
    script = directory.get_revision("a1")
    assert script is not None
    with pytest.raises(ImportError):
        _ = script.module


@pytest.mark.parametrize(
    "line",
    [
        "op.execute('')",
        "x = op.get_bind()",
        "if 1:\n    op.f('')",
        "list()",
        "try: op\nfinally: op",
    ],
)
def test_a_file_that_may_execute_something_is_imported_with_the_others(
    line: str, tmp_path: Path
) -> None:
    text = f"revision = 'a'\ndown_revision = None\nstop = undefined\n{line}\n"
    directory = alembic_config.scripts(config_of(tmp_path, {"a.py": text}))
    with pytest.raises(NameError):
        directory.get_heads()


def test_a_file_without_a_revision_is_refused_as_by_alembic(tmp_path: Path) -> None:
    directory = alembic_config.scripts(config_of(tmp_path, {"helper.py": "x = 1\n"}))
    with pytest.raises(CommandError, match=r"helper\.py"):
        directory.get_heads()


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    config = config_of(tmp_path, {"file.py": "revision = 'a'\ndown_revision = None\n"})
    assert [*history.read(config.revision_files)] == ["a"]
    (config.versions / "file.py").write_text("revision = 'abc'\ndown_revision = None\n")
    assert [*history.read(config.revision_files)] == ["abc"]


@pytest.mark.parametrize(
    ("source", "phase"),
    [
        ("phase = 'expand'\nrevision = 'a'\ndown_revision = None\n", "expand"),
        ("revision = 'a'\ndown_revision = None\nphase: str = 'contract'  # why\n", "contract"),
        ("revision = 'a'\ndown_revision = None\nphase = PHASE\n", None),
    ],
)
def test_the_phase_is_read(source: str, phase: str | None) -> None:
    assert read_declaration(source.encode()).phase == phase
