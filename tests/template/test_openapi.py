"""The OpenAPI document of a service against the service itself, by schemathesis."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.service import Service
from tests.serving import served

ROOT = Path(__file__).resolve().parents[2]
# In CI a few examples, always the same ones; `make proof` asks for more.
EXAMPLES = os.environ.get("EXAMPLES")
GENERATION = ("--max-examples", EXAMPLES) if EXAMPLES else ("--max-examples", "3", "--seed", "1")
# The statuses that valid requests may have by default, and 412: `If-Match` named another version.
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", 401, 403, 404, 409, 412, 429, "5xx"]
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "database",
    [
        "postgresql",
        *(pytest.param(each, marks=pytest.mark.proof) for each in ("sqlite", "mysql")),
    ],
)
def test_the_service_does_what_its_document_says(
    migrated: Service, run: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    with served(migrated) as site:
        for name in ("drinks", "bread"):
            site.ask("/v1/categories", {"name": name})
            site.ask("/v1/items", {"name": name, "price": "1.00"})
        run(
            *(Path(sys.prefix) / "bin" / "st", "run"),
            f"http://127.0.0.1:{site.port}/openapi.json",
            *("--checks", "all", "--no-color", *GENERATION),
            cwd=tmp_path,
            env={"SCHEMATHESIS_HOOKS": "tests.template.openapi_hooks", "PYTHONPATH": str(ROOT)},
        )
