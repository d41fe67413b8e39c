"""Messages by SMTP, with the standard library: one server, one sender, one message at a time (T06, M1).

Nothing is read, no address is looked up, and the only connection that is opened is to the server of the configuration (I09).
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

PORTS = {"starttls": 587, "tls": 465, "none": 25}
SECONDS = 30.0
"""A server that says nothing for so long has not taken the message."""
_ADDRESS = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
LOCAL = ("localhost", "127.0.0.1", "::1")


class BadMail(ValueError):
    """A setting of the mail server that cannot be used, in words."""


class NotTaken(Exception):
    """The server refused for good: the address is not one, the message is too large …"""


class PerhapsTaken(Exception):
    """The line was cut after the message was handed over and before the answer came."""


class TooLate(Exception):
    """The day until which the message makes sense is over."""


def address(text: str) -> Address:
    """One address. Raises BadMail."""
    name, _at, domain = text.strip().rpartition("@")
    if not _ADDRESS.fullmatch(text.strip()) or ".." in text or name[0] == "." or name[-1] == ".":
        raise BadMail(f"« {text.strip()} » n’est pas une adresse électronique")
    return Address(username=name, domain=domain)


@dataclass(frozen=True)
class MailServer:
    """Where messages are handed over, and in whose name."""

    host: str
    port: int
    security: str
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def read(cls, said: Mapping[str, str]) -> MailServer | None:
        """From PORTFOLIO_SMTP_HOST, _PORT, _SECURITY (starttls, tls, or none towards this machine only), _USER, _PASSWORD or _PASSWORD_FILE,
        and PORTFOLIO_MAIL_FROM; None without a host. Raises BadMail."""
        host = said.get("PORTFOLIO_SMTP_HOST", "").strip()
        if not host:
            return None
        security = said.get("PORTFOLIO_SMTP_SECURITY") or "starttls"
        if security not in PORTS:
            raise BadMail("PORTFOLIO_SMTP_SECURITY doit être starttls, tls ou none")
        if security == "none" and host not in LOCAL:
            raise BadMail("PORTFOLIO_SMTP_SECURITY=none n’est admis que vers un relais de cette machine")
        port = said.get("PORTFOLIO_SMTP_PORT") or str(PORTS[security])
        if not port.isdecimal() or not 0 < int(port) < 65_536:
            raise BadMail("PORTFOLIO_SMTP_PORT n’est pas un port")
        password, file = said.get("PORTFOLIO_SMTP_PASSWORD", ""), said.get("PORTFOLIO_SMTP_PASSWORD_FILE")
        if file:
            try:
                password = Path(file).read_text(encoding="utf-8").strip()
            except (OSError, ValueError):
                raise BadMail("PORTFOLIO_SMTP_PASSWORD_FILE ne peut pas être lu")
        if not said.get("PORTFOLIO_MAIL_FROM"):
            raise BadMail("PORTFOLIO_SMTP_HOST demande PORTFOLIO_MAIL_FROM, l’adresse qui envoie")
        sender = address(said["PORTFOLIO_MAIL_FROM"])
        return cls(host, int(port), security, sender, said.get("PORTFOLIO_SMTP_USER", ""), password)

    def send(self, to: Sequence[str], subject: str, body: str, *, number: int, at: datetime) -> list[str]:
        """Hand over one message to all of these addresses at once; those that the server refused, when it took the others. `number` makes
        its Message-ID, always the same for the same message. Raises NotTaken, PerhapsTaken, OSError and SMTPException when it can be
        tried again."""
        message = self._message(to, subject, body, number, at)
        server = self._connected()
        try:
            refused = self._recipients(server, to)
            try:
                code, answer = server.data(message.as_bytes(policy=SMTP))
            except smtplib.SMTPDataError:
                raise  # said before the message was handed over
            except (OSError, smtplib.SMTPException) as reason:
                raise PerhapsTaken(f"ligne coupée pendant l’envoi ({type(reason).__name__})")
            if code >= 500:
                raise NotTaken(f"refusé : {code} {_said(answer)}")
            if code >= 300:
                raise smtplib.SMTPDataError(code, answer)
        finally:
            _leave(server)
        return refused

    def _message(self, to: Sequence[str], subject: str, body: str, number: int, at: datetime) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.sender
        message["To"] = [address(each) for each in to]
        message["Subject"] = " ".join(subject.split())  # a line of its own would be another header (I10)
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<portfolio-{number}@{self.sender.domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
        message.set_content(body)
        return message

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if self.security == "tls":
            server = smtplib.SMTP_SSL(
                self.host, self.port, self.sender.domain, timeout=SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, self.sender.domain, timeout=SECONDS)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            _leave(server)
            raise
        return server

    def _recipients(self, server: smtplib.SMTP, to: Sequence[str]) -> list[str]:
        server.ehlo_or_helo_if_needed()
        code, answer = server.mail(self.sender.addr_spec)
        if code >= 300:
            raise smtplib.SMTPSenderRefused(code, answer, self.sender.addr_spec)
        answers = {each: server.rcpt(each) for each in to}
        refused = [each for each, (code, _) in answers.items() if code >= 300]
        if len(refused) == len(answers):
            if all(code >= 500 for code, _ in answers.values()):
                raise NotTaken(f"adresse refusée : {_said(next(iter(answers.values()))[1])}")
            raise smtplib.SMTPRecipientsRefused(answers)
        return refused


def _said(answer: bytes | str) -> str:
    """What a server answered, short and on one line."""
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return " ".join(text.split())[:200]


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def is_over(until: str | None, at: datetime) -> bool:
    """Whether the last day on which a message makes sense has passed."""
    return until is not None and at.date() > date.fromisoformat(until)
