"""Tables that refer to each other in a circle."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from stratakit.config import Backend
from tests.forms.created import made, metadata
from tests.safety.revisions import server


def circle(*, use_alter: bool) -> sa.MetaData:
    declared = metadata()
    for name, other in (("players", "team"), ("teams", "captain")):
        key = sa.ForeignKey(
            "teams.id" if other == "team" else "players.id",
            use_alter=use_alter and other == "captain",
        )
        sa.Table(
            name,
            declared,
            sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column(f"{other}_id", sa.BigInteger, key, index=True),
        )
    return declared


@pytest.mark.filterwarnings("ignore:Cannot correctly sort tables")
@pytest.mark.parametrize("backend", ["postgresql", "mysql", "sqlite"])
@pytest.mark.parametrize("use_alter", [True, False])
def test_a_circle_is_made_and_undone(backend: Backend, use_alter: bool, tmp_path: Path) -> None:
    after = circle(use_alter=use_alter)
    with server(backend), made(tmp_path, backend, metadata()) as service:
        files = service.create(after)
        service.there_and_back(after)
        assert service.create(after) == []
        assert not [each for each in service.linted(files) if "fails" in each]
