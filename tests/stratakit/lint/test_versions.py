"""All examples on two versions of PostgreSQL, at once: each fault is told with its revision."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest

from stratakit.devserver.account import account_for
from stratakit.devserver.binaries import binaries
from stratakit.devserver.cluster import initialize
from stratakit.devserver.server import Server
from tests import databases
from tests.stratakit.devserver.servers import ask
from tests.stratakit.lint import more_cases
from tests.stratakit.lint.dangerous import DANGEROUS
from tests.stratakit.lint.revisions import lint_project, unchecked, violated_rules, write_project
from tests.stratakit.lint.safe import SAFE

# What PostgreSQL does not have before 18.
NEWER = {"ADD CONSTRAINT n NOT NULL note"}


@pytest.mark.proof
@pytest.mark.parametrize("version", ["18", "16"])
def test_every_danger_is_found_and_nothing_safe(version: str, tmp_path: Path) -> None:
    wrong = []
    safe = [*SAFE, *((body,) for body in more_cases.SAFE)]
    with patch.dict(os.environ, TEST_DATABASE_URL=_server(version)):
        for number, (rule, body) in enumerate(DANGEROUS + more_cases.DANGEROUS):
            if version < "18" and any(new in body for new in NEWER):
                continue
            violated = violated_rules(write_project(tmp_path / f"d{number}", "postgresql", [body]))
            if rule not in violated:
                wrong.append(f"{rule} is not found, but {sorted(violated)}:\n{body}")
        for number, bodies in enumerate(safe):
            alarms = lint_project(write_project(tmp_path / f"s{number}", "postgresql", bodies))
            wrong += [f"{alarm}\n{bodies}" for alarm in [*alarms.findings, *unchecked(alarms)]]
    assert not wrong, "\n\n".join(wrong)


@cache
def _server(version: str) -> str:
    if version == "18":
        return databases.server_of("postgresql").url.render_as_string(hide_password=False)
    folder = Path(tempfile.mkdtemp(prefix=f"tests-postgresql-{version}-")) / "postgresql"
    atexit.register(shutil.rmtree, folder.parent, ignore_errors=True)
    folder.mkdir(mode=0o700)
    server = Server(folder, durable=False)
    account = account_for(folder.parent)
    account.take_ownership(folder)
    initialize(server.data, binaries(version), account)
    server.start()
    atexit.register(server.remove)
    assert str(ask(server, "SHOW server_version")).startswith(version)
    return server.url("postgres")
