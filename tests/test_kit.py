"""The migrations alone, copied over projects that exist: nothing of theirs is overwritten."""

import compileall
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import copier
import pytest
import yaml

from tests import kits
from tests.living import Service
from tests.ownership import files
from tests.updates import IDENTITY, git

PAGE = Path(__file__).resolve().parent.parent / "docs" / "adopt.md"
THEIRS = {
    "library": ["Makefile", "alembic.ini", "migrations"],
    "tickets": ["alembic.ini", "migrations"],
    "shop": ["alembic.ini", "migrations"],
    "notes": [],
    "crew": ["alembic.ini", "migrations"],
}
FOUND = {
    "library": "Bases app.database:Base; models in 2 files; "
    "URL from app.config:settings.sqlalchemy_database_uri; revisions in migrations/versions.",
    "tickets": "Bases app.domain.base:Base; models in 1 files; "
    "URL from app.config:get_settings.db.dsn; revisions in app/migrations/versions.",
    "shop": "Bases src.infra.database.bases:SalesBase, src.infra.database.bases:StockBase; "
    "models in 2 files; URL from POSTGRES_URL; revisions in alembic/versions.",
    "notes": "Bases database:Base; models in 2 files; "
    "URL from database:SQLALCHEMY_DATABASE_URL; revisions in migrations/versions.",
    "crew": "Bases sqlmodel:SQLModel; models in 2 files; "
    "URL from app.settings:settings.database_url; revisions in alembic/versions.",
}
Joined = Callable[[str], Service]


@pytest.fixture
def joined(tmp_path: Path, render: Callable[..., Path]) -> Iterator[Joined]:
    """A project with a database of its own, the migrations copied over it."""
    opened = []

    def joined(name: str) -> Service:
        context = kits.project(name, tmp_path / name)
        live = context.__enter__()
        opened.append(context)
        theirs = render(scope="migrations", theirs=tuple(THEIRS[name]))
        shutil.copytree(theirs, live.root, dirs_exist_ok=True)
        compileall.compile_dir(live.root / "strata", quiet=2)
        return live

    yield joined
    for context in opened:
        context.__exit__(None, None, None)


