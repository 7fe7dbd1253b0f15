from fastapi import FastAPI

from app.database import SessionLocal
from app.models import Book

app = FastAPI()


@app.get("/books")
def books():
    with SessionLocal() as session:
        return [book.title for book in session.query(Book)]
