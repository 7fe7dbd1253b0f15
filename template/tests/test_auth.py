"""Tokens that are signed with keys of the test, which a provider of its own publishes."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.auth import AuthSettings, TokenVerifier, User, get_user


class Provider:
    """A publisher of keys: `keys` by their id, which a test may replace."""

    issuer = "https://login.example.com/"

    def __init__(self) -> None:
        self.keys: dict[str, EllipticCurvePrivateKey] = {}
        self.rotate("first")

    def rotate(self, key_id: str) -> None:
        self.keys = {key_id: generate_private_key(SECP256R1())}

    def published(self) -> bytes:
        algorithm = jwt.algorithms.ECAlgorithm
        keys = [
            algorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": key_id, "use": "sig"}
            for key_id, key in self.keys.items()
        ]
        return json.dumps({"keys": keys}).encode()

    def token(self, **claims: Any) -> str:
        ((key_id, key),) = self.keys.items()
        usual = {
            "iss": self.issuer,
            "aud": "service",
            "sub": "ada",
            "exp": time.time() + 60,
        }
        return jwt.encode(usual | claims, key, algorithm="ES256", headers={"kid": key_id})


@pytest.fixture
def provider(app: FastAPI) -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(provider.published())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app.state.tokens = TokenVerifier(
        AuthSettings(
            jwt_issuer=provider.issuer,
            jwt_audience="service",
            jwt_jwks_url=f"http://127.0.0.1:{server.server_port}/keys",
        )
    )
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def user(app: FastAPI) -> User:
    user = User(subject="ada", claims={})
    app.dependency_overrides[get_user] = lambda: user
    return user


async def ask(client: AsyncClient, token: str) -> Response:
    return await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def test_a_valid_token_says_who_it_is(client: AsyncClient, provider: Provider) -> None:
    answer = await ask(client, provider.token())
    assert answer.status_code == 200
    assert answer.json()["subject"] == "ada"


async def test_a_test_of_a_protected_route_names_its_user(client: AsyncClient, user: User) -> None:
    assert (await client.get("/v1/me")).json()["subject"] == user.subject


async def test_without_a_token_it_is_a_401_with_problem_details(client: AsyncClient) -> None:
    answer = await client.get("/v1/me")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/problem+json"


async def test_without_a_provider_every_token_is_refused(client: AsyncClient) -> None:
    assert (await ask(client, Provider().token())).status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": time.time() - 60},
        {"nbf": time.time() + 600},
        {"aud": "another"},
        {"iss": "https://elsewhere.example.com/"},
    ],
)
async def test_a_token_for_others_or_another_time_is_refused(
    client: AsyncClient, provider: Provider, claims: dict[str, Any]
) -> None:
    assert (await ask(client, provider.token(**claims))).status_code == 401


async def test_clocks_may_be_a_little_apart(client: AsyncClient, provider: Provider) -> None:
    assert (await ask(client, provider.token(exp=time.time() - 10))).status_code == 200


async def test_a_token_of_another_key_is_refused(client: AsyncClient, provider: Provider) -> None:
    stranger = Provider()
    assert (await ask(client, stranger.token())).status_code == 401
    unsigned = jwt.encode({"sub": "ada"}, "", algorithm="none")
    assert (await ask(client, unsigned)).status_code == 401
    assert (await ask(client, "nonsense")).status_code == 401


async def test_keys_that_the_provider_has_exchanged_are_found(
    app: FastAPI, client: AsyncClient, provider: Provider
) -> None:
    app.state.tokens.keys.cooldown_duration = 0
    assert (await ask(client, provider.token())).status_code == 200
    provider.rotate("second")
    assert (await ask(client, provider.token())).status_code == 200
