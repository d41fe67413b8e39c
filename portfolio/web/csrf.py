"""Cross-site request forgery: Fetch Metadata first, then a token bound to the session, masked anew on every page (W02).

No table: the token is an HMAC of the session's own token (or of a visitor's cookie), so nobody can plant one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from portfolio.kit.errors import Forbidden
from portfolio.kit.i18n import gettext as _
from portfolio.origin import Origin


def token_for(secret: bytes, origin: Origin) -> str:
    """The token of this browser, masked with fresh random bytes so that compression leaks nothing of it."""
    plain = _plain(secret, origin)
    mask = secrets.token_bytes(16)
    return mask.hex() + bytes(a ^ b for a, b in zip(mask, plain, strict=True)).hex()


def check(secret: bytes, origin: Origin) -> None:
    """Refuse an unsafe request that does not come from one of our own pages, in this browser."""
    if origin.fetch_site not in ("", "same-origin", "none") or not origin.origin_ok:
        raise Forbidden(
            "csrf", _("This request came from another site. Open the page again and send from there.")
        )
    try:
        sent = bytes.fromhex(origin.csrf_sent)
    except ValueError:
        sent = b""
    plain = bytes(a ^ b for a, b in zip(sent[:16], sent[16:], strict=False)) if len(sent) == 32 else b""
    if not hmac.compare_digest(plain, _plain(secret, origin)):
        raise Forbidden("csrf", _("This page is too old to be sent. Reload it and send again."))


def _plain(secret: bytes, origin: Origin) -> bytes:
    who = f"session:{origin.token}" if origin.token else f"visitor:{origin.visitor}"
    return hmac.new(secret, b"csrf:" + who.encode(), hashlib.sha256).digest()[:16]
