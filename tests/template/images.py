"""Dockerfiles built where there is no Docker: each instruction is carried out as it stands.

This machine's root folder, with a Python of its own in /usr/local, stands in for the official
image. What differs is the version of Python, and what else this machine has.
"""

import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from string import Template

import dockerfile  # type: ignore[import-not-found]

from tests.template.containers import Image

# How this machine reaches an index of packages; no image keeps it.
NEEDED = re.compile(r"(PIP|UV|SSL|REQUESTS|CURL)_\w+|(https?|all|no)_proxy", re.IGNORECASE)
REACH = {name: value for name, value in os.environ.items() if NEEDED.fullmatch(name)}


class BuildError(Exception):
    """A RUN failed; the text is what it wrote."""


def reach(image: Image) -> dict[str, str]:
    """The variables by which a container reaches the index; ENV of its image wins over them."""
    return {name: value for name, value in REACH.items() if name not in image.environment}


class Builder:
    """Builds images, and no stage twice.

    Args:
        folder: for the layers, on a file system that overlays can be made of.
        caches: for what cache mounts keep.
    """

    def __init__(self, folder: Path, caches: Path) -> None:
        self.folder = folder
        self.caches = caches
        self.numbers = itertools.count()
        self.built: dict[tuple[str, ...], Image] = {}

    def build(self, context: Path, target: str) -> Image:
        """Build a stage of a folder's Dockerfile, and what it needs.

        Raises:
            BuildError: a RUN failed.
        """
        return _Build(self, context).stage(target)

    @cached_property
    def machine(self) -> Image:
        """This machine in place of an official image of Python."""
        image = Image(self.layer())
        if sys.base_prefix != "/usr/local":
            ways = shlex.join(str(way) for way in Path(sys.base_prefix).parents)
            python = shlex.quote(f"{sys.base_prefix}/bin/python3")
            self.run(image, f"chmod a+rx {ways} && {python} -m venv /usr/local", ())
        return image

    def layer(self, below: Path | None = None) -> Path:
        """A new layer, which begins with all that is in the one below."""
        layer = self.folder / str(next(self.numbers)) / "layer"
        layer.mkdir(parents=True)
        if below:
            subprocess.run(["cp", "--archive", f"{below}/.", layer], check=True)
        return layer

    def run(self, image: Image, command: str, flags: Sequence[str]) -> None:
        """Do what RUN does."""
        mounts = {}
        for flag in flags:
            mount = dict(part.split("=") for part in flag.removeprefix("--mount=").split(","))
            assert mount["type"] == "cache", flag
            kept = self.caches / mount["target"][1:]
            kept.mkdir(parents=True, exist_ok=True)
            mounts[kept] = mount["target"]
        status, told = image.run("sh", "-c", command, mounts=mounts, environment=reach(image))
        if status:
            raise BuildError(told)


class _Build:
    """One folder's Dockerfile."""

    def __init__(self, builder: Builder, context: Path) -> None:
        self.builder = builder
        self.context = context
        self.stages: dict[str, tuple[str, list[dockerfile.Command]]] = {}
        for instruction in dockerfile.parse_file(str(context / "Dockerfile")):
            if instruction.cmd.upper() == "FROM":
                base, _, name = instruction.value
                self.stages[name] = (base, [])
            elif self.stages:
                self.stages[name][1].append(instruction)

    def stage(self, name: str) -> Image:
        base, instructions = self.stages[name]
        below = self.stage(base) if base in self.stages else self.builder.machine
        history = (*below.history, *(word for each in instructions for word in self._words(each)))
        if history not in self.builder.built:
            image = replace(below, layer=self.builder.layer(below.layer), history=history)
            for instruction in instructions:
                image = self._after(instruction, image)
            self.builder.built[history] = image
        return self.builder.built[history]

    def _words(self, instruction: dockerfile.Command) -> Iterator[str]:
        """What tells an instruction, with the files that it copies, from every other."""
        yield instruction.original
        if origin := _origin(instruction):
            yield from self.stage(origin).history
        elif instruction.cmd.upper() == "COPY":
            for path, name in _chosen(self.context, instruction.value[:-1]):
                yield f"{name} {(self.context / path).read_bytes()!r}"

    def _after(self, instruction: dockerfile.Command, image: Image) -> Image:
        """Carry out an instruction: the image that it leaves."""
        value = instruction.value
        match instruction.cmd.upper():
            case "ENV":
                pairs = zip(value[::2], value[1::2], strict=True)
                new = {name: Template(text).substitute(image.environment) for name, text in pairs}
                return replace(image, environment={**image.environment, **new})
            case "WORKDIR":
                return replace(image, folder=value[0])
            case "USER":
                return replace(image, user=value[0])
            case "CMD":
                return replace(image, command=value)
            case "HEALTHCHECK":
                return replace(image, health=value[1:])
            case "RUN":
                self.builder.run(image, value[0], instruction.flags)
            case "COPY":
                self._copy(instruction, image)
            case "EXPOSE":
                pass
            case _:
                raise NotImplementedError(instruction.original)
        return image

    def _copy(self, instruction: dockerfile.Command, image: Image) -> None:
        *sources, place = instruction.value
        target = image.layer / (Path(image.folder) / place).relative_to("/")
        if origin := _origin(instruction):
            (source,) = sources
            shutil.copytree(self.stage(origin).layer / source[1:], target, symlinks=True)
            return
        for path, name in _chosen(self.context, sources):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.context / path, target / name)


def _origin(instruction: dockerfile.Command) -> str:
    """The stage that COPY --from names, if it does."""
    flags = [flag for flag in instruction.flags if flag.startswith("--from=")]
    return flags[0].removeprefix("--from=") if flags else ""


def _chosen(context: Path, sources: Sequence[str]) -> Iterator[tuple[Path, Path]]:
    """The files that the patterns select of what .dockerignore leaves, and their new names.

    Of a folder, what it holds is copied, without the folder itself.
    """
    lines = (context / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    for file in sorted(filter(Path.is_file, context.rglob("*"))):
        path = file.relative_to(context)
        if _left_out(path, patterns):
            continue
        if "." in sources:
            yield path, path
        elif any(fnmatch(path.parts[0], source) for source in sources):
            yield path, Path(*path.parts[1:] or path.parts)


def _left_out(path: Path, patterns: Sequence[str]) -> bool:
    """The last pattern that fits a file, or a folder above it, decides."""
    left_out = False
    for pattern in patterns:
        form = pattern.removeprefix("!")
        if form.startswith("**/"):
            fits = any(fnmatch(part, form[3:]) for part in path.parts)
        else:
            fits = any(fnmatch(str(each), form) for each in (path, *path.parents))
        if fits:
            left_out = not pattern.startswith("!")
    return left_out
