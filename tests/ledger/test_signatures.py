"""Heads of the chains are signed when they leave, and an auditor verifies them without this server, its key or its packages (T07)."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from typer.testing import CliRunner

from portfolio import cli
from portfolio.desk.verify import verify
from portfolio.kit import signing, sinks
from portfolio.kit.clock import FixedClock
from portfolio.kit.db import Database
from portfolio.ledger import export, signatures
from portfolio.ledger import queries as ledger
from portfolio.ledger.service import Transfer, post
from portfolio.ledger.signatures import L, checkpoints, ed25519_verifies, keys_of
from portfolio.serving import deposit_heads
from tests import factories
from tests.ledger.books import transfers
from tests.ledger.test_offline import run

AT = datetime(2026, 3, 12, 8, tzinfo=UTC)
DAY = timedelta(days=1)

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = {
    "TEST 1": ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
               "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    "TEST 2": ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
               "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    "TEST 3": ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
               "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    "TEST SHA(abc)": ("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
                      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
                      "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
}  # fmt: skip


@pytest.mark.parametrize("check", [ed25519_verifies, signing.verified], ids=["plain", "library"])
@pytest.mark.parametrize("name", VECTORS)
def test_vectors_of_the_standard(name: str, check: signatures.Check) -> None:
    public, message, signature = (bytes.fromhex(part) for part in VECTORS[name])
    assert check(public, message, signature)
    assert not check(public, message + b"\0", signature)
    for at in (0, 31, 32, 63):
        assert not check(public, message, signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :])
    assert not check(public, message, signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")), "s + L is another writing"
    assert not check(bytes([public[0] ^ 1]) + public[1:], message, signature)
    for short in (b"", signature[:63], signature + b"\0"):
        assert not check(public, message, short)
    assert not check(public[:31], message, signature)


def test_both_verifiers_agree() -> None:
    """What the library signs the plain arithmetic accepts, and neither accepts it changed."""
    chance = random.Random(8)
    for n in range(40):
        key = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = key.public_key().public_bytes_raw(), chance.randbytes(n)
        signature = bytearray(key.sign(message))
        assert ed25519_verifies(public, message, bytes(signature))
        signature[chance.randrange(64)] ^= 1 << chance.randrange(8)
        assert ed25519_verifies(public, message, bytes(signature)) is signing.verified(public, message, bytes(signature)) is False


def lines_of(folder: Path, days: int = 4, *, rotated: bool = True) -> list[str]:
    """A file of heads over some days, the key replaced in the middle."""
    made: list[str] = []
    for n in range(days):
        at = AT + n * DAY
        if rotated and n == days // 2:
            signing.rotate(folder, at - timedelta(hours=1))
        signer = signing.signer(folder, at)
        made += signer.missing(made)
        made.append(signer.signed(f"{at.isoformat().replace('+00:00', 'Z')} LIVRE {n + 1} {n:064x} JOURNAL {n} {n:064x}"))
    return made


def test_what_an_old_key_signed_stays_true_and_it_signs_no_more(tmp_path: Path) -> None:
    old = signing.signer(tmp_path, AT)
    lines = lines_of(tmp_path)
    assert [each.state for each in checkpoints(lines)] == ["signed"] * 4
    first, second = keys_of(lines)
    assert first == old.name != second and len({each.by for each in checkpoints(lines)}) == 2
    assert (tmp_path / "signature.cle").stat().st_mode & 0o077 == 0
    for noted, states in {
        signing.grouped(first): ["signed"] * 4,  # who noted the first key knows its heirs
        second: ["unknown", "unknown", "signed", "signed"],  # the last key vouches for none before it
        "0" * 32: ["unknown"] * 4,
    }.items():
        assert [each.state for each in checkpoints(lines, [noted])] == states, noted
    late = replace(old, lines=()).signed(f"{(AT + 9 * DAY).isoformat().replace('+00:00', 'Z')} LIVRE 9 {9:064x} JOURNAL 9 {9:064x}")
    assert checkpoints([*lines, late])[-1].state == "late", "a key that was stolen after it was replaced"


def test_a_head_or_a_key_that_was_touched_is_found(tmp_path: Path) -> None:
    lines = lines_of(tmp_path / "ours")
    for n, line in enumerate(lines):
        if " LIVRE " in line:
            for changed in (line.replace(" LIVRE ", " LIVRE 1"), line[:-1] + ("0" if line[-1] != "0" else "1"), line.replace("T08:", "T09:")):
                assert "false" in {each.state for each in checkpoints([*lines[:n], changed, *lines[n + 1 :]])}
    foreign = lines_of(tmp_path / "theirs")
    ours = next(iter(keys_of(lines)))
    assert {each.state for each in checkpoints(foreign, [ours])} == {"unknown"}, "a whole file made again with other keys"
    assert {each.state for each in checkpoints([*lines, *foreign], [ours])} == {"signed", "unknown"}
    theirs = signing.signer(tmp_path / "theirs", AT)
    last = [line for line in lines if " CLE " in line][-1].split()[2]
    intruder = signing._sign(theirs.private, f"2026-06-01T08:00:00Z CLE {theirs.public.hex()} SUIT {last}")
    assert len(keys_of([*lines, intruder])) == 2, "a key that says to follow ours, and that ours did not sign"


def test_a_rotation_cut_anywhere_is_finished_or_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signing.signer(tmp_path, AT)
    with monkeypatch.context() as patch:
        patch.setattr(signing, "_publish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            signing.rotate(tmp_path, AT + DAY)
    assert signing.signer(tmp_path, AT + DAY).name == before.name, "its line was not written: the old key goes on"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            signing.rotate(tmp_path, AT + DAY)
    after = signing.signer(tmp_path, AT + 2 * DAY)
    assert after.name != before.name and len(after.lines) == 2 and len(keys_of(after.lines)) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cles-publiques.txt", "signature.cle"]
    with pytest.raises(signing.BadKey, match="en retard"):
        signing.rotate(tmp_path, AT)


@pytest.mark.both_engines
def test_heads_leave_signed_and_one_old_head_finds_a_cut_book(database: Database, tmp_path: Path) -> None:
    """From the daily deposit to the verdict of a bare interpreter on another machine."""
    out, keys = tmp_path / "usb", tmp_path / "cles"
    out.mkdir()
    clock = FixedClock(AT)
    around = replace(factories.around(database, clock=clock, data_dir=tmp_path), outside=(out,), key_dir=keys)

    def posted(some: list[Transfer]) -> None:
        with database.session(readonly=False) as session:
            post(session, some)
            session.commit()

    made = transfers(30, seed=3)[:30]
    posted(made[:20])
    assert deposit_heads(around) == []
    old = sinks.lines(out)
    assert [" CLE " in old[0], " LIVRE 20 " in old[1], len(old)] == [True, True, 2]
    posted(made[20:])
    clock.moment += DAY
    signing.rotate(keys, clock.moment)
    deposit_heads(around)
    assert [" CLE " in line for line in sinks.lines(out)] == [True, False, True, False]
    with database.session(readonly=True) as session:
        assert verify(session, [out], key_dir=keys) == []
        export.write(session, "jsonl", tmp_path / "whole.jsonl")
        session.rollback()
    noted, (first, second) = keys_of(sinks.lines(out)), keys_of(sinks.lines(out))

    def told(book: str, file: Path, *more: str) -> tuple[int, str]:
        done = run(tmp_path / book, "--checkpoints", file, *more, folder=tmp_path)
        return done.returncode, done.stdout + done.stderr

    code, words = told("whole.jsonl", out / sinks.FILE, "--key", signing.grouped(first))
    assert code == 0 and "LIVRE INTACT" in words and "2 signature juste" in words and signing.grouped(second) in words and len(noted) == 2
    code, words = told("whole.jsonl", out / sinks.FILE)
    assert code == 0 and "--key exclut" in words
    code, words = told("whole.jsonl", out / sinks.FILE, "--key", "0" * 32)
    assert code == 1 and "INCONNUE" in words
    forged = tmp_path / "forged.txt"
    forged.write_text(out.joinpath(sinks.FILE).read_text().replace(" LIVRE 20 ", " LIVRE 19 "))
    code, words = told("whole.jsonl", forged)
    assert code == 1 and "SIGNATURE FAUSSE" in words

    # The last entries cut off and the head written again: the book agrees with itself, not with the head of a day ago.
    rows = (tmp_path / "whole.jsonl").read_text().splitlines(keepends=True)
    kept = [line for line in rows if '"balance":' not in line and '"head":' not in line][:16]
    last = kept[-1].split('"hash":"')[1][:64]
    (tmp_path / "cut.jsonl").write_text("".join(kept) + f'{{"head":{{"seq":15,"hash":"{last}"}},"balances":0}}\n')
    yesterday = tmp_path / "yesterday.txt"
    yesterday.write_text("\n".join(old))
    code, words = told("cut.jsonl", yesterday, "--key", first)
    assert code == 1 and "ANOMALIE à l’écriture n° 20" in words and "document imprimé" in words

    with database.session(readonly=True) as session:
        said = list(ledger.examine(session, [out], clock.moment, keys))
        assert (True, next(words for _ok, words in said if signing.grouped(second) in words)) in said and all(ok for ok, _words in said)
        session.rollback()

    # In the product: a head of another key, a head that was changed, and the doctor.
    other = signing.signer(tmp_path / "theirs", clock.moment)
    line = ledger.Deposit(clock.moment, (30, "a" * 64), (1, "b" * 64), out).line
    with database.session(readonly=True) as session:
        sinks.append([out], other.signed(line))
        assert any("ne connaît pas" in words and "30" in words for words in verify(session, [out], key_dir=keys))
        assert [ok for ok, words in ledger.examine(session, [out], clock.moment, keys) if "ne connaît pas" in words] == [False]
        session.rollback()


def test_the_command_replaces_the_key_and_the_backup_never_holds_it(database: Database, tmp_path: Path) -> None:
    from portfolio.kit import backup
    from portfolio.kit.keys import Key
    from portfolio.kit.sealed import Reader

    env = {"PORTFOLIO_DATABASE_URL": database.url.render_as_string(hide_password=False), "PORTFOLIO_DATA_DIR": str(tmp_path / "d"),
           "PORTFOLIO_KEY_DIR": str(tmp_path / "k")}  # fmt: skip
    (tmp_path / "d" / "files").mkdir(parents=True)
    for turn in (1, 2):
        done = CliRunner().invoke(cli.main, ["ledger", "keys", "rotate"], env=env)
        assert done.exit_code == 0 and "signée par l’ancienne" in done.output, done.output
        shown = CliRunner().invoke(cli.main, ["ledger", "keys", "show"], env=env).output
        assert shown.count("depuis le") == turn + 1 and shown.count("en vigueur") == 1
    assert [each.state for each in checkpoints(sinks.lines(tmp_path / "d"))] == ["signed"] * 2
    key = Key(bytes(32))
    backup.make(env["PORTFOLIO_DATABASE_URL"], tmp_path / "d", tmp_path / "out", key)
    private = (tmp_path / "k" / signing.FILE).read_bytes().split()[-1]
    with Reader(tmp_path / "out", key) as inside:
        assert private not in inside.read() and private.replace(b"-", b"") not in (tmp_path / "d" / sinks.FILE).read_bytes()
