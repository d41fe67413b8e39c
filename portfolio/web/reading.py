"""The reading of a request, before anything is asked of a database: the form as it was sent, where it comes from, the words of the address.

It is asynchronous: a statement before the endpoint's own thread failed 80 to 180 of 200 concurrent requests (joints B1).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.datastructures import FormData, QueryParams

from portfolio.kit import i18n
from portfolio.kit.forms import CONTROL, typed_values
from portfolio.origin import Origin, Surroundings
from portfolio.web.render import FLASH, LANGUAGE, VISITOR
from portfolio.work import Work

SESSION = "__Host-portfolio"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Sent(FormData):
    """A form as it was sent, that knows which of its fields somebody has asked for: what nobody asked for is no field of
    ours, and the act is refused (Z07). `Form.read` asks for all of them and refuses the ones it does not know itself."""

    def __init__(self, form: FormData) -> None:
        super().__init__(form.multi_items())
        self.asked = set(CONTROL)

    def unread(self) -> list[str]:
        """The fields that nobody asked for, in the order they came."""
        return [name for name in self._dict if name not in self.asked]

    def as_sent(self) -> list[tuple[str, Any]]:
        """Every pair, for the web layer itself: asks for nothing."""
        return list(self._list)

    def get(self, key: Any, default: Any = None) -> Any:
        """The last value of a field."""
        self.asked.add(key)
        return super().get(key, default)

    def getlist(self, key: Any) -> list[Any]:
        """Every value of a field."""
        self.asked.add(key)
        return super().getlist(key)

    def multi_items(self) -> list[tuple[Any, Any]]:
        """Every pair: whoever takes them all answers for all of them."""
        self.asked.update(self._dict)
        return super().multi_items()


async def read_form(request: Request) -> Sent:
    """The form as it was sent; bounded (W10)."""
    if request.method not in UNSAFE:
        return Sent(FormData())
    form = await request.form(max_files=40, max_fields=3000, max_part_size=1_000_000)
    request.scope["fastapi_inner_astack"].push_async_callback(
        form.close
    )  # uploads wait in files of their own
    return Sent(form)


async def read_work(request: Request, form: Annotated[Sent, Depends(read_form)]) -> Work:
    """A piece of work that knows where it comes from, and has touched nothing yet."""
    headers, cookies = request.headers, request.cookies
    around: Surroundings = request.app.state.around
    unsafe = request.method in UNSAFE
    visitor = cookies.get(VISITOR, "")
    language = cookies.get(LANGUAGE, i18n.DEFAULT)
    address = request.client.host if request.client else ""
    origin = Origin(
        token=cookies.get(SESSION) or None,
        visitor=visitor or secrets.token_urlsafe(24),
        visitor_new=not visitor,
        key=_one(form, "idempotency_key"),
        body_hash=await _body_hash(request, form) if unsafe else "",
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        htmx=headers.get("hx-request") == "true",
        locale=language if language in i18n.LOCALES else i18n.DEFAULT,
        address=address,
        fetch_site=headers.get("sec-fetch-site", ""),
        origin_ok=_same_origin(headers.get("origin"), headers.get("host", "")),
        csrf=cookies.get("x", ""),
        csrf_sent=headers.get("x-csrf-token") or _one(form, "csrf_token") or "",
        flash=cookies.get(FLASH, ""),
        browser=headers.get("user-agent", "")[:300],
        typed=typed_values((k, v) for k, v in form.as_sent() if k not in CONTROL) if unsafe else {},
        unread=form.unread,
    )
    return Work(around, readonly=not unsafe, origin=origin)


def _one(form: Sent, name: str) -> str | None:
    values = [value for key, value in form.as_sent() if key == name]
    return values[0] if len(values) == 1 and isinstance(values[0], str) else None


def _same_origin(origin: str | None, host: str) -> bool:
    return origin is None or (origin != "null" and urlsplit(origin).netloc == host)


async def _body_hash(request: Request, form: Sent) -> str:
    digest = hashlib.sha256(request.url.path.encode())
    for name, value in sorted(form.as_sent(), key=lambda pair: pair[0]):
        if name in CONTROL:
            continue
        if isinstance(value, str):
            content = value.encode(errors="surrogatepass")
        else:
            content = await value.read()
            await value.seek(0)
        digest.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
    return digest.hexdigest()


async def _query(request: Request) -> QueryParams:
    return QueryParams(
        [(k, storable(v)[:2000]) for k, v in request.query_params.multi_items() if "\x00" not in k]
    )


def storable(text: str) -> str:
    """Text that both engines can compare: PostgreSQL refuses NUL and lone surrogates (I06)."""
    return text.replace("\x00", "").encode(errors="ignore").decode()


W = Annotated[Work, Depends(read_work)]
Raw = Annotated[Sent, Depends(read_form)]
Query = Annotated[QueryParams, Depends(_query)]
