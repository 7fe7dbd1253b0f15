"""docs/migrations.md of a service: short, and true to the last command."""

import argparse
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from stratakit.cli.main import ALIASES
from tests.rows import DATABASES
from tests.service import Service
from tests.template.team_guide import BLOCK, blocks, follow_recipe, guide

WORDS = 780
PROGRAMS = ("./migrate.sh", "make", ".venv/bin/alembic")


@pytest.mark.parametrize("database", DATABASES)
def test_it_is_short(render: Callable[..., Path], database: str) -> None:
    prose = BLOCK.sub("", guide(render(database=database)))
    assert len(prose.split()) < WORDS


@pytest.mark.parametrize("database", DATABASES)
def test_every_command_that_it_names_exists(render: Callable[..., Path], database: str) -> None:
    root = render(database=database)
    targets = re.findall(r"^([a-z][a-z-]*):", (root / "Makefile").read_text(), re.MULTILINE)
    named = list(_commands(root))
    assert {program for program, _ in named} == set(PROGRAMS)
    for program, arguments in named:
        if program == "make":
            (target,) = (word for word in arguments if "=" not in word)
            beginning, unnamed, _ = target.partition("…")
            assert any(
                each.startswith(beginning) if unnamed else each == target for each in targets
            )
        elif program == "./migrate.sh" and arguments not in ([], ["help"]):
            verb, *rest = arguments
            parser = argparse.ArgumentParser(verb, exit_on_error=False)
            module = import_module(f"stratakit.cli.commands.{ALIASES.get(verb, verb)}")
            module.add_arguments(parser)
            parser.parse_args(rest or _stand_ins(verb))


@pytest.mark.parametrize("database", DATABASES)
def test_every_file_that_it_names_exists(render: Callable[..., Path], database: str) -> None:
    root = render(database=database)
    prose = BLOCK.sub("", guide(root))
    for name in ("migrations/versions", ".migration-check.sh", "migrate.sh"):
        assert name in prose
        assert (root / name).exists()


@pytest.mark.slow
def test_its_table_of_commands_runs_from_top_to_bottom(migrated: Service) -> None:
    rows = re.findall(r"^\| .+? \| (`\./migrate\.sh .+) \|$", guide(migrated.root), re.MULTILINE)
    commands = [command for row in rows for command in re.findall(r"`(.+?)`", row)]
    table = commands[: commands.index("./migrate.sh restore FILE") + 1]
    assert len(table) > 9
    for command in table:
        if command.endswith("FILE"):
            (backup,) = (migrated.root / "backups").glob("*_*")
            name = Path(str(migrated.engine().url.database)).name
            command = f"{command.replace('FILE', shlex.quote(str(backup)))} --yes {name}"
        _succeeds(migrated.shell(command))


@pytest.mark.slow
def test_its_blocks_run_from_top_to_bottom(live: Service) -> None:
    for number, block in enumerate(blocks(live.root)):
        if block.file:
            file = live.write(block.file, block.text)
            (file.parent / "__init__.py").touch()
        elif block.recipe:
            if live.sql("SELECT count(*) FROM customers") == [(0,)]:
                live.sql("INSERT INTO customers (name) VALUES ('Ada'), ('Grace')")
            follow_recipe(live, f"0{number + 10}", block.text)
            undone = ("downgrade", "--lose", "customers,customers.country,customers.full_name")
            for command in (("upgrade",), undone, ("upgrade",)):
                _succeeds(live.migrate(*command))
        else:
            assert block.language == "sh"
            _succeeds(live.shell(block.text))
    assert live.sql("SELECT full_name, country FROM customers") == [(None, "DE"), (None, "DE")]


def _commands(root: Path) -> Iterator[tuple[str, list[str]]]:
    """Every command of the guide, in its blocks and in its lines: program and arguments."""
    text = guide(root)
    lines = [
        line for block in blocks(root) if block.language == "sh" for line in block.text.split("\n")
    ]
    for command in [*lines, *re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))]:
        words = shlex.split(command)
        while words and re.match(r"[A-Z_]+=", words[0]):
            words.pop(0)
        if words and words[0] in PROGRAMS:
            yield words[0], words[1:]


def _stand_ins(verb: str) -> list[str]:
    """What a verb has to be given where the guide names nothing but the verb."""
    return {"create": ["a message"], "stamp": ["head"], "restore": ["file"]}.get(verb, [])


def _succeeds(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
