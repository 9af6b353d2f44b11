"""What a consent allows: never more than was said, to nobody else, never before or after."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.archive.model import Examination
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid
from chalicelib.network import consents
from chalicelib.network.model import Consent, Form, Scope

TOKYO = ZoneInfo("Asia/Tokyo")
NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
FACILITIES = ("facility-1", "facility-2")
KINDS = ("EGD", "CS")

moments = st.integers(0, 730 * 24).map(
    lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
)
examinations = st.builds(
    lambda number, kind: an_examination(f"exam-{number}", kind),
    st.integers(1, 3),
    st.sampled_from(KINDS),
)


def an_examination(identifier: str = "exam-1", kind: str = "EGD") -> Examination:
    return Examination(
        examination_id=identifier,
        target_id="target-1",
        source_id="E",
        patient_key="patient-1",
        examined_at="2026-04-01",
        kind=kind,
        description="",
        objects=1,
        size_bytes=1,
        last_backed_up_at="",
    )


def a_consent(**changes: object) -> Consent:
    usual: dict[str, object] = {
        "consent_id": "consent-1",
        "to": "",
        "scope": Scope.ALL,
        "subjects": (),
        "starts_at": clock.text(NOW - timedelta(days=1)),
        "ends_at": clock.text(NOW + timedelta(days=1)),
        "form": Form.PAPER,
        "given_on": "2026-11-27",
        "recorded_at": clock.text(NOW),
        "recorded_by": "person-1",
    }
    return Consent(**usual | changes)  # type: ignore[arg-type]


@st.composite
def some_consents(draw: st.DrawFn) -> list[Consent]:
    return draw(
        st.lists(
            st.builds(
                lambda to, scope, subjects, start, days, withdrawn: a_consent(
                    to=to,
                    scope=scope,
                    subjects=tuple(subjects),
                    starts_at=clock.text(start),
                    ends_at=clock.text(start + timedelta(days=days)),
                    withdrawn_at=clock.text(start) if withdrawn else "",
                ),
                st.sampled_from(("", *FACILITIES)),
                st.sampled_from(Scope),
                st.lists(st.sampled_from((*KINDS, "exam-1", "exam-2")), unique=True),
                moments,
                st.integers(1, 400),
                st.booleans(),
            ),
            max_size=4,
        )
    )


def says_so(consent: Consent, asking: str, examination: Examination, now: datetime) -> bool:
    """The same in other words: every single thing that must be true."""
    named = {
        Scope.ALL: {examination.kind, examination.examination_id},
        Scope.KINDS: {examination.kind},
        Scope.EXAMINATIONS: {examination.examination_id},
    }[consent.scope]
    is_named = consent.scope is Scope.ALL or bool(named & set(consent.subjects))
    is_in_time = clock.parse(consent.starts_at) <= now < clock.parse(consent.ends_at)
    return is_named and is_in_time and consent.withdrawn_at == "" and consent.to in ("", asking)


@given(some_consents(), st.sampled_from(FACILITIES), examinations, moments)
def test_something_is_allowed_when_one_consent_says_all_of_it(
    given_ones: list[Consent], asking: str, examination: Examination, now: datetime
) -> None:
    allowed = consents.allows(given_ones, asking, examination, now)
    assert allowed == any(says_so(each, asking, examination, now) for each in given_ones)


@given(some_consents(), st.sampled_from(FACILITIES), examinations, moments)
def test_nothing_is_allowed_once_all_are_withdrawn(
    given_ones: list[Consent], asking: str, examination: Examination, now: datetime
) -> None:
    withdrawn = [replace(each, withdrawn_at=clock.text(now)) for each in given_ones]
    assert not consents.allows(withdrawn, asking, examination, now)


@given(some_consents(), some_consents(), st.sampled_from(FACILITIES), examinations, moments)
def test_another_consent_never_takes_anything_away(
    some: list[Consent],
    more: list[Consent],
    asking: str,
    examination: Examination,
    now: datetime,
) -> None:
    if consents.allows(some, asking, examination, now):
        assert consents.allows(some + more, asking, examination, now)


def test_a_consent_holds_from_its_first_moment_to_before_its_last() -> None:
    consent = a_consent()
    first, last = clock.parse(consent.starts_at), clock.parse(consent.ends_at)
    tick = timedelta(microseconds=1)
    moments_around = [first - tick, first, last - tick, last]
    assert [consents.holds(consent, each) for each in moments_around] == [False, True, True, False]


def test_a_consent_to_one_facility_is_none_to_another() -> None:
    consent = a_consent(to="facility-1")
    assert consents.allows([consent], "facility-1", an_examination(), NOW)
    assert not consents.allows([consent], "facility-2", an_examination(), NOW)


def test_a_day_begins_and_ends_where_the_facility_is() -> None:
    day = date(2026, 4, 1)
    assert consents.span(day, day, day, TOKYO) == (
        "2026-03-31T15:00:00.000000Z",
        "2026-04-01T15:00:00.000000Z",
    )


@pytest.mark.parametrize(
    ("starts_on", "last_on", "given_on", "code"),
    [
        (date(2026, 4, 2), date(2026, 4, 1), date(2026, 4, 1), "ends-before-it-starts"),
        (date(2026, 4, 1), date(2031, 4, 1), date(2026, 4, 1), "longer-than-5-years"),
        (date(2026, 4, 1), date(2027, 4, 1), date(2026, 4, 2), "before-it-was-given"),
    ],
)
def test_a_span_that_cannot_be_is_refused(
    starts_on: date, last_on: date, given_on: date, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        consents.span(starts_on, last_on, given_on, TOKYO)
    assert refused.value.code == code


def test_five_years_to_the_day_before_are_allowed() -> None:
    start = date(2028, 2, 29)
    assert consents.span(start, date(2033, 2, 27), start, TOKYO)[1].startswith("2033-02-27T15")
