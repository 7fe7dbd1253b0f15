from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base, sessionmaker

from app.config import settings

engine = create_engine(settings.sqlalchemy_database_uri)
SessionLocal = sessionmaker(bind=engine)
Base = declarative_base()
