"""Charts explained to patients: read, worded, released, withdrawn."""

from __future__ import annotations

from tests.faults.stories.charts import doctor, just
from tests.faults.stories.telling import Act, clicks, story
from tests.patient_charts.scene import a_signed, at_desk, released, revisions, withdrawn, worded
from tests.support.world import World

PATIENT = "/portal/charts/{target_id}/examinations/{examination_id}/patient"
BLEEDING = "narrative:0-21"


def path_of(world: World, rest: str, *, is_released: bool = False, asked: str = "") -> str:
    """Have a chart signed, with a wording; return a page about what patients read of it."""
    place = a_signed(world)
    worded(world, place, BLEEDING, "I saw no bleeding.")
    if is_released:
        released(world, place)
    path = PATIENT.format(target_id=place[0], examination_id=place[1])
    return f"{path}{rest}?in=en{asked}"


for what in ("", "/release", "/releases", "/releases/{release}"):

    @story(f"GET {PATIENT}{what}")
    def _(world: World, what: str = what) -> Act:
        path = path_of(world, what.format(release=1), is_released=True)
        return clicks(doctor(world), "GET", path)


@story(f"GET {PATIENT}/words")
def _(world: World) -> Act:
    return clicks(doctor(world), "GET", path_of(world, "/words", asked=f"&source={BLEEDING}"))


@story(f"POST {PATIENT}/words")
def _(world: World) -> Act:
    typed = {
        "revision": just("1"),
        "version": just("1"),
        "source": just("findings/2"),
        "text": just("In the food pipe I did not see varices."),
    }
    return clicks(doctor(world), "POST", path_of(world, "/words"), **typed)


@story(f"POST {PATIENT}/release")
def _(world: World) -> Act:
    place = a_signed(world)
    released(world, place)
    withdrawn(world, place)
    worded(world, place, BLEEDING, "I saw no bleeding.")
    found = at_desk(world, place)
    revision, version = revisions(found)
    seen = {"revision": just(str(revision)), "version": just(str(version))}
    digest = just(found.preview.digest if found.preview else "")
    path = PATIENT.format(target_id=place[0], examination_id=place[1]) + "/release?in=en"
    return clicks(doctor(world), "POST", path, **seen, digest=digest)


@story(f"POST {PATIENT}/withdraw")
def _(world: World) -> Act:
    path = path_of(world, "/withdraw", is_released=True)
    typed = {"revision": just("2"), "reason": just("The side was wrong")}
    return clicks(doctor(world), "POST", path, **typed)
