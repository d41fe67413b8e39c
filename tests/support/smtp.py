"""A mail server on this machine: it takes messages as a real one does, over a socket, and can be told to behave badly."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import cast


@dataclass
class Mailbox:
    """What was taken, as (addresses, message), and how the server answers: `rcpt` by address, `data` after the message, in turn; "cut" closes
    the line without a word, once the message was taken."""

    port: int = 0
    taken: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    rcpt: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    connections: int = 0


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A server that runs until the end of the test."""
    box = Mailbox()

    class Talk(socketserver.StreamRequestHandler):
        def say(self, words: str) -> None:
            self.wfile.write(words.encode() + b"\r\n")

        def handle(self) -> None:
            box.connections += 1
            self.say("220 ready")
            to: list[str] = []
            while line := self.rfile.readline():
                verb, said = line[:4].upper().strip(), line.decode().strip()
                if verb in (b"EHLO", b"HELO", b"RSET", b"NOOP"):
                    self.say("250 ok")
                elif verb == b"MAIL":
                    to = []
                    self.say("250 ok")
                elif verb == b"RCPT":
                    address = said.partition("<")[2].partition(">")[0]
                    answer = box.rcpt.get(address, "250 ok")
                    if answer.startswith("250"):
                        to.append(address)
                    self.say(answer)
                elif verb == b"DATA":
                    self.say("354 go on")
                    lines = []
                    while (piece := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(piece[1:] if piece.startswith(b"..") else piece)
                    answer = box.data.pop(0) if box.data else "250 taken"
                    if answer.startswith("250") or answer == "cut":
                        read = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                        box.taken.append((to, cast(EmailMessage, read)))
                    if answer == "cut":
                        return
                    self.say(answer)
                elif verb == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("500 what?")

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Talk) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
