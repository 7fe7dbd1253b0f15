"""Each output format of findings has its schema, and no text breaks out of its place."""

import json
import re
from argparse import ArgumentParser
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stratakit.cli.output import echo_findings
from stratakit.diagnostics.finding import Finding
from stratakit.diagnostics.formatters import (
    FORMATS,
    add_arguments,
    as_github,
    as_gitlab,
    as_json,
    as_text,
)

TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["50%", "a::b", "a,b", "x\r\ny", "::error::z", "%0A", "file=x,line=5", "\u2028"]
)
RULE = st.from_regex(r"[a-z]+(-[a-z]+)*", fullmatch=True)
FINDING = st.builds(
    Finding,
    rule=RULE,
    message=TEXT,
    detail=TEXT,
    hint=TEXT,
    file=TEXT,
    line=st.integers(0, 9999),
    details=st.dictionaries(TEXT, TEXT, max_size=2),
)
FINDINGS = st.lists(FINDING, max_size=2)
EXAMPLES = [
    Finding(
        "drop-column",
        "note is dropped",
        "Code that is running reads it.",
        "Drop it in the next release.",
        "migrations/versions/0002.py",
        12,
        {"lock": "AccessExclusive"},
    ),
    Finding(
        "drop-column",
        "price is dropped",
        "Code that is running reads it.",
        "Drop it in the next release.",
        "migrations/versions/0002.py",
    ),
    Finding("not-adopted", "There is no revision."),
]
WORKFLOW_COMMAND = re.compile(r"::error (?P<properties>[^:]*)::(?P<message>[^\r\n]*)")


def unescape(text: str) -> str:
    """Undo the escapes as GitHub's runner does, the percent sign last."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
        text = text.replace(code, character)
    return text.replace("%25", "%")


@pytest.mark.parametrize("name", FORMATS)
def test_findings_in_each_format(name: str, snapshot: SnapshotAssertion) -> None:
    assert FORMATS[name](EXAMPLES) == snapshot


@given(findings=FINDINGS)
def test_json_holds_all_of_each_finding(findings: Sequence[Finding]) -> None:
    assert [
        (each["rule"], each["what"], each["why"], each["remedy"], each["file"], each["line"],
         each["details"])
        for each in json.loads(as_json(findings))
    ] == [
        (each.rule, each.message, each.detail, each.hint, each.file, each.line, each.details)
        for each in findings
    ]  # fmt: skip


@given(findings=FINDINGS)
def test_a_report_of_gitlab_has_what_gitlab_requires(findings: Sequence[Finding]) -> None:
    report = json.loads(as_gitlab(findings))
    assert [each["description"] for each in report] == [each.message for each in findings]
    for each, finding in zip(report, findings, strict=True):
        assert each["check_name"] == finding.rule
        assert each["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert each["location"]["lines"]["begin"] >= 1
        assert each["location"]["path"]
        assert re.fullmatch(r"[0-9a-f]{64}", each["fingerprint"])


@given(finding=FINDING, line=st.integers(1, 99))
def test_a_fingerprint_stays_when_the_finding_moves(finding: Finding, line: int) -> None:
    moved = Finding(finding.rule, finding.message, "another", "hint", finding.file, line)
    other = Finding(finding.rule, f"{finding.message}x", file=finding.file)
    fingerprints = [each["fingerprint"] for each in json.loads(as_gitlab([finding, moved, other]))]
    assert fingerprints[0] == fingerprints[1] != fingerprints[2]


@given(findings=FINDINGS)
def test_a_workflow_command_is_one_line_that_holds_the_finding(findings: Sequence[Finding]) -> None:
    lines = re.split(r"\r\n|\r|\n", as_github(findings)) if findings else []
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        command = WORKFLOW_COMMAND.fullmatch(line)
        assert command is not None
        pairs = [pair.split("=", 1) for pair in command["properties"].split(",")]
        properties = {name: unescape(value) for name, value in pairs}
        assert properties == {
            name: value
            for name, value in (
                ("file", finding.file), ("line", str(finding.line or "")), ("title", finding.rule)
            )
            if value
        }  # fmt: skip
        parts = (finding.message, finding.detail, finding.hint)
        assert unescape(command["message"]) == "\n".join(part for part in parts if part)


@pytest.mark.parametrize(
    ("file", "line", "headline"),
    [("", 0, "wrong"), ("a.py", 0, "a.py: wrong"), ("a.py", 5, "a.py:5: wrong")],
)
def test_a_headline_says_where(file: str, line: int, headline: str) -> None:
    finding = Finding("rule", "wrong", "why", file=file, line=line)
    assert finding.headline == headline
    assert str(finding) == f"{headline}\nwhy"


def test_findings_with_the_same_remedy_share_a_paragraph() -> None:
    findings = [
        Finding("r", "a", "w", "h"),
        Finding("r", "b", "w", "h"),
        Finding("r", "c", "w", "i"),
    ]
    assert as_text(findings) == "a\nb\nw\nh\n\nc\nw\ni"
    assert as_text([]) == ""


@pytest.mark.parametrize(
    ("arguments", "findings", "printed", "status"),
    [
        ([], [], False, 0),
        ([], EXAMPLES, True, 1),
        (["--format", "github"], [], False, 0),
        (["--json"], [], True, 0),
        (["--format", "gitlab"], [], True, 0),
        (["--json"], EXAMPLES, True, 1),
    ],
)
def test_the_exit_status_shows_a_finding(
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    findings: list[Finding],
    printed: bool,
    status: int,
) -> None:
    parser = ArgumentParser()
    add_arguments(parser)
    assert echo_findings(findings, parser.parse_args(arguments)) == status
    output = capsys.readouterr().out
    assert bool(output) is printed
    if arguments and printed:
        assert isinstance(json.loads(output), list)
