from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_key: str = "change me"
    sqlalchemy_database_uri: str = "postgresql+psycopg2://localhost/library"


settings = Settings()
