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
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from functools import cache, cached_property
from pathlib import Path
from string import Template

import dockerfile  # type: ignore[import-not-found]

from tests.containers import Image

# How this machine reaches an index of packages; no image keeps it.
NEEDED = re.compile(r"(PIP|UV|SSL|REQUESTS|CURL)_\w+|(https?|all|no)_proxy", re.IGNORECASE)
REACH = {name: value for name, value in os.environ.items() if NEEDED.fullmatch(name)}


class BuildError(Exception):
    """A RUN failed; the text is what it wrote."""


class Builder:
    """Builds images, and does nothing twice.

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
        stages: dict[str, tuple[str, list[dockerfile.Command]]] = {}
        for instruction in dockerfile.parse_file(str(context / "Dockerfile")):
            if instruction.cmd.upper() == "FROM":
                base, _, name = instruction.value
                stages[name] = (base, [])
            elif stages:
                stages[name][1].append(instruction)

        @cache
        def stage(name: str) -> Image:
            base, instructions = stages[name]
            image = stage(base) if base in stages else self.machine
            for instruction in instructions:
                image = self._after(instruction, image, context, stage)
            return image

        return stage(target)

    @cached_property
    def machine(self) -> Image:
        """This machine in place of an official image of Python."""
        image = Image(self._place())
        if sys.base_prefix != "/usr/local":
            ways = shlex.join(str(way) for way in Path(sys.base_prefix).parents)
            python = shlex.quote(f"{sys.base_prefix}/bin/python3")
            self._run(image, f"chmod a+rx {ways} && {python} -m venv /usr/local", ())
        return image

    def _after(
        self,
        instruction: dockerfile.Command,
        image: Image,
        context: Path,
        stage: Callable[[str], Image],
    ) -> Image:
        """What an instruction makes of an image."""
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
            case "EXPOSE":
                return image
            case "RUN":
                return self._once(
                    image,
                    (str(image.environment), instruction.original),
                    lambda image: self._run(image, value[0], instruction.flags),
                )
            case "COPY":
                *sources, place = value
                origin = [flag.removeprefix("--from=") for flag in instruction.flags]
                inside = (Path(image.folder) / place).relative_to("/")
                if not origin:
                    files = list(_chosen(context, sources))
                    return self._once(
                        image,
                        tuple(f"{path} {(context / path).read_bytes()!r}" for path in files),
                        lambda image: _copy(context, files, image.layer / inside),
                    )
                made = stage(*origin)
                return self._once(
                    image,
                    made.history,
                    lambda image: _copy_tree(made.layer / sources[0][1:], image.layer / inside),
                )
        raise NotImplementedError(instruction.original)

    def _once(self, image: Image, words: tuple[str, ...], change: Callable[[Image], None]) -> Image:
        """The image with a change to its files, which the words tell apart from every other."""
        history = (*image.history, *words)
        if history not in self.built:
            new = replace(image, layer=self._place(), history=history)
            subprocess.run(["cp", "--archive", f"{image.layer}/.", new.layer], check=True)
            change(new)
            self.built[history] = new
        return replace(image, layer=self.built[history].layer, history=history)

    def _place(self) -> Path:
        layer = self.folder / str(next(self.numbers)) / "layer"
        layer.mkdir(parents=True)
        return layer

    def _run(self, image: Image, command: str, flags: Sequence[str]) -> None:
        mounts = {}
        for flag in flags:
            mount = dict(part.split("=") for part in flag.removeprefix("--mount=").split(","))
            assert mount["type"] == "cache", flag
            kept = self.caches / mount["target"][1:]
            kept.mkdir(parents=True, exist_ok=True)
            mounts[kept] = mount["target"]
        status, told = image.run("sh", "-c", command, mounts=mounts, environment=REACH)
        if status:
            raise BuildError(told)


def _copy(context: Path, files: Sequence[Path], place: Path) -> None:
    for path in files:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(context / path, place / path)


def _copy_tree(source: Path, place: Path) -> None:
    shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)


def _chosen(context: Path, sources: Sequence[str]) -> Iterator[Path]:
    """The files that the patterns select of what .dockerignore leaves."""
    lines = (context / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    for file in sorted(filter(Path.is_file, context.rglob("*"))):
        path = file.relative_to(context)
        named = any(source == "." or fnmatch(path.parts[0], source) for source in sources)
        if named and not _left_out(path, patterns):
            yield path


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