def commands(name: str) -> str:
    """The lines of shell that docs/adopt.md gives for a project."""
    found = re.search(rf"### `{name}`.*?```sh\n(.*?)```", PAGE.read_text(), re.S)
    assert found, name
    return found[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", kits.URLS)
def test_a_project_is_adopted_from_zero_by_the_lines_of_the_guide(
    name: str, tmp_path: Path, unversioned: Path
) -> None:
    with kits.project(name, tmp_path / name) as live:
        activated = f"{Path(sys.prefix) / 'bin'}:{live.environ()['PATH']}"
        done = live.shell(
            commands(name), PATH=activated, TEMPLATE=str(unversioned), PYTHONDONTWRITEBYTECODE="1"
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert FOUND[name] in done.stdout
        assert done.stdout.rstrip().endswith("The models and the migrations agree.")
        assert kits.unchanged(live) == []
        answers = yaml.safe_load((live.root / ".copier-answers.yml").read_text())
        assert answers["theirs"] == THEIRS[name]


def test_a_change_of_a_model_is_migrated_beside_the_old_history(joined: Joined) -> None:
    live = joined("tickets")
    assert live.migrate("upgrade").returncode == 0
    live.edit(
        "app/domain/models/ticket.py",
        "    status: Mapped",
        "    note: Mapped[str | None] = mapped_column(Text)\n    status: Mapped",
    )
    created = live.migrate("create", "add note to tickets")
    assert created.returncode == 0, created.stderr
    (file,) = (live.root / "app/migrations/versions").glob("*note*.py")
    assert 'down_revision = "b7d1f3a09c42"' in file.read_text().replace("'", '"')
    assert live.migrate("upgrade").returncode == 0
    drift = live.migrate("drift")
    assert drift.returncode == 0, drift.stderr
    checked = live.migrate("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_what_has_no_name_and_what_is_allowed_stay_in_new_revisions(joined: Joined) -> None:
    """In a project without a naming convention, whose tables `create_all` made."""
    live = joined("notes")
    live.edit("models/note.py", "import Text", "import CheckConstraint, ForeignKey, Text")
    live.edit(
        "models/note.py",
        "    id:",
        """    __table_args__ = (CheckConstraint("text <> ''"),)\n    id:""",
    )
    made = live.run(live.python, "-c", "import main")
    assert made.returncode == 0, made.stderr
    live.sql("CREATE TABLE celery_jobs (id INTEGER PRIMARY KEY)")
    live.edit("strata.toml", "allowed = []", 'allowed = ["table celery_jobs"]')
    adopted = live.migrate("adopt", "--baseline")
    assert adopted.returncode == 0, adopted.stderr
    live.commit()
    assert "no revision was written" in live.migrate("create", "nothing at all").stdout
    column = '    main: Mapped[int | None] = mapped_column(ForeignKey("tags.id"), unique=True)\n'
    live.edit("models/note.py", "    text:", f"{column}    text:")
    created = live.migrate("create", "add the main tag of a note")
    assert created.returncode == 0, created.stderr
    assert "adds foreign key fk_notes_main_tags from notes to tags" in created.stdout
    assert "adds unique uq_notes_main on notes" in created.stdout
    for arguments in (("upgrade",), ("check",), ("downgrade", "001"), ("upgrade",), ("drift",)):
        done = live.migrate(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "no revision was written" in live.migrate("create", "nothing at all").stdout


def test_plain_alembic_goes_on_and_may_get_our_environment(joined: Joined) -> None:
    live = joined("library")
    done = live.alembic("upgrade", "head")
    assert done.returncode == 0, done.stderr
    told = live.migrate("check")
    live.follow(told.stdout, "Replace it: ")
    assert "strata.env" in (live.root / "migrations/env.py").read_text()
    again = live.alembic("current")
    assert again.returncode == 0, again.stderr
    assert "Plain `alembic`" not in live.migrate("check").stdout


def test_our_environment_finds_its_folder_where_alembic_names_another(joined: Joined) -> None:
    live = joined("library")
    assert live.migrate("upgrade").returncode == 0
    live.follow(live.migrate("check").stdout, "Replace it: ")
    live.edit("alembic.ini", "prepend_sys_path = .", "prepend_sys_path = app")
    done = live.alembic("current")
    assert done.returncode == 0, done.stderr
    assert "8a2e6c4f9b05 (head)" in done.stdout


def test_every_file_that_is_there_already_stays_as_it_is(tmp_path: Path, unversioned: Path) -> None:
    """Whatever of the names a project has, by a plain copy without a terminal."""
    fresh = tmp_path / "fresh"
    kit = {"scope": "migrations"}
    copier.run_copy(str(unversioned), fresh, data=kit, defaults=True, quiet=True)
    there = tmp_path / "there"
    kept = files(fresh) - {name for name in files(fresh) if name.startswith("strata/")}
    for name in kept:
        (there / name).parent.mkdir(parents=True, exist_ok=True)
        (there / name).write_text("_src_path: another/template\n")
    done = subprocess.run(
        [*COPY, "--data", "scope=migrations", str(unversioned), str(there)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert {
        name for name in kept if (there / name).read_text() != "_src_path: another/template\n"
    } == set()
    assert (there / "strata" / "cli.py").exists()
    assert (there / ".copier-answers.strata.yml").exists()


def test_it_is_without_the_web_and_without_what_only_a_service_has(
    tmp_path: Path, unversioned: Path
) -> None:
    kit = tmp_path / "kit"
    data = {"scope": "migrations"}
    copier.run_copy(str(unversioned), kit, data=data, defaults=True, quiet=True)
    for file in kit.rglob("*.py"):
        assert not re.search(r"(?m)^\s*(from|import) (fastapi|starlette|uvicorn)", file.read_text())
    tops = {name.partition("/")[0] for name in files(kit)}
    assert tops == {
        "strata", "scripts", "migrations", "tests", "docs", "migrate.sh", "strata.mk",
        "strata.toml", "Makefile", "alembic.ini", ".migration-check.sh",
        ".pre-commit-config.yaml", ".copier-answers.yml",
    }  # fmt: skip
    assert not [name for name in files(kit) if name.startswith("tests/") and "schema" not in name]


def test_another_package_named_strata_is_refused(tmp_path: Path, unversioned: Path) -> None:
    (tmp_path / "strata").mkdir()
    (tmp_path / "strata" / "geology.py").write_text("")
    done = subprocess.run(
        [*COPY, "--data", "scope=migrations", str(unversioned), str(tmp_path)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "There is a package strata already" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["strata"]


def test_what_is_missing_is_named_with_the_command_that_installs_it(joined: Joined) -> None:
    live = joined("tickets")
    live.write("sitecustomize.py", HIDE.format(package="psycopg"))
    told = live.run(live.python, "scripts/migrate.py", "check", PYTHONPATH=str(live.root))
    assert told.returncode == 2
    assert "psycopg[binary]>=3.1" in told.stderr
    assert "-m pip install 'psycopg[binary]>=3.1'" in told.stderr
    live.write("uv.lock", "")
    told = live.run(live.python, "scripts/migrate.py", "check", PYTHONPATH=str(live.root))
    assert "Install it: uv add 'psycopg[binary]>=3.1'" in told.stderr


@pytest.mark.parametrize(
    ("name", "edit", "rule"),
    [
        ("notes", ("strata.toml", "allowed", 'url = "NOT_SET_HERE"\nallowed'), "no-url"),
        ("notes", ("strata.toml", "allowed", 'models = ["nothing/*.py"]\nallowed'), "no-models"),
        (
            "notes",
            ("strata.toml", 'database = "postgresql"', 'database = "mysql"'),
            "other-database",
        ),
        (
            "library",
            (
                "migrations/env.py",
                "connection=connection",
                'version_table="v", connection=connection',
            ),
            "other-version-table",
        ),
    ],
)
def test_check_says_what_is_to_be_told_it_first(
    name: str, edit: tuple[str, str, str], rule: str, joined: Joined
) -> None:
    live = joined(name)
    live.edit(*edit)
    told = live.migrate("check", "--format", "json")
    assert told.returncode == 1, told.stderr
    assert f'"{rule}"' in told.stdout
    if rule == "other-database":
        live.follow(live.migrate("check").stdout, "Say which one it is: ")
        assert rule not in live.migrate("check", "--format", "json").stdout


def test_revisions_in_other_folders_are_to_be_put_beside_the_others(joined: Joined) -> None:
    live = joined("library")
    assert live.migrate("upgrade").returncode == 0
    (live.root / "more").mkdir()
    name = "2023_02_11_8a2e6c4f9b05_books.py"
    live.git("mv", f"migrations/versions/{name}", f"more/{name}")
    where = "version_locations = migrations/versions more\nprepend_sys_path"
    live.edit("alembic.ini", "prepend_sys_path", where)
    told = live.migrate("check")
    assert told.returncode == 1
    live.follow(told.stdout, "as the same history: ")
    done = live.migrate("check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_schemas_that_no_revision_makes_are_there_before_the_first(joined: Joined) -> None:
    """As where the project's env.py makes them."""
    live = joined("shop")
    for schema in ("stock", "sales"):
        make = f'op.execute("CREATE SCHEMA {schema}")'
        live.edit("alembic/versions/5e90ab12cd34_stock_and_sales.py", make, "pass")
    live.git("commit", "-qam", "env.py makes the schemas")
    for verb in ("upgrade", "check"):
        done = live.migrate(verb)
        assert done.returncode == 0, done.stdout + done.stderr
    assert "does not exist" not in live.migrate("lint", "--all").stderr


def test_a_commit_that_changes_a_model_without_a_revision_is_stopped(joined: Joined) -> None:
    live = joined("library")
    live.commit("The migrations alone")
    hook = live.root / ".git/hooks/pre-commit"
    shutil.copy(live.root / ".migration-check.sh", hook)
    live.edit("app/models/author.py", "    name =", "    phone = Column(String(20))\n    name =")
    live.git("add", "-A")
    stopped = live.run("git", *IDENTITY, "commit", "-m", "phone")
    assert stopped.returncode != 0
    assert "adds column authors.phone" in stopped.stdout + stopped.stderr


def test_the_hook_finds_a_project_in_a_folder_of_its_repository(joined: Joined) -> None:
    live = joined("library")
    outer = live.root.parent
    shutil.rmtree(live.root / ".git")
    for command in (("init", "-q"), ("add", "-A"), (*IDENTITY, "commit", "-qm", "All")):
        subprocess.run(["git", *command], cwd=outer, check=True, capture_output=True)
    shutil.copy(live.root / ".migration-check.sh", outer / ".git/hooks/pre-commit")
    live.edit("app/models/author.py", "    name =", "    phone = Column(String(20))\n    name =")
    live.git("add", "-A")
    stopped = live.run("git", *IDENTITY, "commit", "-m", "phone")
    assert stopped.returncode != 0
    assert "adds column authors.phone" in stopped.stdout + stopped.stderr


def test_what_is_older_than_the_adoption_is_neither_linted_nor_undone(joined: Joined) -> None:
    """The downgrade of the library's first revision is broken on purpose."""
    live = joined("library")
    first = "migrations/versions/2023_01_05_3f1c0a7b2d11_authors.py"
    live.edit(first, 'op.drop_table("authors")', "pass")
    live.git("commit", "-qam", "It was so before")
    tests = (live.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/schema")
    assert "leaves a trace" in live.run(*tests).stdout
    live.follow(live.migrate("check").stdout, "undone by tests/schema: ")
    done = live.run(*tests)
    assert done.returncode == 0, done.stdout


def test_a_history_that_began_after_its_tables_is_replaced_by_one_revision(
    tmp_path: Path, unversioned: Path
) -> None:
    with kits.project("library", tmp_path / "library") as live:
        old = "migrations/versions/2023_02_11_8a2e6c4f9b05_books.py"
        assert live.alembic("upgrade", "head").returncode == 0
        (live.root / "migrations/versions/2023_01_05_3f1c0a7b2d11_authors.py").unlink()
        live.edit(old, 'down_revision = "3f1c0a7b2d11"', "down_revision = None")
        live.commit("Its first table was made by create_all")
        kits.copy_over(unversioned, live)
        refused = live.migrate("check")
        assert refused.returncode == 1
        live.follow(refused.stderr, "from a database that stands at the last: ")
        assert not (live.root / old).exists()
        assert (live.root / "migrations/versions/replaced" / Path(old).name).exists()
        checked = live.migrate("check")
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "stands at 8a2e6c4f9b05  baseline (head)" in checked.stdout


@pytest.mark.slow
def test_it_works_with_sqlalchemy_2_0(joined: Joined) -> None:
    live = joined("shop")
    shutil.rmtree(live.root / ".venv")
    uv = str(Path(sys.prefix) / "bin" / "uv")
    needed = ["sqlalchemy<2.1", "alembic", "psycopg[binary]", "pydantic-settings", "fastapi"]
    subprocess.run([uv, "venv", "--quiet", str(live.root / ".venv")], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", live.python, *needed, "pytest"]
    subprocess.run(install, check=True)
    for command in (
        ("scripts/migrate.py", "upgrade"),
        ("scripts/migrate.py", "check"),
        ("scripts/migrate.py", "drift"),
        ("-m", "pytest", "-q", "tests/schema"),
    ):
        done = live.run(live.python, *command)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_an_update_renews_what_is_ours_and_nothing_else(
    tmp_path: Path, template: Path, newer: Callable[..., Path]
) -> None:
    with kits.project("library", tmp_path / "library") as live:
        kits.copy_over(template, live)
        live.edit("strata.toml", "allowed = []", 'allowed = ["view theirs"]')
        live.write("app/models/more.py", "")
        live.commit()
        before = {name: (live.root / name).read_bytes() for name in files(live.root)}
        moved = newer(
            {
                "template/strata/__init__.py": ("", "# newer\n"),
                "template/strata.mk": ("", "# newer\n"),
                "template/strata.toml.jinja": ("", "# newer\n"),
                "template/Makefile.jinja": ("", "# newer\n"),
                "template/migrations/env.py": ("", "# newer\n"),
                "template/strata/environment/env.py": ("", "# newer\n"),
            }
        )
        answers = live.root / ".copier-answers.yml"
        answers.write_text(answers.read_text().replace(str(template), str(moved)))
        live.commit()
        copier.run_update(str(live.root), defaults=True, overwrite=True, quiet=True)
        changed = set(git(live.root, "diff", "--name-only", "HEAD").split())
        assert changed == {
            ".copier-answers.yml",
            "strata/__init__.py",
            "strata/environment/env.py",
            "strata.mk",
        }
        assert git(live.root, "diff", "--name-only", "--diff-filter=U") == ""
        assert files(live.root) == set(before)


COPY = (sys.executable, "-m", "copier", "copy", "--defaults", "--quiet")
HIDE = """
import importlib.metadata
found = importlib.metadata.version


def version(name):
    if name == {package!r}:
        raise importlib.metadata.PackageNotFoundError(name)
    return found(name)


importlib.metadata.version = version
"""
