from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

from src.infra.database.engine import engine
from src.infra.database.models.products import Product

app = FastAPI()


@app.get("/products")
def products() -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(Product.name)))
