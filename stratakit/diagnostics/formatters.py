"""Output formats of findings: text, JSON, and annotations of GitHub and GitLab."""

import hashlib
import json
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from itertools import groupby

from stratakit.diagnostics.finding import Finding


def as_text(findings: Sequence[Finding]) -> str:
    """For a person: one paragraph each; findings with the same fix share one."""
    paragraphs = []
    for (detail, hint), group in groupby(findings, key=lambda each: (each.detail, each.hint)):
        lines = [*(finding.headline for finding in group), detail, hint]
        paragraphs.append("\n".join(line for line in lines if line))
    return "\n\n".join(paragraphs)


def as_object(finding: Finding) -> dict[str, object]:
    """A finding for a program, with the keys that programs have read since 0.6.0."""
    return {
        "rule": finding.rule,
        "what": finding.message,
        "why": finding.detail,
        "remedy": finding.hint,
        "file": finding.file,
        "line": finding.line,
        "details": finding.details,
    }


def as_json(findings: Sequence[Finding]) -> str:
    """For a program: a list of objects."""
    return json.dumps([as_object(finding) for finding in findings], indent=2)


def as_github(findings: Sequence[Finding]) -> str:
    """Workflow commands of GitHub Actions, which it shows at the lines of a pull request.

    Source: "Workflow commands for GitHub Actions", Setting an error message.
    """
    return "\n".join(_workflow_command(finding) for finding in findings)


def as_gitlab(findings: Sequence[Finding]) -> str:
    """A Code Quality report of GitLab, which it shows in a merge request.

    Source: "Code Quality" in GitLab's manual, Code Quality report format.
    """
    return json.dumps(
        [
            {
                "description": finding.message,
                "check_name": finding.rule,
                "fingerprint": hashlib.sha256(
                    f"{finding.rule}\0{finding.file}\0{finding.message}".encode()
                ).hexdigest(),
                "severity": "major",
                "location": {
                    "path": finding.file or "strata.toml",
                    "lines": {"begin": finding.line or 1},
                },
            }
            for finding in findings
        ],
        indent=2,
    )


FORMATS: dict[str, Callable[[Sequence[Finding]], str]] = {
    "text": as_text,
    "json": as_json,
    "github": as_github,
    "gitlab": as_gitlab,
}


def add_arguments(parser: ArgumentParser) -> None:
    """Add the options for the format of findings."""
    parser.add_argument(
        "--format", choices=FORMATS, default="text", help="text, json, or annotations of a CI"
    )
    parser.add_argument(
        "--json", dest="format", action="store_const", const="json", help="like --format json"
    )


def _workflow_command(finding: Finding) -> str:
    where = {"file": finding.file, "line": finding.line, "title": finding.rule}
    properties = ",".join(
        f"{name}={_escape(str(value)).replace(':', '%3A').replace(',', '%2C')}"
        for name, value in where.items()
        if value
    )
    message = "\n".join(part for part in (finding.message, finding.detail, finding.hint) if part)
    return f"::error {properties}::{_escape(message)}"


def _escape(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
