import enum
import uuid

from sqlalchemy import CheckConstraint, Enum, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.base import Dated


class Status(enum.Enum):
    open = "open"
    closed = "closed"


class Ticket(Dated):
    __tablename__ = "tickets"
    __table_args__ = (CheckConstraint("length(title) > 0", name="title_given"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    status: Mapped[Status] = mapped_column(Enum(Status, name="ticket_status"))
