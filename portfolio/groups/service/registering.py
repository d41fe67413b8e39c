"""A group comes in, is corrected, changes its bureau, is verified, blocked, let go again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from portfolio.groups import queries
from portfolio.groups.forms import CHECKS, EditForm, GroupFields, OfficerForm, RegisterForm, VerifyForm
from portfolio.groups.models import Group, Officer
from portfolio.kit.errors import FieldError, Invalid, Refusal, Refused, refuse
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import fold, sound
from portfolio.places import queries as places
from portfolio.places.models import Place
from portfolio.rulebook.lifecycles.groups import GROUP
from portfolio.work import Work


def _place(work: Work, form: GroupFields) -> Place:
    """The commune chosen, or the only one that bears the name typed."""
    if form.place_id is not None:
        found = work.db.get(Place, form.place_id)
        if found is not None:
            return found
        raise Invalid([FieldError("place", _("Choose the commune again: this one is not in the table."))])
    if not form.place:
        raise Invalid([FieldError("place", _("Type the name of the commune, or its code."))])
    matches = places.search(work, form.place)
    folded = fold(form.place)
    exact = [p for p in matches if p.code.casefold() == form.place.strip().casefold() or p.folded == folded]
    chosen = exact or matches
    communes = [p for p in chosen if p.level == 3]
    if len(communes) == 1:
        # A town, its cercle and its region often share a name: a group lives in the commune.
        chosen = communes
    if not chosen:
        raise Invalid(
            [
                FieldError(
                    "place",
                    _("No commune bears this name. Try the first letters, or the cercle or province."),
                )
            ]
        )
    if len(chosen) > 1:
        raise Invalid(
            [FieldError("place", _("%(n)d places bear this name: choose yours below.") % {"n": len(chosen)})]
        )
    return chosen[0]


def _counts(form: GroupFields) -> Iterator[FieldError]:
    members = form.women + form.men
    if form.youth > members:
        yield FieldError(
            "youth", _("There are more young members than members: %(n)d in all.") % {"n": members}
        )
    if form.displaced > members:
        yield FieldError(
            "displaced", _("There are more displaced members than members: %(n)d in all.") % {"n": members}
        )


def _columns(form: GroupFields, place: Place, code: str) -> dict[str, Any]:
    folded = fold(" ".join(filter(None, (code, form.name, form.village, form.registration, place.name))))
    return {
        "name": form.name,
        "folded": folded[:300],
        "sound": queries.name_sound(form.name),
        "legal_form": form.legal_form,
        "category": form.category,
        "place_id": place.id,
        "country": place.country,
        "village": form.village or "",
        "phone": form.phone or "",
        "email": form.email,
        "founded_on": form.founded_on,
        "registration": form.registration or "",
        "registration_kind": form.registration_kind or "",
        "women": form.women,
        "men": form.men,
        "youth": form.youth,
        "displaced": form.displaced,
        "note": form.note or "",
        "hidden_place": form.hidden_place,
    }


def _checked(work: Work, form: GroupFields) -> None:
    errors = list(_counts(form))
    if form.founded_on is not None and form.founded_on > work.today:
        errors.append(FieldError("founded_on", _("This date is in the future.")))
    if errors:
        raise Invalid(errors)


def likeness(work: Work, form: RegisterForm, place_id: int | None) -> list[queries.Near]:
    """The three groups nearest to what was typed."""
    return queries.nearest(
        work,
        form.name,
        place_id=place_id,
        phones=[form.phone, form.president_phone, form.treasurer_phone],
        people=[form.president],
        registration=form.registration,
        village=form.village,
    )


def near(work: Work, form: RegisterForm) -> list[queries.Near]:
    """The same for the page that shows them. Raises Invalid where the commune is not known."""
    return likeness(work, form, _place(work, form).id)


def register(work: Work, form: RegisterForm) -> Group:
    """Register a group at the counter. Refused with `similar_group` while the nearest groups have not been looked at (moment 3, D4)."""
    return _register(work, form, permission="group:register", by=None, tell=True)


def register_own(work: Work, form: RegisterForm, person_id: int) -> Group:
    """A group registers itself; nothing is told of the groups that look like it, only that there are some (A06)."""
    return _register(work, form, permission=None, by=person_id, tell=False)


def _register(work: Work, form: RegisterForm, *, permission: str | None, by: int | None, tell: bool) -> Group:
    _checked(work, form)
    place = _place(work, form)
    if permission is not None:
        work.require(permission, Group(country=place.country))
    if not form.confirmed and likeness(work, form, place.id):
        way_out = (
            _("Look at the three nearest below. If yours is none of them, tick the box and send again.")
            if tell
            else _(
                "If your group is already known, ask the office for access. If it is another group, tick the box and send again."
            )
        )
        raise Refused(
            Refusal("similar_group", _("A group that looks like this one is already registered."), way_out)
        )
    code = work.number("group", "grp")
    actor_id = by if by is not None else work.actor.id
    group = Group(
        code=code, created_by_id=actor_id, created_at=work.now, checked=[], **_columns(form, place, code)
    )
    work.create(
        group, "group:registered", permission=permission, data={"code": code, "country": place.country}
    )
    offices = (
        ("president", form.president, form.president_sex, form.president_phone),
        ("treasurer", form.treasurer, form.treasurer_sex, form.treasurer_phone),
    )
    if form.president and form.treasurer and sound(form.president) == sound(form.treasurer):
        raise Invalid(
            [FieldError("treasurer", _("The treasurer and the president are two different people."))]
        )
    for office, name, sex, phone in offices:
        if name:
            work.db.add(
                Officer(
                    group_id=group.id,
                    office=office,
                    full_name=name,
                    sound=sound(name)[:300],
                    sex=sex,
                    phone=phone or "",
                    since=form.founded_on or work.today,
                    act="",
                )
            )
    work.db.flush()
    return group


def edit(work: Work, group: Group, form: EditForm) -> Group:
    """Correct what is known of a group; both texts are kept when somebody else was faster (C05)."""
    group = work.hold(group)
    _checked(work, form)
    place = _place(work, form)
    changes = _columns(form, place, group.code)
    derived = {name: changes.pop(name) for name in ("folded", "sound")}
    work.edit(group, "group:edited", permission="group:edit", version=form.version, **changes)
    for name, value in derived.items():
        setattr(group, name, value)
    return group


def officer_obstacles(work: Work, group: Group, form: OfficerForm) -> Iterator[Refusal]:
    """One president and one treasurer at a time, two different people; a replacement has its act (MP12, documents.md 9)."""
    bureau = queries.officers(work, group)
    holder = next((o for o in bureau if o.office == form.office), None)
    if holder is not None and not form.act:
        yield Refusal(
            "act_needed",
            _(
                "Somebody holds this office: the minutes of the general assembly that replaced her or him are needed."
            ),
            _("Give the date and the number of the minutes (PV d'AG) in the field « act »."),
        )
    if holder is not None and form.since <= holder.since:
        yield Refusal(
            "dates_overlap",
            _("The person in office took it on %(day)s: the new one can only follow.")
            % {"day": holder.since.strftime("%d/%m/%Y")},
        )
    if form.since > work.today:
        yield Refusal(
            "in_the_future", _("An office is recorded once it has begun: this date is in the future.")
        )
    other = {"president": "treasurer", "treasurer": "president"}.get(form.office)
    heard = sound(form.full_name)
    for each in bureau:
        same_paper = form.id_number and fold(form.id_number) == fold(each.id_number)
        if each.office == other and (each.sound == heard or same_paper):
            yield Refusal("same_person", _("The president and the treasurer are two different people."))


def replace_officer(work: Work, group: Group, form: OfficerForm) -> Officer:
    """Put somebody in an office; whoever held it leaves it that day, and what she or he signed still stands."""
    group = work.hold(group)
    work.require("group:edit", group)
    refuse(officer_obstacles(work, group, form))
    before = next((o for o in queries.officers(work, group) if o.office == form.office), None)
    if before is not None:
        before.until = form.since
    officer = Officer(
        group_id=group.id,
        office=form.office,
        full_name=form.full_name,
        sound=sound(form.full_name)[:300],
        sex=form.sex,
        phone=form.phone or "",
        id_kind=form.id_kind or "",
        id_number=form.id_number or "",
        can_sign=form.can_sign,
        since=form.since,
        act=form.act or "",
    )
    work.db.add(officer)
    work.db.flush()
    # Ids only: names stay out of the trail (T09).
    work.record(
        "group:officer_replaced" if before else "group:officer_named",
        group,
        data={
            "office": form.office,
            "officer_id": [before.id if before else None, officer.id],
            "act": form.act or "",
        },
    )
    return officer


def verify_obstacles(work: Work, group: Group) -> Iterator[Refusal]:
    """What is lacking before a group can be verified, whoever verifies it."""
    bureau = {o.office for o in queries.officers(work, group)}
    missing = [o for o in ("president", "treasurer") if o not in bureau]
    if missing:
        words = ", ".join(_(queries.OFFICE_WORDS[o]) for o in missing)
        yield Refusal(
            "bureau_incomplete",
            _("The bureau is incomplete: %(offices)s.") % {"offices": words},
            _("Record who holds these offices."),
        )
    if not group.women + group.men:
        yield Refusal("no_members", _("The members are not counted."), _("Correct the group: women and men."))
    if not group.registration:
        yield Refusal(
            "no_registration",
            _("The number of the legal paper is not recorded."),
            _("Correct the group: récépissé, agrément, arrêté or immatriculation."),
        )


def verify(work: Work, group: Group, form: VerifyForm) -> Group:
    """Mark as verified, by somebody else than who registered it, once every item of the checklist was seen (D1)."""
    group = work.hold(group)
    refuse(verify_obstacles(work, group))
    near = queries.similar(work, group, queries.officers(work, group))
    wanted = [c for c in CHECKS if c != "no_duplicate" or near]
    lacking = [c for c in wanted if c not in form.checked]
    if lacking:
        raise Refused(
            *(
                Refusal(
                    "not_checked",
                    _("Not seen yet: %(item)s.") % {"item": _(queries.CHECK_WORDS[c])},
                    _("Tick what you have seen yourself."),
                )
                for c in lacking
            )
        )
    work.advance(GROUP, group, "verify", checked=sorted(form.checked))
    return group


def block(work: Work, group: Group, reason: str) -> Group:
    """Set a group aside while something is examined: nothing more is decided or paid for it."""
    group = work.hold(group)
    work.advance(GROUP, group, "block", reason=reason)
    return group


def lift(work: Work, group: Group, reason: str) -> Group:
    """Let a blocked group go again; it must be verified anew."""
    group = work.hold(group)
    work.advance(GROUP, group, "lift", reason=reason, checked=[])
    return group
