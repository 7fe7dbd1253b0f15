"""The manifests for Kubernetes, as Kustomize builds them."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from tests.conftest import REPOSITORY
from tests.service import Service

Render = Callable[..., Path]
VERSIONS = ("1.30", "1.37")


@pytest.fixture
def build(
    render: Render, require: Callable[[str], str], run: Callable[..., str]
) -> Callable[[str], dict[str, Any]]:
    """Build a part of the overlay: its resources by their kind."""
    kubectl = require("kubectl")

    def build(part: str, service: Path | None = None) -> dict[str, Any]:
        service = service or render(deploy="kubernetes")
        built = run(kubectl, "kustomize", f"kubernetes/overlays/production/{part}", cwd=service)
        return {resource["kind"]: resource for resource in yaml.safe_load_all(built)}

    return build


@pytest.mark.parametrize("part", ["migrate", "web"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_resource_fits_the_schema_of_kubernetes(
    part: str, version: str, build: Callable[[str], dict[str, Any]]
) -> None:
    for resource in build(part).values():
        kubernetes_validate.validate(resource, version, strict=True)


def test_the_schema_would_find_a_mistake(build: Callable[[str], dict[str, Any]]) -> None:
    job = build("migrate")["Job"]
    job["spec"]["template"]["spec"]["containers"][0]["comand"] = ["python"]
    with pytest.raises(kubernetes_validate.ValidationError, match="comand"):
        kubernetes_validate.validate(job, VERSIONS[0], strict=True)


def test_the_job_is_named_by_its_revision_and_runs_what_migrates(
    build: Callable[[str], dict[str, Any]],
) -> None:
    job = build("migrate")["Job"]
    assert job["metadata"]["name"] == "my-service-migrate-002"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "scripts/migrate.py", "upgrade", "--rolling"]


def test_the_overlay_of_the_documentation_runs_the_backfills_as_a_job_of_its_own(
    render: Render, build: Callable[..., dict[str, Any]]
) -> None:
    service = render(deploy="kubernetes")
    page = (REPOSITORY / "docs" / "zero-downtime.md").read_text()
    (path,) = re.findall(r"`(kubernetes/overlays/production/backfill/kustomization.yaml)`", page)
    _, _, rest = page.partition(path)
    overlay, _, _ = rest.partition("```yaml\n")[2].partition("```")
    (service / path).parent.mkdir()
    (service / path).write_text(overlay)
    job = build("backfill", service)["Job"]
    for version in VERSIONS:
        kubernetes_validate.validate(job, version, strict=True)
    assert job["metadata"]["name"] == "my-service-migrate-002-backfill"
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert container["command"] == ["python", "scripts/migrate.py", "backfill", "--all"]


@pytest.mark.parametrize("example", [True, False])
def test_the_command_that_the_overlay_names_gives_the_revision(
    example: bool, service: Render
) -> None:
    made = Service(service(deploy="kubernetes", example=example), "postgresql")
    overlay = "kubernetes/overlays/production/migrate/kustomization.yaml"
    command = re.search(r'"-\$\((.*)\)"', (made.root / overlay).read_text())
    assert command
    done = made.run("sh", "-c", command[1], cwd=(made.root / overlay).parent)
    assert f'nameSuffix: "-{done.stdout.strip()}"' in (made.root / overlay).read_text()


def test_the_deployment_waits_for_readiness_and_survives_a_disruption(
    build: Callable[[str], dict[str, Any]],
) -> None:
    built = build("web")
    deployment = built["Deployment"]["spec"]
    (web,) = deployment["template"]["spec"]["containers"]
    assert web["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert web["livenessProbe"]["httpGet"]["path"] == "/health"
    assert deployment["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    labels = deployment["template"]["metadata"]["labels"]
    for selector in (
        deployment["selector"]["matchLabels"],
        built["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        built["Service"]["spec"]["selector"],
    ):
        assert selector.items() <= labels.items()


@pytest.mark.parametrize("part", ["migrate", "web"])
def test_containers_get_resources_no_rights_and_secrets_by_reference_only(
    part: str, build: Callable[[str], dict[str, Any]]
) -> None:
    built = build(part)
    pod = (built.get("Job") or built["Deployment"])["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"]
    for container in pod["containers"]:
        assert container["resources"]["requests"]
        assert container["resources"]["limits"]
        assert not container["securityContext"]["allowPrivilegeEscalation"]
        assert all("secretKeyRef" in each["valueFrom"] for each in container["env"])


def test_a_database_that_is_a_file_is_refused_with_the_reason(
    template: Path, tmp_path: Path
) -> None:
    words = ["-d", "deploy=kubernetes", "-d", "database=sqlite", str(template), str(tmp_path / "s")]
    done = subprocess.run(
        [sys.executable, "-m", "copier", "copy", "--defaults", *words],
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "Kubernetes" in done.stderr
    assert "SQLite" in done.stderr
