"""Updates of a fleet of services with random versions, answers and edits: nothing may be lost.

A service of the working tree is updated to a synthetic successor, one of a release to the working
tree.

python -m benchmarks.fleet [--services 50] [--seed 1] [--skip-tests]
"""

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import clone, succeed
from tests.releases import released
from tests.template.updates import EDITS, SUCCESSOR, Life, born, follow_changelog, update

ANSWERS: dict[str, tuple[str | bool, ...]] = {
    "database": ("postgresql", "sqlite", "mysql"),
    "package_manager": ("uv", "poetry", "pip"),
    "python_version": ("3.11", "3.12", "3.13"),
    "revision_names": ("hash", "dated"),
    "deploy": ("compose", "none"),
    "example": (True, False),
}
BESIDE_OURS = ("pyproject.toml", '    "theirs>=1",\n', '    "fastapi[opentelemetry]>=0.165",\n')

LAST_LINES = 30


def main() -> int:
    """Print a line a service, then the sums; exit status 1 where anything was lost or is red."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip-tests", action="store_true", help="do not run the services' tests")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    conflicts, adjacent, losses, red, seconds = 0, 0, 0, 0, 0.0
    with tempfile.TemporaryDirectory(prefix="fleet-") as folder:
        template = Path(folder) / "template"
        clone(template)
        successor = Path(folder) / "successor"
        succeed(template, successor, SUCCESSOR)
        versions = [(successor, "v9999"), *((template, each.tag) for each in released())]
        for number in range(arguments.services):
            service = Path(folder) / f"service-{number}"
            source, version = chance.choice(versions)
            life, told, beside = _lived(source, version, service, chance)
            begun = time.perf_counter()
            update(service)
            spent = time.perf_counter() - begun
            seconds += spent
            in_conflict, lost = life.conflicts(), life.losses()
            conflicts += bool(in_conflict) and not beside
            adjacent += bool(in_conflict) and beside
            losses += len(lost)
            if not in_conflict:
                follow_changelog(life, version)
            failures = [] if in_conflict or arguments.skip_tests else _failures(service)
            red += bool(failures)
            outcome = f"{len(in_conflict)} conflicts, {len(lost)} losses"
            print(f"{number:3} {spent:5.1f} s  {outcome}{', RED' if failures else ''}  {told}")
            for line in (*in_conflict, *lost, *failures):
                print(f"      {line}")
            shutil.rmtree(service)
    print(
        f"{arguments.services} services, seed {arguments.seed}: {conflicts} conflicts "
        f"({adjacent} more next to lines of ours), {losses} losses, {red} red, "
        f"{seconds / arguments.services:.1f} s a service"
    )
    return 1 if conflicts or losses or red else 0


def _lived(
    template: Path, version: str, service: Path, chance: random.Random
) -> tuple[Life, str, bool]:
    """A service with answers and edits by chance; one in ten has an edit beside ours."""
    answers = {question: chance.choice(choices) for question, choices in ANSWERS.items()}
    life = born(template, service, version, **answers)
    done = [name for name in EDITS if chance.random() < 0.5]
    for name in done:
        EDITS[name](life, str(answers["package_manager"]))
    if beside := chance.random() < 0.1:
        name, line, after = BESIDE_OURS
        life.add(name, line, after)
    life.commit()
    return life, f"{version} {'-'.join(map(str, answers.values()))}: {done}", beside


def _failures(service: Path) -> list[str]:
    """Return the last lines of the service's own tests; none if they pass."""
    try:
        tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        done = subprocess.run(tests, cwd=service, capture_output=True, text=True)
        return done.stdout.splitlines()[-LAST_LINES:] if done.returncode else []
    finally:
        remove = [sys.executable, "-m", "stratakit", "server", "remove"]
        subprocess.run(remove, cwd=service, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
