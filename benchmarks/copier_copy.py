"""`copier copy` of the template, beside a bare one of as many files.

    python benchmarks/copier_copy.py [--runs 5]

The bare template holds the files of a rendered service as they are, in a git repository with one
tag. Prints the median seconds of both, taken in turns, and their ratio.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
COPY = (sys.executable, "-m", "copier", "copy", "--defaults", "--quiet")
IDENTITY = ("-c", "user.name=Benchmark", "-c", "user.email=benchmark@example.com")


def main() -> None:
    """Copy in turns and print the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=5, help="how often each is copied (5)")
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="copy-") as folder:
        root = Path(folder)
        template = root / "strata"
        git(root, "clone", "--quiet", "--no-tags", str(REPOSITORY), str(template))
        git(template, "tag", "v9999")
        # As a clone of a server is: in one pack.
        git(template, "gc", "--quiet")
        copy(template, root / "service")
        files = [path for path in (root / "service").rglob("*") if path.is_file()]
        bare = bare_template(root / "service", root / "bare")
        copy(bare, root / "warm")
        seconds: dict[str, list[float]] = {"bare": [], "strata": []}
        for number in range(runs):
            seconds["bare"].append(copy(bare, root / f"bare-{number}"))
            seconds["strata"].append(copy(template, root / f"strata-{number}"))
    least, ours = (statistics.median(seconds[name]) for name in ("bare", "strata"))
    print(f"{len(files)} files: {ours:.2f} s, bare {least:.2f} s, {ours / least:.2f} times")


def bare_template(service: Path, folder: Path) -> Path:
    """Make a template of the files of a service as they are."""
    shutil.copytree(service, folder / "template")
    (folder / "template" / ".copier-answers.yml").unlink()
    (folder / "copier.yml").write_text("_subdirectory: template\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "--quiet", "--message", "Bare")
    git(folder, "tag", "v1")
    return folder


def copy(template: Path, folder: Path) -> float:
    """Copy a template and return the seconds that it took."""
    begun = time.perf_counter()
    subprocess.run([*COPY, str(template), str(folder)], check=True)
    return time.perf_counter() - begun


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    subprocess.run(["git", *IDENTITY, *arguments], cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    main()
