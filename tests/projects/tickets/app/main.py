from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import session
from app.domain.models.ticket import Ticket

app = FastAPI()


@app.get("/tickets")
async def tickets(session: Annotated[AsyncSession, Depends(session)]) -> list[str]:
    return list(await session.scalars(select(Ticket.title)))
