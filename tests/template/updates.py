"""A service's life between two releases of the template, and what an update may not do to it."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import copier
import yaml

from tests.template.ownership import files, owner_of

IDENTITY = ("-c", "user.name=Team", "-c", "user.email=team@example.com")

# After `uv add httpx` and `uv add --dev faker`; Poetry 2 writes the second form.
ADDED = {
    "uv": ('    "httpx>=0.28",\n', '    "faker>=40",\n'),
    "pip": ('    "httpx>=0.28",\n', '    "faker>=40",\n'),
    "poetry": ('    "httpx (>=0.28,<1.0)"\n', '    "faker (>=40.54.0,<41.0.0)"\n'),
}
# What a release may change in files of every owner: what is the team's must not arrive.
SUCCESSOR = {
    "stratakit/__init__.py": ("", "# newer\n"),
    "template/Makefile.jinja": ("help: ##", "newer:\n\t@echo newer\n\nhelp: ##"),
    "template/alembic.ini.jinja": ("", "# newer\n"),
    "template/compose.yaml.jinja": ("", "# newer\n"),
    "template/docs/migrations.md.jinja": ("", "\nNewer.\n"),
    "template/scripts/migrate.py": ("", "# newer\n"),
    "template/.github/workflows/migrations.yml.jinja": ("", "# newer\n"),
    "template/pyproject.toml.jinja": (
        '"fastapi[opentelemetry]>=0.165"',
        '"fastapi[opentelemetry]>=0.166"',
    ),
    "template/Dockerfile.jinja": ("EXPOSE 8000\n", "EXPOSE 8000/tcp\n"),
    "template/.dockerignore": ("!app\n", "!app\n!newer\n"),
    "template/.gitignore": ("__pycache__/\n", "__pycache__/\n.newer/\n"),
    "template/.env.example.jinja": ("# LOG_LEVEL=INFO\n", "# LOG_LEVEL=WARNING\n"),
    "template/.pre-commit-config.yaml": ("repos:\n", "# Newer.\nrepos:\n"),
    "template/app/main.py.jinja": ("", "# newer\n"),
    "template/app/newer.py": ("", "# newer\n"),
    "template/migrations/env.py": ("", "# newer\n"),
    "template/migrations/versions/003_newer.py": ("", "# newer\n"),
    "template/tests/conftest.py": ("", "# newer\n"),
    "template/strata.toml.jinja": ("", "# newer\n"),
    "template/README.md.jinja": ("", "\nNewer.\n"),
    "template/.github/workflows/ci.yml.jinja": ("", "# newer\n"),
    "CHANGELOG.md": ("# Changelog\n", "# Changelog\n\n## 10000\n\nRound wheels.\n"),
}
QUIET = "    # Yours below this line.\n"
# The changes after 0.6.0 that a team makes in its own files, by CHANGELOG.md.
SINCE_0_6_0 = {
    "tests/test_migrations.py": [
        ("test_there_is_one_head", "test_single_head"),
        ("test_models_and_revisions_agree", "test_models_match_migrations"),
        (
            "test_revisions_go_up_down_and_up_again_with_rows",
            "test_upgrade_and_downgrade_with_rows",
        ),
        ("test_new_revisions_are_safe", "test_lint"),
    ],
    "tests/conftest.py": [
        ("from stratakit.testing import migrated_database\n", ""),
        (
            '@pytest.fixture(scope="session")\ndef database_url() -> Iterator[str]:\n'
            "    with migrated_database(ROOT) as url:\n        yield url\n",
            "",
        ),
        ("database_url: str", "migrated_database: str"),
        ("SecretStr(database_url)", "SecretStr(migrated_database)"),
    ],
}

BASELINE = '''"""what existed before"""

revision = "002"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''
REVISION = '''"""{message}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{down}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    {up}


def downgrade() -> None:
    {down_again}
