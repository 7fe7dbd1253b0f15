"""Base."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, DateTime, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from stratakit.orm import naming

Key = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
]
"""A primary key that no table outgrows: `id: Mapped[Key]`.

SQLite counts up in a column of this one type alone, which has 64 bits there:
https://www.sqlite.org/autoinc.html
"""


class Base(DeclarativeBase):
    """What every model inherits from; a `datetime` column knows its time zone (`strata.utc`)."""

    metadata = MetaData(naming_convention=naming.CONVENTION)
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}
