from fastapi import FastAPI

import models
from database import Base, SessionLocal, engine

Base.metadata.create_all(bind=engine)
app = FastAPI()


@app.get("/notes")
def notes() -> list[str]:
    with SessionLocal() as session:
        return [note.text for note in session.query(models.Note)]
