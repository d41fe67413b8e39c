from tests.calls import making
from tests.client import client
from tests.groups import making as groups


def test_it(database):
    n = making.published(database)
    g = groups.verified(database)
    a = groups.account(database, g)
    groups.verify_account(database, a)
    d = making.draft(database, code="AAP-2026-09", line="F1-AAP27")
    officer = client(database, groups.person_of(database, "grants_officer"))
    head = client(database, groups.person_of(database, "programme_head"))
    visitor = client(database)
    import pathlib

    out = pathlib.Path("/tmp/screens")
    out.mkdir(exist_ok=True)
    bad = []
    for who, c, pages in (
        (
            "officer",
            officer,
            [
                "/calls",
                "/calls/new",
                f"/calls/{n}",
                f"/calls/{d}",
                f"/calls/{d}/review",
                f"/calls/{d}/draft.pdf",
                *[
                    f"/calls/{d}/edit/{s}"
                    for s in ("identity", "money", "calendar", "applicants", "pieces", "grid", "objectives")
                ],
                "/groups",
                "/groups/new",
                f"/groups/{g}",
                f"/groups/{g}/edit",
                f"/groups/{g}/officers/new",
                f"/groups/{g}/accounts/new",
                f"/groups/{g}/verify",
                "/calls?format=csv",
                "/groups?q=benkadi",
            ],
        ),
        (
            "head",
            head,
            [
                f"/calls/{n}",
                f"/calls/{n}/amend",
                f"/calls/{n}/finalise",
                f"/calls/{n}/publish",
                f"/groups/accounts/{a}",
                f"/groups/{g}",
            ],
        ),
        ("visitor", visitor, ["/public/calls", f"/public/calls/{n}", "/public/register"]),
    ):
        for p in pages:
            r = c.get(p, follow_redirects=False)
            (out / (who + p.replace("/", "_").replace("?", "_") + ".html")).write_bytes(r.content)
            if r.status_code != 200:
                bad.append((who, p, r.status_code))
    assert bad == []
