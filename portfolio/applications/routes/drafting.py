"""Writing a file page by page, in any order; checking it; filing it."""

from __future__ import annotations

from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from portfolio.applications import queries, service
from portfolio.applications.forms import PAGES, StartForm, SubmitForm
from portfolio.applications.models import Application
from portfolio.applications.routes.door import router
from portfolio.calls.models import Call
from portfolio.groups import queries as groups
from portfolio.kit.errors import Bad, FieldError, Invalid, NotFound
from portfolio.kit.i18n import gettext as _
from portfolio.kit.i18n import percent_text, time_text
from portfolio.kit.money import amount
from portfolio.web.act import Raw, W, allow, on_refusal
from portfolio.web.render import done, page
from portfolio.web.urls import url
from portfolio.work import Work

WRITERS = ("own:apply", "application:enter")


def _crumbs(
    work: Work, application: Application, *more: tuple[str, str | None]
) -> list[tuple[str, str | None]]:
    own = queries.is_own(work, application)
    first = (_("My files"), url("own.index")) if own else (_("Files"), url("applications.index"))
    return [first, (application.reference, url("applications.edit", id=application.id)), *more]


def _page_of(name: str) -> str:
    if name not in PAGES:
        raise NotFound
    return name


def mine_page(work: Work, bad: Bad | None = None) -> Response:
    """« Mes dossiers »."""
    return page(work, "applications/mine.html", bad=bad, title=_("My files"), **queries.mine_facts(work))


@router.get("/mine", name="own.index")
@allow("own:view")
def mine(work: W) -> Response:
    """The files of one's own groups, and the calls that are open."""
    return mine_page(work)


@router.post("/start", name="applications.start")
@allow(*WRITERS)
@on_refusal(mine_page)
def start(work: W, raw: Raw) -> Response:
    """Open a draft."""
    form = StartForm.read(raw)
    call = work.db.get(Call, form.call_id)
    if call is None or call.status not in ("published", "finalised", "cancelled"):
        raise NotFound
    application = service.start(work, call, groups.get(work, form.group_id))
    return done(
        work, url("applications.edit", id=application.id), _("File opened: fill in the pages in any order.")
    )


