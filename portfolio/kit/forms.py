"""What a person may type: Pydantic models whose errors are sentences that say what to do.

`Form.read(raw)` turns the multi-valued form that a browser sends into a model or raises `Invalid` with every error and
all that was typed. Unknown and repeated fields are refused (Z07, W11). Repeated rows (`lines-0-label`, `lines-1-label` …)
fill a field that is a list of models; rows left blank are dropped. Where a row is offered with choices already made,
`told_by` names the cells that tell that somebody filled it: `{"lines": frozenset({"label"})}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Protocol, Self, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from portfolio.kit import money
from portfolio.kit.errors import FieldError, Invalid
from portfolio.kit.i18n import N_
from portfolio.kit.i18n import gettext as _
from portfolio.kit.text import TextError, clean

CONTROL = frozenset({"csrf_token", "idempotency_key"})
ROW = re.compile(r"([a-z_]+)-(\d{1,3})-([a-z_0-9]+)")
MAX_ROWS = 200


class RawForm(Protocol):
    """The multi-valued form of the web layer; values are text or uploaded files."""

    def multi_items(self) -> list[tuple[str, Any]]:
        """Every (name, value) pair, in order."""


def fail(code: str, message: str) -> PydanticCustomError:
    """An error whose message is already worded."""
    return PydanticCustomError(code, "{words}", {"words": message})


def _text(longest: int, shortest: int = 1, *, lines: bool = False) -> BeforeValidator:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise fail("text", _("Type text here."))
        try:
            cleaned = clean(value)
        except TextError:
            raise fail(
                "text", _("This text contains characters that cannot be kept. Type it again by hand.")
            ) from None
        if not lines:
            cleaned = re.sub(r"\s+", " ", cleaned)
        if len(cleaned) < shortest:
            raise fail(
                "missing",
                _("Fill in this field.")
                if not cleaned
                else _("Type at least %(n)d characters.") % {"n": shortest},
            )
        if len(cleaned) > longest:
            raise fail(
                "long",
                _("Shorten this text: %(max)d characters at most, %(n)d typed.")
                % {"max": longest, "n": len(cleaned)},
            )
        return cleaned

    return BeforeValidator(read)


def _blank(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value


def read_amount(value: object, currency: str = "XOF") -> int:
    """An amount as typed → minor units, or a sentence that says how to type it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not value.strip():
        raise fail("missing", _("Enter an amount, for example 1 250 000."))
    try:
        return money.parse_minor(value, currency)
    except money.MoneyError as error:
        messages = {
            "decimals": N_("Enter the amount in francs CFA, without decimals."),
            "too_many_decimals": N_("Enter at most two decimals."),
            "too_large": N_("This amount is too large. Check the number of zeros."),
        }
        raise fail(
            "amount",
            _(messages.get(str(error), N_("Enter an amount in figures only, for example 1 250 000."))),
        ) from None


def _positive(value: object) -> int:
    amount = read_amount(value)
    if amount <= 0:
        raise fail("positive", _("Enter an amount above zero."))
    return amount


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not value.strip():
        raise fail("missing", _("Enter a date, for example 12/03/2026."))
    cleaned = value.strip()
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", cleaned)
    if found:
        year, month, day = (int(g) for g in found.groups())
    else:
        found = re.fullmatch(r"(\d{1,2})[/. -](\d{1,2})[/. -](\d{2}|\d{4})", cleaned)
        if not found:
            raise fail("date", _("Enter the date as day/month/year, for example 12/03/2026."))
        day, month, year = (int(g) for g in found.groups())
        year += 2000 if year < 100 else 0
    try:
        read = date(year, month, day)
    except ValueError:
        raise fail("date", _("This date does not exist. Check the day and the month.")) from None
    if not 1900 <= read.year <= 2100:
        raise fail("date", _("Check the year: it must lie between 1900 and 2100."))
    return read


def read_day(value: object) -> date:
    """A date as typed; raises ValueError with a sentence that says how to type it."""
    return _day(value)


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not value.strip():
        raise fail("missing", _("Enter a date and an hour."))
    found = re.fullmatch(r"(\S+)[T ](\d{1,2})(?::| ?h ?)(\d{2})(?::\d{2})?", value.strip())
    if not found or int(found[2]) > 23 or int(found[3]) > 59:
        raise fail("moment", _("Enter the date and the hour, for example 12/03/2026 16:00."))
    day = _day(found[1])
    return datetime(day.year, day.month, day.day, int(found[2]), int(found[3]), tzinfo=UTC)


