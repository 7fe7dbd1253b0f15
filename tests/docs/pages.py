"""Pages of the documentation as programs: their blocks are run, their output is compared.

A block's language says what is done with it:

- `console`: each line after `$ ` is run, and its output has to be the lines below it. A line `...`
  stands for any lines.
- `sh`: each line is run and has to succeed.
- `python`, `toml` or another with `title="FILE"`: the block is written to the file.
- `diff` with `title="FILE"`: the lines after `-` and a space are replaced in the file by those
  after `+` and a space. A line `@@` separates places.
"""

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.service import Service

FENCE = re.compile(
    r'^```(?P<language>\w+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)
ANY_LINES = "..."
FORMATTING = re.compile(r"Running post write hook .*\n  done\n")
HOME = "/home/ada/my-service"
"""The folder that stands in the pages for the reader's."""
# These differ from one run to the next, or from one machine to another.
VOLATILE = (
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])"), "<revision>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<sha256>"),
    (re.compile(r"\d{4}-\d{2}-\d{2}[T ]?[\d:.+Z]*"), "<time>"),
    (re.compile(r"\d{8}T\d{6}Z"), "<time>"),
    (re.compile(r"\d+(\.\d+)?kB"), "<size>"),
    (re.compile(r"\b\d+(\.\d+)? ?m?s\b"), "<duration>"),
    (re.compile(r"\[[\w/-]+ (\(root-commit\) )?[0-9a-f]{7}\]"), "<commit>"),
)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Args:
        language: the word after the fence.
        title: the file that the block belongs to; None without one.
        text: its lines.
        start: the position of its first line in the page.
    """

    language: str
    title: str | None
    text: str
    start: int

    @property
    def commands(self) -> list[tuple[str, str]]:
        """The commands of a block of the console, each with the output that follows it."""
        parts = re.split(r"^\$ (.*)\n", self.text, flags=re.MULTILINE)
        assert parts[0] == "", f"output without a command: {parts[0]}"
        return list(zip(parts[1::2], parts[2::2], strict=True))


def read_blocks(page: Path) -> list[Block]:
    """Read the fenced blocks of a page, in their order."""
    return [
        Block(found["language"], found["title"], found["text"], found.start("text"))
        for found in FENCE.finditer(page.read_text())
    ]


def matches(expected: str, actual: str) -> bool:
    """Return whether output is as expected, except for what differs with each run."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == ANY_LINES else re.escape(line) + r"\n"
        for line in _settle(expected).splitlines()
    )
    return re.fullmatch(pattern, _settle(actual)) is not None


def _settle(text: str) -> str:
    for volatile, name in VOLATILE:
        text = volatile.sub(name, text)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines() if line.strip())


class Reader:
    """Somebody who follows pages: runs their commands and writes their files.

    Args:
        folder: the folder that the first page begins in.
        environment: of the commands, in addition to what a service's commands see.
        substitutions: texts of commands, each with the text that the test runs instead.
    """

    def __init__(
        self, folder: Path, environment: dict[str, str], substitutions: dict[str, str]
    ) -> None:
        self._folder = folder
        self._environment = environment
        self.substitutions = substitutions

    @property
    def service(self) -> Service:
        """The folder that the reader is in, as a service whose dependencies are installed."""
        return Service(self._folder, "postgresql", self._environment)

    def follow(self, page: Path, *, update: bool = False) -> str:
        """Do what each block of a page says.

        Args:
            update: take the output of this run, unless the page leaves out lines of it.

        Returns:
            The page, with the output of this run where it differs from the page's.

        Raises:
            AssertionError: a command of a block of the language `sh` failed.
        """
        text = page.read_text()
        parts, end = [], 0
        for block in read_blocks(page):
            if block.title and block.language == "diff":
                self._apply(block.title, block.text)
            elif block.title:
                self.service.write(block.title, block.text)
            elif block.language == "sh":
                for command in block.text.splitlines():
                    done = self.run(command)
                    assert done.returncode == 0, f"{page.name}: {command}\n{done.stdout}"
            elif block.language == "console":
                replayed = [self._replay(*command, update) for command in block.commands]
                parts += [text[end : block.start], *replayed]
                end = block.start + len(block.text)
        return "".join([*parts, text[end:]])

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the reader types it; its errors are in the output."""
        for typed, replacement in self.substitutions.items():
            command = command.replace(typed, replacement)
        if command.startswith("cd "):
            self._folder = (self._folder / shlex.split(command)[1]).resolve()
            command = "true"
        words = shlex.split(command, comments=True)
        if words[:1] == ["./migrate.sh"] and not re.search(r"[;|&<>$()*]", command):
            done = self.service.migrate(*words[1:])
            done.stdout += done.stderr
            return done
        if (self._folder / "pyproject.toml").exists():
            return self.service.shell(f"exec 2>&1\n{command}")
        return self._outside(command)

    def _outside(self, command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-ec", f"exec 2>&1\n{command}"],
            cwd=self._folder,
            env=os.environ | self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _replay(self, command: str, expected: str, update: bool) -> str:
        output = self.run(command).stdout.replace(str(self._folder), HOME)
        actual = FORMATTING.sub("", output)
        has_all = ANY_LINES not in expected.splitlines()
        is_settled = matches(expected, actual) and not (update and has_all)
        return f"$ {command}\n{expected if is_settled else actual}"

    def _apply(self, pattern: str, diff: str) -> None:
        """Replace the removed and the unchanged lines of a diff by the added and the unchanged."""
        (file,) = self._folder.glob(pattern)
        for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
            lines = hunk.splitlines(keepends=True)
            old = "".join(line[1:] for line in lines if line[0] in "- ")
            new = "".join(line[1:] for line in lines if line[0] in "+ ")
            self.service.edit(str(file.relative_to(self._folder)), old, new)
