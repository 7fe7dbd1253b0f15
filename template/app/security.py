"""Security headers of an API's responses."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Its scripts come from elsewhere.
DOCUMENTATION = {"/docs", "/docs/oauth2-redirect", "/redoc"}


class SecurityHeaders:
    """Add the headers, and with `use_tls` the one that forbids unencrypted connections."""

    def __init__(self, app: ASGIApp, *, use_tls: bool) -> None:
        self.app = app
        headers = dict(HEADERS)
        if use_tls:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_documentation = scope["path"] in DOCUMENTATION

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                if is_documentation:
                    present.add(b"content-security-policy")
                message["headers"].extend(each for each in self.headers if each[0] not in present)
            await send(message)

        await self.app(scope, receive, send_with_headers)
