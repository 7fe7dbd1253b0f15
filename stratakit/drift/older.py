"""Differences that are older than a change: those of the commit from which the work began.

A project that exists has differences between its models and its revisions. `create` leaves them
out: it compares the models and the revisions of that commit, in a process of its own, because both
states of the models have the same modules.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from stratakit.config import Config
from stratakit.diagnostics.command import PROJECT_VARIABLE
from stratakit.drift import at_commit
from stratakit.process.local_folder import NAME
from stratakit.revisions import fingerprint, git, history
from stratakit.revisions.staged import committed_project, import_paths
from stratakit.runtime.environment import Environment
from stratakit.scratch.head import head_fingerprint

CACHE = "older.json"


class OlderDifferences:
    """The differences between the models and the revisions of a commit.

    Args:
        differences: in the words in which `check` reports them.
        commit: the commit; empty if there is none to compare with.
        failure: why the commit could not be compared; empty if it was.
    """

    def __init__(
        self, differences: Sequence[str] = (), commit: str = "", failure: str = ""
    ) -> None:
        self.commit = commit
        self.failure = failure
        self.left_out: list[str] = []
        self._differences = frozenset(differences)

    def __contains__(self, difference: str) -> bool:
        return difference in self._differences

    def leave_out(self, phrase: str) -> bool:
        """Return whether a change is older, and remember one that is."""
        is_older = phrase in self._differences
        if is_older:
            self.left_out.append(phrase)
        return is_older


def older_differences(project: Environment) -> OlderDifferences:
    """Compare the models and the revisions of the commit from which the work began.

    Args:
        project: what env.py in the working tree says.

    Returns:
        The differences there. There are none without git, without a commit that has revisions, or
        after a good check of what the commit has.
    """
    config = project.config
    commit = git.base_commit(config.versions)
    if not commit:
        return OlderDifferences()
    with committed_project(config, commit) as copy:
        if not history.read(copy.revision_files):
            return OlderDifferences()
        state = fingerprint.compute_fingerprint(copy)
        checked = fingerprint.cache_file(config)
        if checked.exists() and checked.read_text() == state:
            return OlderDifferences(commit=commit)
        key = f"{state} {config.alembic_ini} {config.alembic_section} {config.x_arguments}"
        cache = config.root / NAME / CACHE
        if cache.exists() and (known := json.loads(cache.read_text()))["key"] == key:
            return OlderDifferences(known["differences"], commit)
        answer = _compare(copy, config.root, head_fingerprint(config, project.metadata))
    if answer.returncode:
        return OlderDifferences(commit=commit, failure=answer.stderr.strip().rpartition("\n")[2])
    differences = json.loads(answer.stdout.rpartition(at_commit.ANSWER)[2])
    cache.write_text(json.dumps({"key": key, "differences": differences}))
    return OlderDifferences(differences, commit)


def _compare(copy: Config, root: Path, head: str) -> "subprocess.CompletedProcess[str]":
    paths = [*import_paths(copy), os.environ.get("PYTHONPATH", "")]
    variables = {
        PROJECT_VARIABLE: str(copy.root),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    arguments = [str(root), head, copy.alembic_ini, copy.alembic_section, *copy.x_arguments]
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", at_commit.__name__, *arguments],
        cwd=copy.root,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    )
