"""Changes to the example of a service that many tests make."""

from tests.service import Service

AN_ITEM = "INSERT INTO items (name, price) VALUES ('chair', 10)"

PHONE = "phone: Mapped[str | None] = mapped_column(String(20))"
ADD_PHONE = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
DROP_PHONE = 'op.drop_column("items", "phone")'
ADD_SIZE = 'op.add_column("items", sa.Column("size", sa.Integer()))'
DROP_SIZE = 'op.drop_column("items", "size")'


# What a service did at its start before it had migrations.
CREATE_ALL = """
from stratakit import config
from stratakit.engine.connect import connect
from stratakit.scratch import environment

service = config.load()
with connect(environment.current_url(service)) as connection:
    environment.metadata(service).create_all(connection)
    connection.commit()
"""


def two_branches(service: Service) -> None:
    """Two revisions that follow the same one, as after a merge in git."""
    service.revision("003", "002", ADD_PHONE, DROP_PHONE)
    service.revision("004", "002", ADD_SIZE, DROP_SIZE)