def edit_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The task list of a draft."""
    application = queries.get(work, id)
    return page(
        work,
        "applications/edit.html",
        bad=bad,
        crumbs=_crumbs(work, application, (_("Pages"), None)),
        title=application.title or application.reference,
        obstacles=list(service.save_obstacles(work, application)),
        saved_words=queries.saved_words(application),
        **queries.draft_facts(work, application),
    )


@router.get("/{id}/edit", name="applications.edit")
@allow(*WRITERS)
def edit(work: W, id: int) -> Response:
    """The seven pages and where each stands."""
    return edit_page(work, id)


def show_form(work: Work, id: int, part: str, bad: Bad | None = None) -> Response:
    """One page of the form."""
    application = queries.get(work, id)
    found = queries.page_facts(work, application, _page_of(part), bad)
    return page(
        work,
        "applications/page.html",
        bad=bad,
        crumbs=_crumbs(work, application, (found["title_of"], None)),
        title=found["title_of"],
        obstacles=list(service.save_obstacles(work, application)),
        **found,
    )


@router.get("/{id}/edit/{part}", name="applications.page")
@allow(*WRITERS)
def form_page(work: W, id: int, part: str) -> Response:
    """One page of the form."""
    return show_form(work, id, part)


@router.post("/{id}/edit/{part}", name="applications.save")
@allow(*WRITERS)
@on_refusal(show_form)
def save(work: W, raw: Raw, id: int, part: str) -> Response:
    """Keep the page as it is and go on to the next."""
    application = queries.get(work, id)
    form = PAGES[_page_of(part)].read(raw, ignore=("go",))
    service.save_page(work, application, part, form)
    codes = list(PAGES)
    following = codes.index(part) + 1
    stay = raw.get("go") == "stay"
    if stay:
        target = url("applications.page", id=id, part=part)
    elif following < len(codes):
        target = url("applications.page", id=id, part=codes[following])
    else:
        target = url("applications.edit", id=id)
    return done(work, target, _("Saved at %(time)s.") % {"time": time_text(work.now)})


@router.post("/{id}/autosave/{part}", name="applications.autosave")
@allow(*WRITERS)
def autosave(work: W, raw: Raw, id: int, part: str) -> Response:
    """Keep what is being typed; answers one line and the edition to save next."""
    application = queries.get(work, id)
    form = PAGES[_page_of(part)].read(raw, ignore=("go",))
    service.save_page(work, application, part, form, quiet=True)
    words = _("Saved at %(time)s") % {"time": time_text(work.now)}
    if part == "budget":
        sums = queries.totals(application)
        words = _("%(saved)s · requested %(asked)s · own contribution %(own)s") % {
            "saved": words,
            "asked": amount(sums.asked),
            "own": percent_text(sums.own_tenths),
        }
    rev = queries.page_version(application, part)
    body = Markup('{}<input type="hidden" name="version" value="{}">').format(escape(words), rev)
    return HTMLResponse(body)


def show_pieces(work: Work, id: int, bad: Bad | None = None) -> Response:
    """The papers of a draft, or the record once it is filed."""
    application = queries.get(work, id)
    if application.status == "draft" or not queries.is_own(work, application):
        return show_form(work, id, "pieces", bad)
    from portfolio.applications.routes.records import show_page

    return show_page(work, id, bad)


@router.post("/{id}/pieces/{code}", name="applications.attach")
@allow(*WRITERS)
@on_refusal(show_pieces)
def attach(work: W, raw: Raw, id: int, code: str) -> Response:
    """Attach the file of one paper."""
    application = queries.get(work, id)
    upload = raw.get("file")
    if upload is None or isinstance(upload, str) or not upload.filename:
        raise Invalid([FieldError(f"file-{code}", _("Choose the file to attach."))])
    try:
        service.add_piece(work, application, code, upload)
    except Invalid as error:
        raise Invalid([FieldError(f"{e.field}-{code}", e.message) for e in error.errors]) from None
    own = queries.is_own(work, application)
    target = (
        url("applications.page", id=id, part="pieces")
        if application.status == "draft" or not own
        else url("applications.show", id=id)
    )
    return done(work, target, _("Paper attached."))


def check_page(work: Work, id: int, bad: Bad | None = None) -> Response:
    """Every answer before filing."""
    application = queries.get(work, id)
    found = queries.check_facts(work, application)
    obstacles = service.submit_obstacles if application.status == "draft" else service.entry_obstacles
    return page(
        work,
        "applications/check.html",
        bad=bad,
        crumbs=_crumbs(work, application, (_("Check your answers"), None)),
        title=_("Check your answers"),
        obstacles=[] if bad and bad.refusals else list(obstacles(work, application)),
        **found,
    )


@router.get("/{id}/check", name="applications.check")
@allow(*WRITERS)
def check(work: W, id: int) -> Response:
    """Every answer, with a link to change it."""
    return check_page(work, id)


@router.post("/{id}/submit", name="applications.submit")
@allow("application:submit")
@on_refusal(check_page)
def submit(work: W, raw: Raw, id: int) -> Response:
    """File: the number of the register, the hour, the récépissé."""
    application = queries.get(work, id)
    SubmitForm.read(raw)
    receipt = service.submit(work, application)
    words = (
        _("Registered under no. %(number)d, after the deadline.")
        if receipt.late
        else _("Filed under no. %(number)d.")
    )
    return done(
        work,
        url("applications.filed", id=id),
        words % {"number": receipt.number},
        "warn" if receipt.late else "good",
    )


@router.post("/{id}/complete", name="applications.complete_entry")
@allow("application:enter")
@on_refusal(check_page)
def complete_entry(work: W, id: int) -> Response:
    """A paper file is entered in full."""
    service.complete_entry(work, queries.get(work, id))
    return done(work, url("applications.show", id=id), _("Entry completed: the file can be examined."))
