"""Dockerfiles built and images run where there is no Docker.

Each instruction is carried out as it stands, in a copy-on-write view of this machine: its root
folder stands in for the official image, with a Python of its own in /usr/local. What differs is
the Python's version and what else this machine has; the containers are real namespaces.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from string import Template

import dockerfile

PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
# How this machine reaches an index of packages; no image keeps it.
REACH = re.compile(r"(PIP|UV|SSL|REQUESTS|CURL)_\w+|(https?|all|no)_proxy", re.I)
NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child")


@dataclass(frozen=True)
class Image:
    """What a stage of a Dockerfile makes.

    Args:
        layer: what its file system has beyond this machine's.
        environment: what ENV says.
        folder: what WORKDIR says.
        user: what USER says.
        command: what CMD says.
        health: the command of HEALTHCHECK.
    """

    layer: Path
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0:0"
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()

    def start(
        self,
        *command: str,
        mounts: Mapping[Path, str] | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
        networked: bool = True,
    ) -> subprocess.Popen[str]:
        """Start a command as the first process of a container.

        Args:
            command: by default the image's own.
            mounts: folders of this machine, and where they are in there.
            environment: beyond the image's own.
            user: `uid:gid`; by default the image's own.
            networked: whether it has this machine's network, or one of its own.
        """
        merged = self.layer.with_name("merged")
        work = self.layer.with_name("work")
        merged.mkdir(exist_ok=True)
        work.mkdir(exist_ok=True)
        lines = [
            "set -e",
            f"mount -t overlay -o lowerdir=/,upperdir={self.layer},workdir={work} none {merged}",
            f"mount -t proc proc {merged}/proc",
            f"mount --rbind /dev {merged}/dev",
            f"mount -t tmpfs -o mode=1777 tmpfs {merged}/tmp",
        ]
        for source, target in (mounts or {}).items():
            source.mkdir(parents=True, exist_ok=True)
            lines += [f"mkdir -p {merged}{target}", f"mount --bind {source} {merged}{target}"]
        if not networked:
            lines += ["ip link set lo up"]
        known = {**self.environment, **(environment or {})}
        inside = ["sh", "-c", 'cd "$0" && exec "$@"', self.folder, *(command or self.command)]
        as_user = ["--groups=", f"--userspec={user or self.user}"]
        variables = [f"{name}={value}" for name, value in known.items()]
        entered = ["env", "--ignore-environment", *variables, "chroot", *as_user, str(merged)]
        lines += [f"exec {shlex.join([*entered, *inside])}"]
        alone = () if networked else ("--net",)
        return subprocess.Popen(
            [*NAMESPACES, *alone, "sh", "-c", "\n".join(lines)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *command: str, **how: object) -> subprocess.CompletedProcess[str]:
        """Run a command as `start` does, to its end; what it wrote is in `stdout`."""
        process = self.start(*command, **how)  # type: ignore[arg-type]
        told, _ = process.communicate(timeout=600)
        return subprocess.CompletedProcess(command, process.returncode, told)

    @contextmanager
    def container(self, *command: str, **how: object) -> Iterator["Container"]:
        """Run a command in a network of its own, as `start` does, until the block ends."""
        process = self.start(*command, networked=False, **how)  # type: ignore[arg-type]
        try:
            yield Container(self, process)
        finally:
            process.kill()
            process.communicate()


@dataclass(frozen=True)
class Container:
    """A running container."""

    image: Image
    process: subprocess.Popen[str]

    @property
    def first(self) -> int:
        """The number, on this machine, of its first process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(children.read_text())

    def exec(self, *command: str, user: str = "0:0") -> subprocess.CompletedProcess[str]:
        """Run a command beside the first one, with the image's environment."""
        uid, gid = user.split(":")
        variables = [f"{name}={value}" for name, value in self.image.environment.items()]
        return subprocess.run(
            [
                *("nsenter", f"--target={self.first}", "--mount", "--pid", "--net"),
                *("--root", "--wd", f"--setuid={uid}", f"--setgid={gid}"),
                *("env", "--ignore-environment", *variables, *command),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def wait_for(self, *command: str, seconds: float = 60.0) -> None:
        """Repeat a command, such as a health check, until it succeeds."""
        deadline = time.monotonic() + seconds
        while (done := self.exec(*command)).returncode:
            if self.process.poll() is not None:
                raise AssertionError(self.process.communicate()[0])
            assert time.monotonic() < deadline, done.stdout
            time.sleep(0.2)

    def terminate(self, seconds: float = 8.0) -> str:
        """Ask the first process to end, as `docker stop` does: what it wrote."""
        os.kill(self.first, 15)
        return self.process.communicate(timeout=seconds)[0]


class BuildError(Exception):
    """A RUN failed; the text is what it wrote."""


class Builder:
    """Builds images in a folder, which has to lie on a file system that overlays can be made of.

    Args:
        folder: for the layers.
        cache: for what cache mounts keep.
    """

    def __init__(self, folder: Path, cache: Path) -> None:
        self.folder = folder
        self.cache = cache
        self.count = 0

    def build(self, context: Path, target: str) -> Image:
        """Build a stage of a folder's Dockerfile, and what it needs.

        Raises:
            BuildError: a RUN failed.
        """
        stages: dict[str, tuple[str, list[dockerfile.Command]]] = {}
        instructions: list[dockerfile.Command] = []
        for instruction in dockerfile.parse_file(str(context / "Dockerfile")):
            if instruction.cmd.upper() == "FROM":
                base, _, name = instruction.value
                instructions = []
                stages[name] = (base, instructions)
            else:
                instructions.append(instruction)
        built: dict[str, Image] = {}

        def stage(name: str) -> Image:
            if name not in built:
                base, instructions = stages[name]
                image = self._layered(stage(base) if base in stages else self.machine)
                for instruction in instructions:
                    image = carry_out(instruction, image)
                built[name] = image
            return built[name]

        def carry_out(instruction: dockerfile.Command, image: Image) -> Image:
            value = instruction.value
            match instruction.cmd.upper():
                case "RUN":
                    self._run(image, value[0], instruction.flags)
                case "COPY":
                    origin = [flag.partition("--from=")[2] for flag in instruction.flags]
                    *sources, to = value
                    place = image.layer / (Path(image.folder) / to).relative_to("/")
                    if origin:
                        (source,) = sources
                        shutil.copytree(stage(origin[0]).layer / source[1:], place, symlinks=True)
                    else:
                        _copy(context, sources, place)
                case "ENV":
                    known = dict(image.environment)
                    for name, text in zip(value[::2], value[1::2], strict=True):
                        known[name] = Template(text).substitute(image.environment)
                    return replace(image, environment=known)
                case "WORKDIR":
                    (image.layer / value[0][1:]).mkdir(parents=True, exist_ok=True)
                    return replace(image, folder=value[0])
                case "USER":
                    return replace(image, user=value[0])
                case "CMD":
                    return replace(image, command=value)
                case "HEALTHCHECK":
                    return replace(image, health=value[1:])
                case "EXPOSE":
                    pass
                case unknown:
                    raise NotImplementedError(unknown)
            return image

        return stage(target)

    @cached_property
    def machine(self) -> Image:
        """This machine in place of an official image of Python."""
        image = self._layered(None)
        if sys.base_prefix != "/usr/local":
            ways = " ".join(shlex.quote(str(way)) for way in Path(sys.base_prefix).parents)
            python = shlex.quote(f"{sys.base_prefix}/bin/python3")
            self._run(image, f"chmod a+rx {ways} && {python} -m venv /usr/local", ())
        return image

    def _layered(self, base: Image | None) -> Image:
        self.count += 1
        layer = self.folder / str(self.count) / "layer"
        if base is None:
            layer.mkdir(parents=True)
            return Image(layer)
        layer.parent.mkdir()
        subprocess.run(["cp", "--archive", base.layer, layer], check=True)
        return replace(base, layer=layer)

    def _run(self, image: Image, command: str, flags: Sequence[str]) -> None:
        mounts = {}
        for flag in flags:
            kind = dict(part.split("=") for part in flag.removeprefix("--mount=").split(","))
            assert kind["type"] == "cache", flag
            mounts[self.cache / kind["target"][1:]] = kind["target"]
        reach = {name: value for name, value in os.environ.items() if REACH.fullmatch(name)}
        done = image.run("sh", "-c", command, mounts=mounts, environment=reach)
        if done.returncode:
            raise BuildError(done.stdout)


def _copy(context: Path, sources: Sequence[str], place: Path) -> None:
    """Copy what the patterns select of what .dockerignore leaves."""
    lines = (context / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    for file in filter(Path.is_file, context.rglob("*")):
        path = file.relative_to(context)
        chosen = any(source == "." or fnmatch(path.parts[0], source) for source in sources)
        if chosen and not _left_out(path, patterns):
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, place / path)


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


def overlays_can_be_made(folder: Path) -> bool:
    """Whether this process may make what an image needs."""
    image = Image(folder / "layer")
    image.layer.mkdir(parents=True)
    try:
        return image.run("true", networked=False).returncode == 0
    except FileNotFoundError:
        return False