'''
MODELS = """from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    phone: Mapped[str | None] = mapped_column(String(40))
"""
OUR_TEST = "def test_ours() -> None:\n    assert True\n"
OUR_FIXTURE = "\n\n@pytest.fixture\ndef ours() -> int:\n    return 42\n"
CUSTOMERS = (
    'op.create_table("customers", sa.Column("id", sa.Integer(), nullable=False), '
    'sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")))'
)
PHONE = 'op.add_column("customers", sa.Column("phone", sa.String(40), nullable=True))'


@dataclass
class Life:
    """What a team did to a service: what an update has to leave as it is.

    Args:
        service: its folder.
        deleted: files of the template that the team deleted.
        lines: what it added to files that are shared.
    """

    service: Path
    deleted: set[str] = field(default_factory=set)
    lines: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, bytes] = field(default_factory=dict)

    def write(self, name: str, text: str) -> None:
        """Make or replace a file of the team's own."""
        (self.service / name).parent.mkdir(parents=True, exist_ok=True)
        (self.service / name).write_text(text)

    def delete(self, name: str) -> None:
        """Delete a file or a folder."""
        path = self.service / name
        for file in [path] if path.is_file() else path.rglob("*"):
            if file.is_file():
                self.deleted.add(str(file.relative_to(self.service)))
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def add(self, name: str, line: str, after: str = "") -> None:
        """Add a line to a shared file: at its end, or after another line wherever that stands."""
        path = self.service / name
        if path.exists():
            text = path.read_text()
            before, found, rest = text.partition(after) if after else (text, "", "")
            path.write_text(f"{before}{found}{line}{rest}")
            self.lines.setdefault(name, []).append(line)

    def follow(self, template: Path) -> None:
        """Name another clone of the template, as a team does if its template moves."""
        answers = (self.service / ".copier-answers.yml").read_text()
        source = yaml.safe_load(answers)["_src_path"]
        for name in (".copier-answers.yml", "pyproject.toml"):
            text = (self.service / name).read_text()
            (self.service / name).write_text(text.replace(source, str(template)))
        self.commit()

    def commit(self) -> None:
        """Commit everything, and remember what is the team's."""
        git(self.service, "add", "--all")
        git(self.service, "commit", "--quiet", "--allow-empty", "--message", "The team's work")
        self.own = {
            name: (self.service / name).read_bytes()
            for name in files(self.service)
            if owner_of(name) in ("yours", None)
        }

    def losses(self) -> list[str]:
        """What an update did against the team; empty where all is well."""
        found = [
            f"{name} was {'changed' if (self.service / name).exists() else 'deleted'}"
            for name, content in self.own.items()
            if not (self.service / name).exists() or (self.service / name).read_bytes() != content
        ]
        found += [f"{name} came back" for name in self.deleted if (self.service / name).exists()]
        for name, lines in self.lines.items():
            text = (self.service / name).read_text() if (self.service / name).exists() else ""
            found += [f"{name} lost {line!r}" for line in lines if line not in text]
        return found

    def conflicts(self) -> list[str]:
        """The files that an update left to be settled."""
        unmerged = git(self.service, "diff", "--name-only", "--diff-filter=U").splitlines()
        return unmerged + [name for name in files(self.service) if name.endswith(".rej")]


def born(template: Path, service: Path, version: str, **answers: str | bool) -> Life:
    """Make a service of a release of the template, and commit it."""
    newborn = _newborn(template, version, tuple(sorted(answers.items())))
    life = Life(Path(shutil.copytree(newborn, service, symlinks=True)))
    life.commit()
    return life


@cache
def _newborn(template: Path, version: str, answers: tuple[tuple[str, str | bool], ...]) -> Path:
    """The same, for all tests of this process: nobody changes it."""
    folder = Path(tempfile.mkdtemp(prefix="born-", dir=template.parent))
    copier.run_copy(
        str(template), folder, data=dict(answers), vcs_ref=version, defaults=True, quiet=True
    )
    git(folder, "init", "--quiet", "--initial-branch", "main")
    return folder


def lived(life: Life, package_manager: str = "uv") -> None:
    """Do all that teams do: in files of their own, and where files are shared."""
    for edit in EDITS.values():
        edit(life, package_manager)
    life.commit()


def _feature(life: Life, _: str) -> None:
    """A feature of their own, and the example's revisions squashed with the baseline."""
    life.write("app/customers/__init__.py", "")
    life.write("app/customers/models.py", MODELS)
    _no_example(life, _)
    for name in sorted((life.service / "migrations/versions").iterdir()):
        life.delete(f"migrations/versions/{name.name}")
    life.write("migrations/versions/002_baseline.py", BASELINE)
    for revision, down, message, up, again in (
        ("0a1b", "002", "customers", CUSTOMERS, 'op.drop_table("customers")'),
        ("2c3d", "0a1b", "phone", PHONE, 'op.drop_column("customers", "phone")'),
    ):
        text = REVISION.format(
            revision=revision, down=down, message=message, up=up, down_again=again
        )
        life.write(f"migrations/versions/{revision}_{message}.py", text)


EXAMPLE = (
    *("app/categories", "app/items", "tests/categories", "tests/items", "tests/factories.py"),
    *("app/etags.py", "app/fields.py", "app/pagination.py", "tests/seed.py"),
    "migrations/versions/002_items.py",
)
"""What the answer `example` brings, by now or since 0.6.0."""


def _no_example(life: Life, _: str) -> None:
    for name in EXAMPLE:
        if (life.service / name).exists():
            life.delete(name)
    lines = (life.service / "app/main.py").read_text().splitlines(keepends=True)
    kept = [line for line in lines if not re.search("(items|categories)_router", line)]
    life.write("app/main.py", "".join(kept))


def _settings(life: Life, _: str) -> None:
    settings = (life.service / "app/settings.py").read_text()
    life.write("app/settings.py", f'{settings}\n    sender: str = "ours@example.com"\n')


def _dependencies(life: Life, package_manager: str) -> None:
    runtime, development = ADDED[package_manager]
    life.add("pyproject.toml", runtime, after=QUIET)
    life.add("pyproject.toml", development, after=f'"ruff>=0.17",\n{_between(life)}{QUIET}')


def _between(life: Life) -> str:
    """What stands between the last tool and the team's own, which depends on the database."""
    text = (life.service / "pyproject.toml").read_text()
    return text.partition('"ruff>=0.17",\n')[2].partition(QUIET)[0]


EDITS: dict[str, Callable[[Life, str], None]] = {
    "feature": _feature,
    "settings": _settings,
    "dependencies": _dependencies,
    "tool": lambda life, _: life.add("pyproject.toml", "\n[tool.ours]\nanswer = 42\n"),
    "test": lambda life, _: life.write("tests/test_ours.py", OUR_TEST),
    "readme": lambda life, _: life.write("README.md", "# Ours\n"),
    "target": lambda life, _: life.write("local.mk", "ours: ## Ours.\n\t@echo ours\n"),
    "hook": lambda life, _: life.write(".githooks/pre-push", "#!/bin/sh\nexec make lint\n"),
    "ignored": lambda life, _: life.add(".gitignore", "/ours\n"),
    "not built": lambda life, _: life.add(".dockerignore", "ours\n"),
    "variable": lambda life, _: life.add(".env.example", "# OURS=1\n"),
    "image": lambda life, _: life.add("Dockerfile", "LABEL ours=1\n"),
    "wiring": lambda life, _: life.add("app/main.py", "# ours\n"),
    "environment": lambda life, _: life.add("migrations/env.py", "# ours\n"),
    "fixture": lambda life, _: life.add("tests/conftest.py", OUR_FIXTURE),
}
"""What teams do to a service, each by itself; in this order where several are done."""


def update(service: Path, **answers: str | bool) -> None:
    """Run `copier update` as a bot does, with the answers that were given before."""
    copier.run_update(str(service), data=answers, defaults=True, overwrite=True, quiet=True)


def follow_changelog(life: Life, version: str) -> None:
    """Change what the changelog asks a team to change after an update from a version."""
    if version == "v0.6.0":
        for name, changes in SINCE_0_6_0.items():
            text = (life.service / name).read_text()
            for old, new in changes:
                assert old in text, name
                text = text.replace(old, new)
            life.write(name, text)


def git(folder: Path, *arguments: str) -> str:
    """Run git as the team."""
    done = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout
