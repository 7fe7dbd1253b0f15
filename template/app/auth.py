"""Bearer tokens of an OpenID Connect provider, verified with the keys that it publishes.

A route that needs one has an argument of the type `CurrentUser`. The provider keeps the users: what
a token says of one is in its claims.
"""

from typing import Annotated, Any

import jwt
from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from app.settings import ServiceSettings

# Asymmetric ones alone: a published key must not be able to sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]


class AuthSettings(ServiceSettings):
    """The issuer of tokens. Every token is refused until these are set."""

    jwt_issuer: str = ""
    """The provider as tokens name it: https://login.example.com/"""

    jwt_audience: str = ""
    """This service as tokens name it."""

    jwt_jwks_url: str = ""
    """The provider's keys: `jwks_uri` in its .well-known/openid-configuration."""

    jwt_leeway_seconds: float = 30.0
    """The difference that the clocks of the provider and of this service may have."""


class User(BaseModel):
    """The sender of a request."""

    subject: str
    claims: dict[str, Any]


class TokenVerifier:
    """The verification of tokens; keys are fetched when they are needed, and kept for minutes.

    Args:
        settings: where tokens come from.
    """

    def __init__(self, settings: AuthSettings) -> None:
        self.settings = settings
        url = settings.jwt_jwks_url
        self.keys = jwt.PyJWKClient(url, lifespan=300, timeout=5) if url else None

    def verify(self, token: str) -> User:
        """Verify a token; an unknown key is looked for again, but not within the same half minute.

        Raises:
            HTTPException: 401, the token is not valid; 503, the provider does not answer.
        """
        settings = self.settings
        if not (self.keys and settings.jwt_issuer and settings.jwt_audience):
            raise refusal("No provider of tokens is configured.")
        try:
            key = self.keys.get_signing_key_from_jwt(token)
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=settings.jwt_audience,
                issuer=settings.jwt_issuer,
                leeway=settings.jwt_leeway_seconds,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWKClientConnectionError:
            raise HTTPException(503, "The provider of tokens does not answer.") from None
        except jwt.PyJWTError as error:
            raise refusal(f"The token is not valid: {error}") from None
        return User(subject=claims["sub"], claims=claims)


def refusal(detail: str) -> HTTPException:
    """Create the error for a request without a valid token."""
    return HTTPException(401, detail, headers={"WWW-Authenticate": "Bearer"})


bearer = HTTPBearer(auto_error=False)


# Not a coroutine: the keys may have to be fetched, in a thread.
def get_user(
    request: Request, token: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> User:
    """Return who sent a request."""
    if token is None:
        raise refusal("A bearer token is needed.")
    verifier: TokenVerifier = request.app.state.tokens
    return verifier.verify(token.credentials)


CurrentUser = Annotated[User, Depends(get_user)]

router = APIRouter(prefix="/v1/me", tags=["authentication"])


@router.get("")
async def read_me(user: CurrentUser) -> User:
    """Return the current user: an example of a protected route."""
    return user
