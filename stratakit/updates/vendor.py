"""A wheel of stratakit in the service's own folder: `stratakit template vendor`.

It serves machines without git, images and CI that cannot reach the source of stratakit, and offline
sites. uv, Poetry and pip each have a setting of their own for it. All three are written: each tool
ignores the other two.
"""

import json
import re
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import tomlkit
from tomlkit import TOMLDocument
from tomlkit.items import Table

from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.updates.logins import hide_logins

FOLDER = "vendor"
PIP = (".venv/copier/bin/python", "-m", "pip", "--disable-pip-version-check")
LINE = re.compile(r'^(?P<indent>\s*)"stratakit(?P<extras>\[[^\]]*\])?(?P<source>[^"]*)".*$', re.M)
ANSWER = re.compile(r"^stratakit: .*$", re.M)


def vendor(root: Path, source: str = "") -> int:
    """Build a wheel of stratakit into `vendor/`, and make pyproject.toml depend on it.

    Args:
        root: the service's folder.
        source: the source from which pip builds the wheel; by default the one in pyproject.toml,
            or else the one from which stratakit was installed.

    Returns:
        The exit status.

    Raises:
        StrataError: pyproject.toml does not contain stratakit, there is no source, or pip fails.
    """
    path = root / "pyproject.toml"
    text = path.read_text(encoding="utf-8")
    line = LINE.search(text)
    if line is None:
        raise UsageError(
            f"{path} has no line for stratakit in its dependencies.",
            detail="There is nothing to switch to the wheel.",
            hint='Add it on a line of its own: "stratakit",',
        )
    stated = line["source"].strip().removeprefix("@").strip()
    wheel = _build_wheel(root, source or (stated if "://" in stated else _installation_source()))
    path.write_text(_depend_on(wheel, line["extras"] or "", text), encoding="utf-8")
    answers = root / ".copier-answers.yml"
    if answers.exists():
        # The next update would write the other line again.
        answer = ANSWER.sub("stratakit: index", answers.read_text(encoding="utf-8"))
        answers.write_text(answer, encoding="utf-8")
    print(f"Built {FOLDER}/{wheel.name}. pyproject.toml now names it.")
    print("Lock and install it: make install-dev. Then commit all changes.")
    return 0


def _depend_on(wheel: Path, extras: str, text: str) -> str:
    """Return the text of a pyproject.toml with the wheel as the source of stratakit."""
    major, minor = wheel.name.split("-")[1].split(".")[:2]
    requirement = f'"stratakit{extras}>={major}.{minor},<{major}.{int(minor) + 1}",'
    document = tomlkit.parse(LINE.sub(lambda line: line["indent"] + requirement, text, count=1))
    sources = _ensure_table(document, "tool", "uv", "sources")
    sources["stratakit"] = tomlkit.inline_table()
    sources["stratakit"]["path"] = f"{FOLDER}/{wheel.name}"
    dependency = tomlkit.inline_table()
    dependency["path"] = f"{FOLDER}/{wheel.name}"
    if extras:
        dependency["extras"] = [extra.strip() for extra in extras.strip("[]").split(",")]
    dependencies = _ensure_table(document, "tool", "poetry", "dependencies")
    if "stratakit" in dependencies:
        dependencies["stratakit"] = dependency
    else:
        dependencies.append("stratakit", dependency)
    # tomlkit leaves no blank line between a new table and the next one.
    return re.sub(r"(?m)^(stratakit = \{.*\})\n(?=\[)", r"\1\n\n", tomlkit.dumps(document))


def _build_wheel(root: Path, source: str) -> Path:
    if not (root / PIP[0]).exists():
        raise UsageError(
            f"{root} has no {PIP[0]}, whose pip builds the wheel.",
            hint="In a service that was created from the template, run: make vendor-stratakit",
        )
    folder = root / FOLDER
    previous = set(folder.glob("stratakit-*.whl"))
    build = [*PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", FOLDER, source]
    result = subprocess.run(build, cwd=root, capture_output=True, text=True)
    if result.returncode:
        reason = hide_logins(result.stderr or result.stdout).strip()
        raise StrataError(
            f"No wheel could be built from {hide_logins(source)}:\n{reason}",
            detail="Nothing was changed.",
            hint="Name a source that this machine can reach: make vendor-stratakit "
            "SOURCE=/PATH/TO/IT",
        )
    built = max(folder.glob("stratakit-*.whl"), key=lambda wheel: wheel.stat().st_mtime)
    for old in previous - {built}:
        old.unlink()
    return built


def _installation_source() -> str:
    """Return the source from which stratakit was installed, by its metadata (PEP 610)."""
    text = distribution("stratakit").read_text("direct_url.json")
    if text is None:
        raise UsageError(
            "stratakit was installed from an index or vendor/, from which no wheel can be built.",
            hint="Name one: make vendor-stratakit SOURCE=git+https://HOST/REPOSITORY@VERSION",
        )
    record = json.loads(text)
    if commit := record.get("vcs_info", {}).get("commit_id"):
        return f"git+{record['url']}@{commit}"
    url: str = record["url"]
    return url


def _ensure_table(document: TOMLDocument, *names: str) -> Table:
    """Return a table of a document, added if it is missing."""
    table = document
    for name in names:
        if name not in table:
            table[name] = tomlkit.table(is_super_table=name != names[-1])
        table = table[name]
    assert isinstance(table, Table)
    return table
