"""The roster on screen: people, their roles with scope and dates, delegations, second-person confirmations (Z06, R7, R10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, select
from starlette.responses import Response

from portfolio.accounts import queries, service
from portfolio.accounts.forms import ActForm, DelegationForm, PersonEditForm, PersonForm, ReasonForm, RoleForm
from portfolio.accounts.models import Person, RoleAssignment, SignIn
from portfolio.accounts.routes.mine import role_words
from portfolio.accounts.routes.signing import router
from portfolio.kit.errors import Bad
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold
from portfolio.rulebook.permissions import MONEY_ROLES, ROLES, who_may
from portfolio.web.act import Query, Raw, W, allow, on_refusal, unkeyed
from portfolio.web.filters import Choice, Search
from portfolio.web.listing import Column, Listing
from portfolio.web.render import OpenMove, done, page
from portfolio.web.urls import url
from portfolio.work import Work


def _held(work: Work) -> Any:
    return (
        select(func.aggregate_strings(RoleAssignment.role, ","))
        .where(RoleAssignment.person_id == Person.id, *queries.in_force(work.today))
        .correlate(Person)
        .scalar_subquery()
    )


def _seen() -> Any:
    last = select(func.max(SignIn.seen_at)).where(SignIn.person_id == Person.id)
    return last.correlate(Person).scalar_subquery()


def _statement(work: Work) -> Any:
    return select(
        Person.id,
        Person.full_name,
        Person.function,
        _held(work),
        Person.email,
        _seen(),
        Person.active,
    ).where(work.within("role:view", Person))


def _words(codes: str) -> str:
    held = set(codes.split(","))
    return ", ".join(_(words) for role, words in ROLES.items() if role in held)


def _search(work: Work, text: str) -> ColumnElement[bool] | None:
    """Accents do not count; the people of an institution are few enough to be folded here."""
    wanted = fold(text).split()
    rows = work.db.execute(select(Person.id, Person.full_name, Person.function, Person.email))
    found = [n for n, *words in rows if all(w in fold(" ".join(words)) for w in wanted)]
    return Person.id.in_(found)


def _with_role(work: Work, role: str) -> ColumnElement[bool] | None:
    holding = select(RoleAssignment.person_id).where(
        RoleAssignment.role == role, *queries.in_force(work.today)
    )
    return Person.id.in_(holding)


PEOPLE = Listing(
    name="people",
    title=N_("Accounts and roles"),
    route="accounts.people",
    id_column=Person.id,
    statement=_statement,
    columns=(
        Column("name", N_("Name"), "link", sort=Person.full_name, href="/accounts/people/{id}"),
        Column("function", N_("Function"), sort=Person.function),
        Column("roles", N_("Roles held today"), "choice", words=_words),
        Column("email", N_("E-mail address"), sort=Person.email),
        Column("seen", N_("Last seen"), "moment"),
        Column(
            "active",
            N_("Account"),
            "choice",
            sort=Person.active,
            words=lambda on: "" if on else _("account closed"),
        ),
    ),
    filters=(
        Search(None, where=_search),
        Choice(
            "role", N_("Role"), lambda _w: [(r, _(words)) for r, words in ROLES.items()], where=_with_role
        ),
        Choice(
            "capacity",
            N_("Holds a role"),
            lambda _w: [("given", _("By delegation or ad interim"))],
            where=lambda work, _value: Person.id.in_(
                select(RoleAssignment.person_id).where(
                    RoleAssignment.kind != "own", *queries.in_force(work.today)
                )
            ),
        ),
        Choice(
            "active",
            N_("Account"),
            lambda _w: [("yes", _("account open")), ("no", _("account closed"))],
            where=lambda _w, value: Person.active.is_(value == "yes"),
        ),
    ),
    default_sort="name",
    new_url="/accounts/people/new",
    new_label=N_("New account"),
    new_permission="person:create",
    template="accounts/people.html",
)


@router.get("/people", name="accounts.people")
@allow("role:view")
def people(work: W, query: Query) -> Response:
    """Everybody, what waits for a second person, and whether the office can pay."""
    return PEOPLE.respond(
        work, query, staffing=queries.staffing(work), waiting=queries.waiting(work), role_words=role_words()
    )


def new_page(work: Work, bad: Bad | None = None) -> Response:
    """The form of an account."""
    return page(
        work,
        "accounts/person_form.html",
        title=_("New account"),
        crumbs=[(_("Accounts and roles"), url("accounts.people")), (_("New account"), None)],
        bad=bad or Bad(status=200),
    )


@router.get("/people/new", name="accounts.new_person")
@allow("person:create")
def new_person(work: W) -> Response:
    """Open an account."""
    return new_page(work)


@router.post("/people", name="accounts.create_person")
@allow("person:create")
@unkeyed
@on_refusal(new_page)
def create_person(work: W, raw: Raw) -> Response:
    """Open an account and show its first code, once."""
    person, code = service.open_account(work, PersonForm.read(raw))
    return _code_page(work, person, code)


def _code_page(work: Work, person: Person, code: str) -> Response:
    return page(
        work,
        "accounts/code.html",
        title=_("Code of %(name)s") % {"name": person.full_name},
        crumbs=[
            (_("Accounts and roles"), url("accounts.people")),
            (person.full_name, url("accounts.person", id=person.id)),
            (_("Code"), None),
        ],
        person=person,
        code=code,
    )


def _moves(work: Work, found: RoleAssignment) -> list[OpenMove]:
    """What can be done with a role: confirm as second person, withdraw with a reason."""
    state = queries.state_of(found, work.today)
    may = work.may("role:grant")
    made = []
    if state == "waiting":
        made.append(
            OpenMove(
                "confirm",
                _("Confirm as second person"),
                url("accounts.confirm_role", id=found.id),
                "primary",
                may,
                False,
                False,
                list(service.confirm_obstacles(work, found)) if may else [],
                who_may("role:grant"),
            )
        )
    if state in ("waiting", "coming", "held"):
        made.append(
            OpenMove(
                "withdraw",
                _("Withdraw"),
                url("accounts.withdraw_role", id=found.id),
                "danger",
                may,
                True,
                False,
                list(service.withdraw_obstacles(work, found)) if may else [],
                who_may("role:grant"),
            )
        )
    return made


def person_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """One person: what they hold, since when, by which act."""
    found = queries.person(work, id)
    facts = queries.facts(work, found)
    delegating = work.may("role:grant") or (work.actor.id == id and work.may("delegation:give"))
    return page(
        work,
        "accounts/person.html",
        title=found.full_name,
        crumbs=[(_("Accounts and roles"), url("accounts.people")), (found.full_name, None)],
        bad=bad or Bad(status=200),
        role_words=role_words(),
        money_roles=MONEY_ROLES,
        role_options=[(r, _(w)) for r, w in ROLES.items() if r != "applicant"],
        scopes=[
            ("all", _("everything")),
            *((f"country:{c}", queries.scope_text("country", c)) for c in ("ML", "BF", "NE")),
        ],
        moves_of=lambda a: _moves(work, a),
        twin_obstacles=lambda row: list(service.confirm_two_obstacles(work, row)),
        delegating=delegating,
        receivers=[o for o in queries.person_options(work) if o[0] != id] if delegating else [],
        **facts,
    )


@router.get("/people/{id}", name="accounts.person")
@allow("role:view")
def person(work: W, id: int) -> Response:
    """One person."""
    return person_page(work, id)


@router.post("/people/{id}/edit", name="accounts.edit_person")
@allow("person:edit")
@on_refusal(person_page)
def edit_person(work: W, raw: Raw, id: int) -> Response:
    """Correct a name, a function, a telephone."""
    service.edit_person(work, queries.person(work, id), PersonEditForm.read(raw))
    return done(work, url("accounts.person", id=id), _("The account is corrected."))


@router.post("/people/{id}/close", name="accounts.close_person")
@allow("person:edit")
@on_refusal(person_page)
def close_person(work: W, raw: Raw, id: int) -> Response:
    """Close an account: every connection ends."""
    service.set_active(work, queries.person(work, id), False, ReasonForm.read(raw).reason)
    return done(
        work, url("accounts.person", id=id), _("The account is closed and its connections are ended."), "warn"
    )


@router.post("/people/{id}/reopen", name="accounts.reopen_person")
@allow("person:edit")
@on_refusal(person_page)
def reopen_person(work: W, raw: Raw, id: int) -> Response:
    """Open a closed account again."""
    service.set_active(work, queries.person(work, id), True, ReasonForm.read(raw).reason)
    return done(work, url("accounts.person", id=id), _("The account is open again."))


@router.post("/people/{id}/code", name="accounts.reset_code")
@allow("person:edit")
@unkeyed
@on_refusal(person_page)
def reset_code(work: W, raw: Raw, id: int) -> Response:
    """A new code for somebody who lost his password."""
    found = queries.person(work, id)
    return _code_page(work, found, service.reset_password(work, found))


@router.post("/people/{id}/roles", name="accounts.give_role")
@allow("role:grant")
@on_refusal(person_page)
def give_role(work: W, raw: Raw, id: int) -> Response:
    """Give a role."""
    given = service.give(work, queries.person(work, id), RoleForm.read(raw))
    words = (
        _("The role is proposed. A second person must confirm it before it takes effect.")
        if given.confirmed_at is None
        else _("The role is given.")
    )
    return done(work, url("accounts.person", id=id), words)


@router.post("/people/{id}/delegations", name="accounts.delegate")
@allow("role:grant", "delegation:give")
@on_refusal(person_page)
def delegate(work: W, raw: Raw, id: int) -> Response:
    """Let another sign for this person."""
    given = service.delegate(work, queries.person(work, id), DelegationForm.read(raw))
    words = (
        _("The delegation is recorded. A second person must confirm it before it takes effect.")
        if given.confirmed_at is None
        else _("The delegation is recorded.")
    )
    return done(work, url("accounts.person", id=id), words)


def _assignment_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    return person_page(work, queries.assignment(work, id).person_id, bad)


@router.post("/roles/{id}/confirm", name="accounts.confirm_role")
@allow("role:grant")
@on_refusal(_assignment_page)
def confirm_role(work: W, raw: Raw, id: int) -> Response:
    """Make a money role take effect, as second person."""
    found = service.confirm_role(work, queries.assignment(work, id))
    return done(
        work, url("accounts.person", id=found.person_id), _("The role is confirmed: it takes effect.")
    )


@router.post("/roles/{id}/act", name="accounts.name_act")
@allow("role:grant")
@on_refusal(_assignment_page)
def name_act(work: W, raw: Raw, id: int) -> Response:
    """Record the act that appoints to a role."""
    found = queries.assignment(work, id)
    service.name_act(work, found, ActForm.read(raw))
    return done(work, url("accounts.person", id=found.person_id), _("The act is recorded."))


@router.post("/roles/{id}/withdraw", name="accounts.withdraw_role")
@allow("role:grant")
@on_refusal(_assignment_page)
def withdraw_role(work: W, raw: Raw, id: int) -> Response:
    """Withdraw a role: it ends with the person's next request."""
    found = queries.assignment(work, id)
    service.withdraw(work, found, ReasonForm.read(raw).reason)
    return done(work, url("accounts.person", id=found.person_id), _("The role is withdrawn."), "warn")
