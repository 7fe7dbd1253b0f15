"""Findings for people and for machines: text, JSON, annotations of GitHub and of GitLab."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """A problem in one place, described in three parts.

    Args:
        rule: its stable name, such as `models-without-migration`.
        message: what is wrong, with the actual names in it.
        detail: why it matters.
        hint: the exact command or code that fixes it.
        file: the path from the service's folder, with forward slashes; empty without a file.
        line: in that file, from 1 on; 0 if the finding is about the whole file.
        details: more that machines may want, such as the statement and the lock it takes.
    """

    rule: str
    message: str
    detail: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0
    details: dict[str, str] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """The place and the message."""
        place = ":".join(str(part) for part in (self.file, self.line) if part)
        return f"{place}: {self.message}" if place else self.message

    def __str__(self) -> str:
        return "\n".join(part for part in (self.headline, self.detail, self.hint) if part)