def _whole(low: int, high: int) -> BeforeValidator:
    def read(value: object) -> int:
        if isinstance(value, int):
            number = value
        else:
            cleaned = re.sub(r"[\s\u00a0\u202f]", "", value) if isinstance(value, str) else ""
            if not cleaned:
                raise fail("missing", _("Enter a number."))
            if not re.fullmatch(r"-?[0-9]{1,9}", cleaned):
                raise fail("whole", _("Enter a whole number in figures."))
            number = int(cleaned)
        if not low <= number <= high:
            raise fail("range", _("Enter a number from %(low)d to %(high)d.") % {"low": low, "high": high})
        return number

    return BeforeValidator(read)


def _phone(value: object) -> str:
    import phonenumbers

    if not isinstance(value, str) or not value.strip():
        raise fail("missing", _("Enter a phone number with its country code, for example +223 70 00 00 00."))
    cleaned = re.sub(r"^00", "+", re.sub(r"[\s\u00a0\u202f.()-]", "", value.strip()))
    if cleaned.isascii() and len(cleaned) <= 16:
        for region in (None, "ML", "BF", "NE"):
            try:
                number = phonenumbers.parse(cleaned, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_possible_number(number) and (
                region is None or phonenumbers.is_valid_number(number)
            ):
                return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise fail("phone", _("Enter a phone number with its country code, for example +223 70 00 00 00."))


def _flag(value: object) -> bool:
    return value in (True, "on", "1", "true", "yes")


def _hour(value: object) -> str | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    found = (
        re.fullmatch(r"(\d{1,2}) ?(?:[:hH]|h ) ?(\d{2})", value.strip()) if isinstance(value, str) else None
    )
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise fail("hour", _("Enter the hour, for example 10:42."))
    return f"{int(found[1]):02d}:{found[2]}"


Line = Annotated[str, _text(200)]
LongLine = Annotated[str, _text(300)]
Paragraph = Annotated[str, _text(5000, lines=True)]
Reason = Annotated[str, _text(2000, 10, lines=True)]
"""A reason is a sentence: ten characters at least."""
Amount = Annotated[int, BeforeValidator(read_amount)]
PositiveAmount = Annotated[int, BeforeValidator(_positive)]
Day = Annotated[date, BeforeValidator(_day)]
MomentField = Annotated[datetime, BeforeValidator(_moment)]
Hour = Annotated[str | None, BeforeValidator(_hour)]
"""`10:42` or `10 h 42`; blank is None."""
Phone = Annotated[str, BeforeValidator(_phone)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Count = Annotated[int, _whole(0, 100_000)]
Percent = Annotated[int, _whole(0, 100)]
Position = Annotated[int, _whole(1, 999)]


def text(longest: int, shortest: int = 1, *, lines: bool = False) -> Any:
    """The validator of a text of `shortest` to `longest` characters, for use in `Annotated[str, text(80)]`."""
    return _text(longest, shortest, lines=lines)


def whole(low: int, high: int) -> Any:
    """The validator of a whole number between two bounds."""
    return _whole(low, high)


def optional(validator: Any) -> Any:
    """`Annotated[int | None, optional(whole(1, 9))] = None`: blank means none."""

    def read(value: object) -> Any:
        return None if _blank(value) is None else validator.func(value)

    return BeforeValidator(read)


def _record(value: object) -> int:
    """A record is chosen, not typed: whatever is wrong, the words say to choose."""
    cleaned = value.strip() if isinstance(value, str) else str(value)
    if not re.fullmatch(r"[1-9][0-9]{0,8}", cleaned, re.ASCII):
        raise fail("choice", _("Choose one of the answers proposed."))
    return int(cleaned)


RecordId = Annotated[int, BeforeValidator(_record)]
"""The number of a record, as a list of choices or a hidden field sends it."""
OptionalId = Annotated[int | None, optional(BeforeValidator(_record))]
OptionalLine = Annotated[str | None, optional(_text(200))]
OptionalDay = Annotated[date | None, optional(BeforeValidator(_day))]
OptionalAmount = Annotated[int | None, optional(BeforeValidator(read_amount))]


UNKNOWN_FIELD = N_("This field is not part of the form. Reload the page and try again.")
MESSAGES = {
    "missing": N_("Fill in this field."),
    "extra_forbidden": UNKNOWN_FIELD,
    "literal_error": N_("Choose one of the answers proposed."),
    "enum": N_("Choose one of the answers proposed."),
    "int_parsing": N_("Enter a whole number in figures."),
    "int_type": N_("Enter a whole number in figures."),
    "string_type": N_("Fill in this field."),
    "list_type": N_("Choose at least one answer."),
    "too_short": N_("Choose at least one answer."),
}


class Form(BaseModel):
    """The base of every form. `multiple` names the fields that may come several times (ticked boxes, files);
    `told_by` the cells without which a row counts as blank."""

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
    multiple: ClassVar[frozenset[str]] = frozenset()
    told_by: ClassVar[Mapping[str, frozenset[str]]] = {}

    @classmethod
    def read(cls, raw: RawForm, *, ignore: Iterable[str] = ()) -> Self:
        """The form as typed, or `Invalid` with a sentence for each field that cannot be read."""
        pairs = [(k, v) for k, v in raw.multi_items() if k not in CONTROL and k not in set(ignore)]
        typed = typed_values(pairs)
        data: dict[str, Any] = {}
        rows: dict[str, dict[int, dict[str, Any]]] = {}
        errors: list[FieldError] = []
        row_fields = cls._row_fields()
        for name, value in pairs:
            row = ROW.fullmatch(name)
            if row and row[1] in row_fields:
                rows.setdefault(row[1], {}).setdefault(int(row[2]), {})[row[3]] = value
            elif name in cls.multiple:
                data.setdefault(name, []).append(value)
            elif name in data:
                errors.append(
                    FieldError(name, _("This field was sent twice. Reload the page and try again."))
                )
            else:
                data[name] = value
        numbers: dict[str, list[int]] = {}
        for field, by_number in rows.items():
            telling = cls.told_by.get(field)
            kept = [
                n
                for n in sorted(by_number)
                if any(_filled(v) for c, v in by_number[n].items() if telling is None or c in telling)
            ]
            numbers[field] = kept
            errors += [
                FieldError(f"{field}-{n}-{column}", unknown_field())
                for n in by_number.keys() - set(kept)
                for column in by_number[n].keys() - row_fields[field].model_fields.keys()
            ]
            if len(kept) > MAX_ROWS:
                errors.append(
                    FieldError(field, _("There are too many rows: %(max)d at most.") % {"max": MAX_ROWS})
                )
            for n in kept:
                _drop_blanks(row_fields[field], by_number[n])
            data[field] = [by_number[n] for n in kept[:MAX_ROWS]]
        _drop_blanks(cls, data)
        try:
            form = cls.model_validate(data)
        except ValidationError as bad:
            errors += [_field_error(e, numbers) for e in bad.errors()]
            raise Invalid(errors, typed) from None
        if errors:
            raise Invalid(errors, typed)
        return form

    @classmethod
    def _row_fields(cls) -> dict[str, type[BaseModel]]:
        found: dict[str, type[BaseModel]] = {}
        for name, info in cls.model_fields.items():
            if get_origin(info.annotation) is list:
                rows = [
                    a for a in get_args(info.annotation) if isinstance(a, type) and issubclass(a, BaseModel)
                ]
                if rows:
                    found[name] = rows[0]
        return found


def unknown_field() -> str:
    """The sentence for a field that the form does not have (Z07)."""
    return _(UNKNOWN_FIELD)


def _drop_blanks(kind: type[BaseModel], data: dict[str, Any]) -> None:
    """A field that may stay out and came blank is as if it had not come: in the form and in each of its rows."""
    for name, info in kind.model_fields.items():
        if not info.is_required() and isinstance(data.get(name), str) and not data[name].strip():
            del data[name]


def _filled(value: object) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(getattr(value, "filename", value))


def typed_values(pairs: Iterable[tuple[str, Any]]) -> dict[str, object]:
    """What was typed, to show it again: text as it came, several values as a list, files left out."""
    typed: dict[str, object] = {}
    for name, value in pairs:
        if not isinstance(value, str):
            continue
        shown = value.replace("\x00", "")
        if name in typed:
            old = typed[name]
            typed[name] = [*old, shown] if isinstance(old, list) else [old, shown]
        else:
            typed[name] = shown
    return typed


def _field_error(error: Mapping[str, Any], numbers: Mapping[str, list[int]]) -> FieldError:
    where = [str(part) for part in error["loc"]]
    if len(error["loc"]) >= 2 and isinstance(error["loc"][1], int) and where[0] in numbers:
        where[1] = str(numbers[where[0]][error["loc"][1]])
    kind = error["type"]
    words = error.get("ctx", {}).get("words") or _(MESSAGES.get(kind, N_("Check this answer.")))
    return FieldError("-".join(where), words)


def value_error(field: str, message: str) -> Invalid:
    """One error beside one field, for rules of shape that need two fields at once."""
    return Invalid([FieldError(field, message)])
