"""A wheel of stratakit in the service's own folder: `stratakit template vendor`.

It is for machines without git, for images and CI of a service whose stratakit comes from a place
that they cannot reach, and for offline sites. uv, Poetry and pip each find it by a setting of their
own, which are all written: the other two ignore them.
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

FOLDER = "vendor"
PIP = (".venv/copier/bin/python", "-m", "pip", "--disable-pip-version-check")
LINE = re.compile(r'^(?P<indent>\s*)"stratakit(?P<extras>\[[^\]]*\])?(?P<source>[^"]*)".*$', re.M)
ANSWER = re.compile(r"^stratakit: .*$", re.M)


def vendor(root: Path, source: str = "") -> int:
    """Build a wheel of stratakit into `vendor/`, and let pyproject.toml depend on it.

    Args:
        root: the service's folder.
        source: what pip is to build the wheel from; by default the place that pyproject.toml
            names, or else the one that stratakit was installed from.

    Returns:
        The exit status.

    Raises:
        StrataError: pyproject.toml does not name stratakit, there is no source, or pip fails.
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
    named = line["source"].strip().removeprefix("@").strip()
    wheel = _build(root, source or (named if "://" in named else _installed_from()))
    major, minor = wheel.name.split("-")[1].split(".")[:2]
    extras = line["extras"] or ""
    needed = f'"stratakit{extras}>={major}.{minor},<{major}.{int(minor) + 1}",'
    text = LINE.sub(lambda found: found["indent"] + needed, text, count=1)
    document = tomlkit.parse(text)
    sources = _table(document, "tool", "uv", "sources")
    sources["stratakit"] = tomlkit.inline_table()
    sources["stratakit"]["path"] = f"{FOLDER}/{wheel.name}"
    place = tomlkit.inline_table()
    place["path"] = f"{FOLDER}/{wheel.name}"
    if extras:
        place["extras"] = [extra.strip() for extra in extras.strip("[]").split(",")]
    dependencies = _table(document, "tool", "poetry", "dependencies")
    if "stratakit" in dependencies:
        dependencies["stratakit"] = place
    else:
        dependencies.append("stratakit", place)
    # tomlkit leaves no blank line between a new table and the next one.
    spaced = re.sub(r"(?m)^(stratakit = \{.*\})\n(?=\[)", r"\1\n\n", tomlkit.dumps(document))
    path.write_text(spaced, encoding="utf-8")
    answers = root / ".copier-answers.yml"
    if answers.exists():
        # An update would write the other line again.
        answered = ANSWER.sub("stratakit: index", answers.read_text(encoding="utf-8"))
        answers.write_text(answered, encoding="utf-8")
    print(f"Built {FOLDER}/{wheel.name}, which pyproject.toml names now.")
    print("Lock and install it: make install-dev. Then commit all that changed.")
    return 0


def _build(root: Path, source: str) -> Path:
    if not (root / PIP[0]).exists():
        raise UsageError(
            f"{root} has no {PIP[0]}, whose pip builds the wheel.",
            hint="In a service that was made from the template, run: make vendor-stratakit",
        )
    folder = root / FOLDER
    before = set(folder.glob("stratakit-*.whl"))
    build = [*PIP, "wheel", "--quiet", "--no-deps", "--wheel-dir", FOLDER, source]
    done = subprocess.run(build, cwd=root, capture_output=True, text=True)
    if done.returncode:
        reason = re.sub(r"://[^/@\s]+@", "://***@", done.stderr or done.stdout).strip()
        raise StrataError(
            f"No wheel could be built from {re.sub(r'://[^/@]+@', '://***@', source)}:\n{reason}",
            detail="Nothing was changed.",
            hint="Name a place that this machine reaches: make vendor-stratakit SOURCE=/PATH/TO/IT",
        )
    built = max(folder.glob("stratakit-*.whl"), key=lambda wheel: wheel.stat().st_mtime)
    for old in before - {built}:
        old.unlink()
    return built


def _installed_from() -> str:
    """The place that stratakit was installed from, as its metadata has it (PEP 610)."""
    text = distribution("stratakit").read_text("direct_url.json")
    if text is None:
        raise UsageError(
            "stratakit was installed from an index or from vendor/, which is no place to build it "
            "from.",
            hint="Name one: make vendor-stratakit SOURCE=git+https://HOST/REPOSITORY@VERSION",
        )
    found = json.loads(text)
    if commit := found.get("vcs_info", {}).get("commit_id"):
        return f"git+{found['url']}@{commit}"
    url: str = found["url"]
    return url


def _table(document: TOMLDocument, *names: str) -> Table:
    """A table of a document, added where it is missing."""
    table = document
    for name in names:
        if name not in table:
            table[name] = tomlkit.table(is_super_table=name != names[-1])
        table = table[name]
    assert isinstance(table, Table)
    return table
