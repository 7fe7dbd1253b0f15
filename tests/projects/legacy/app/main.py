import os

from fastapi import FastAPI
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"])


@app.get("/users")
def users() -> int:
    with engine.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM users")).scalar_one()
