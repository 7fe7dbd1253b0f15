"""The checks of a project's migrations, each of which fails the test that calls it."""

import shlex
import subprocess
import sys
import warnings
from collections.abc import Sequence
from functools import cached_property

import pytest

from stratakit import commands
from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.drift import check
from stratakit.revisions import alembic_config, guards
from stratakit.scratch import environment
from stratakit.testing.failures import explained_failures
from stratakit.testing.round_trips import RoundTrips


class MigrationChecks:
    """The checks of one project.

    Args:
        config: the project's configuration.
    """

    def __init__(self, config: Config) -> None:
        self.config = config

    @cached_property
    def _round_trips(self) -> RoundTrips:
        return RoundTrips(environment.capture(self.config))

    def close(self) -> None:
        """Drop the scratch database of the round trips."""
        if "_round_trips" in vars(self):
            self._round_trips.close()

    def require_single_head(self) -> None:
        """Fail if there are several heads."""
        with explained_failures(self.config):
            guards.require_one_head(alembic_config.scripts(self.config))

    def require_models_match(self) -> None:
        """Fail with each difference between the models and what the migrations create."""
        with explained_failures(self.config):
            _fail_with(check.find_problems(environment.capture(self.config)))

    def require_round_trip(self, revision: str, test: str) -> None:
        """Fail with each thing that is wrong after a revision's upgrade, downgrade and upgrade.

        Args:
            revision: the id of the revision.
            test: the node id of its test, for the message.
        """
        with explained_failures(self.config):
            findings = self._round_trips.run(revision)
            _fail_with(findings, f"Then run: pytest {shlex.quote(test)}")

    def require_safe_revisions(self) -> None:
        """Fail with what lint finds in the revisions that the main branch lacks, style aside."""
        with explained_failures(self.config):
            linted = commands.lint(self.config)
        for reason in linted.skipped:
            warnings.warn(reason, stacklevel=2)
        grave = [each for each in linted.findings if each.details.get("severity") != "style"]
        # A finding about a suppression is of no rule.
        rules = dict.fromkeys(each.rule for each in grave if "severity" in each.details)
        pages = (f"Read about it: {MIGRATE} lint --explain {rule}" for rule in rules)
        _fail_with(grave, "\n".join(pages))

    def require_models_without_web_framework(self) -> None:
        """Fail with the line of the application that lets the models import fastapi."""
        root = self.config.root
        program = [sys.executable, "-m", "stratakit.testing.import_barrier", str(root)]
        done = subprocess.run(program, cwd=root, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(done.stderr.strip(), pytrace=False)


def _fail_with(findings: Sequence[Finding], advice: str = "") -> None:
    """Fail the test if there are findings, with their text alone."""
    if findings:
        paragraphs = [formatters.as_text(findings), advice]
        pytest.fail("\n\n".join(filter(None, paragraphs)), pytrace=False)
