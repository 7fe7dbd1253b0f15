from fastapi import FastAPI
from sqlmodel import Session, create_engine, select

from app.domains.users.models import User
from app.settings import settings

app = FastAPI()


@app.get("/users")
def users() -> list[str]:
    with Session(create_engine(settings.database_url)) as session:
        return list(session.exec(select(User.email)))
