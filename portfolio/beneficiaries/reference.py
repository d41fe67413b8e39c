"""Words, bands and thresholds of people reached: data, each with where it comes from."""

from __future__ import annotations

from portfolio.kit.i18n import N_

SEX_WORDS = {"F": N_("Women"), "M": N_("Men"), "unknown": N_("Not given")}
BAND_WORDS = {
    "0-14": N_("0 to 14 years"),
    "15-24": N_("15 to 24 years"),
    "25-35": N_("25 to 35 years"),
    "36-59": N_("36 to 59 years"),
    "60+": N_("60 years and over"),
    "unknown": N_("Age not given"),
}
DISPLACEMENT_WORDS = {
    "host": N_("Host community"),
    "displaced": N_("Internally displaced"),
    "returned": N_("Returned"),
    "refugee": N_("Refugee"),
    "unknown": N_("Situation not given"),
}
KIND_WORDS = {
    "named": N_("Directs, by name"),
    "counted": N_("Directs, counted"),
    "indirect": N_("Indirects, estimated"),
}
SIGN_WORDS = {
    "name": N_("same name by its sound"),
    "name_close": N_("a name close to it"),
    "year": N_("born within two years of each other"),
    "year_far": N_("years of birth far apart"),
    "sex": N_("same sex"),
    "sex_other": N_("not the same sex"),
    "village": N_("same village"),
    "village_other": N_("another village"),
    "phone": N_("same telephone"),
    "president": N_("an office holder of the same name"),
    "bureau": N_("two office holders of the same names"),
    "identity": N_("an office holder with the same identity paper"),
    "account": N_("same account number, however written"),
    "registration": N_("same registration number"),
    "place": N_("same commune"),
    "name_part": N_("a name close to it"),
}

BANDS = (("0-14", 0, 14), ("15-24", 15, 24), ("25-35", 25, 35), ("36-59", 36, 59), ("60+", 60, 130))
"""Age bands at the date of the assistance. Definitions of youth differ by donor: these are the institution's (row 24)."""
PAIR_FROM = 75
"""The score out of 100 from which two records are put before a second person. A setting: below it a village of homonyms floods the list."""
CLOSE_FROM = 85
"""How near two names must be, in percent, for a pair that no telephone supports."""
NAME_POINTS, YEAR_POINTS, SEX_POINTS, VILLAGE_POINTS, PHONE_POINTS = 60, 15, 5, 10, 20
YEAR_AGAINST, SEX_AGAINST, VILLAGE_AGAINST = 25, 30, 10
UNDO_DAYS = 30
"""A decision on a pair may be taken up again inside so many days (row 20)."""
MASKED_BELOW = 5
"""Cells under this are masked for who may not see names (row 16)."""
LOOK_MINUTES = 15
"""How long a recorded look at names lasts."""


def band_of(birth_year: int | None, year: int) -> str:
    """The band of somebody born in a year, at an assistance given in another."""
    if birth_year is None:
        return "unknown"
    age = max(0, year - birth_year)
    return next((code for code, low, high in BANDS if low <= age <= high), "unknown")


ERASURE_WORDS = {
    "asked": N_("Asked for by the person"),
    "kept_long_enough": N_("Time of keeping over"),
    "entered_by_mistake": N_("Entered by mistake"),
}
"""Why somebody's data are erased."""
