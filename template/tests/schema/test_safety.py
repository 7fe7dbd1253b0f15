from stratakit import config
from stratakit.lint import linter


def test_no_new_revision_stops_traffic_or_loses_data() -> None:
    service = config.load()
    linted = linter.lint(service, linter.added(service))
    grave = [finding for finding in linted.findings if finding.details.get("severity") != "style"]
    assert not grave, "\n\n".join(map(str, grave))
