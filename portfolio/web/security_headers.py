"""Headers on every response, errors and files included (W01, W05, W07), and the hosts that may be spoken to (W08)."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
FIXED = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FIXED = [(name.encode(), value.encode()) for name, value in FIXED.items()]
_STRICT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")
_NO_STORE = (b"cache-control", b"no-store")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "testserver"})


class SecurityHeaders:
    """Outermost: adds the headers and refuses unknown hosts, and plain HTTP off this machine (A02)."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts | LOOPBACK

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        secure = scope.get("scheme") == "https"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message["headers"])  # lower case, as ASGI asks
                given = {name for name, _value in headers}
                wanted = [*_FIXED, _STRICT] if secure else list(_FIXED)
                if not scope["path"].startswith("/static/"):
                    wanted.append(_NO_STORE)
                headers += [each for each in wanted if each[0] not in given]
                message = {**message, "headers": headers}
            await send(message)

        host = self._host(scope)
        if host not in self.hosts:
            await _plain(with_headers, 421, "Unknown host.")
        elif not secure and host not in LOOPBACK:
            await _plain(with_headers, 403, "Plain HTTP is refused off this machine: put TLS in front.")
        else:
            await self.app(scope, receive, with_headers)

    @staticmethod
    def _host(scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == b"host":
                text = str(value.decode("latin-1")).lower()
                return text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0]
        return ""


async def _plain(send: Send, status: int, words: str) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]}
    )
    await send({"type": "http.response.body", "body": words.encode()})
