"""Who the provider is: one name on every page, and a logo that is a picture and nothing else."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from chalicelib.access.model import Caller, Role, home_of
from chalicelib.audit import store as audit
from chalicelib.kernel.errors import Conflict, Invalid
from chalicelib.patient_charts.page.sheet import Identity, Place
from chalicelib.patient_charts.provider import identities, logos
from tests.support.invoices import ISSUER, an_issuer
from tests.support.visitor import Answer, Visitor, signed_in

PATH = "/portal/provider/identity"
OPERATOR = Caller(Role.OPERATOR, "person-1", "")


def a_logo(kind: str = "PNG", size: tuple[int, int] = (120, 40)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#0017c1").save(file, kind)
    return file.getvalue()


def an_operator() -> Visitor:
    visitor = signed_in(Role.OPERATOR)
    visitor.get(PATH)
    return visitor


def sent(visitor: Visitor, logo: bytes = b"", **fields: str) -> Answer:
    """Send the form as it stands, with these changes."""
    found, revision = identities.current()
    usual = {"csrf": visitor.token, "revision": str(revision), "name": found.name}
    return visitor.upload(PATH, usual | fields, {"logo": logo})


@pytest.mark.usefixtures("world")
def test_before_anybody_says_who_it_is_the_invoices_name_stands() -> None:
    assert identities.identity().name == "Hokan"
    an_issuer()
    assert identities.identity().name == ISSUER.name


@pytest.mark.usefixtures("world")
def test_what_the_operator_typed_is_what_patients_see() -> None:
    answer = sent(
        an_operator(),
        a_logo(),
        name="  ひかり　画像 株式会社 ",
        contact="03-0000-0000\n\n 平日 9-17時 ",
        **{"place-page": "yes", "place-label": "yes"},
    )
    assert answer.location == f"{PATH}?done=saved"
    found = identities.identity()
    assert found.name == "ひかり 画像 株式会社"
    assert found.contact == "03-0000-0000\n平日 9-17時"
    assert found.places == (Place.PAGE, Place.LABEL)
    assert found.logo.startswith("data:image/png;base64,")


@pytest.mark.usefixtures("world")
def test_a_logo_stays_until_another_comes_or_it_is_taken_away() -> None:
    sent(an_operator(), a_logo())
    logo = identities.identity().logo
    sent(an_operator(), name="Another")
    assert identities.identity().logo == logo
    sent(an_operator(), b"", **{"without-logo": "yes"})
    assert identities.identity().logo == ""


@pytest.mark.usefixtures("world")
def test_two_who_change_it_at_once_do_not_overwrite_each_other() -> None:
    identities.replace(OPERATOR, 0, Identity(name="one"))
    with pytest.raises(Conflict):
        identities.replace(OPERATOR, 0, Identity(name="other"))
    answer = sent(an_operator(), revision="0", name="other")
    assert answer.status == 409
    assert 'value="one"' in answer.text
    assert identities.identity().name == "one"


@pytest.mark.usefixtures("world")
def test_setting_it_is_put_on_record() -> None:
    sent(an_operator())
    assert "set-identity" in [event.action for _, event, _ in audit.of_facility(home_of(OPERATOR))]


@pytest.mark.usefixtures("world")
def test_only_a_page_with_a_logo_may_show_embedded_pictures() -> None:
    visitor = an_operator()
    policy = str(visitor.get(PATH).headers["Content-Security-Policy"])
    assert "data:" not in policy
    sent(visitor, a_logo())
    answer = visitor.get(PATH)
    assert "img-src 'self' data:;" in answer.headers["Content-Security-Policy"]
    assert f'<img src="{identities.identity().logo}"' in answer.text


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("fields", "logo", "status"),
    [
        ({"name": " "}, b"", 422),
        ({"name": "n" * 101}, b"", 422),
        ({"contact": "line\n" * 6}, b"", 422),
        ({}, b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422),
        ({}, b"\0" * (logos.MAX_BYTES + 1), 422),
    ],
)
def test_what_is_wrong_is_refused_and_what_was_typed_stays(
    fields: dict[str, str], logo: bytes, status: int
) -> None:
    answer = sent(an_operator(), logo, **({"name": "typed"} | fields))
    assert answer.status == status
    assert 'role="alert"' in answer.text
    assert identities.current()[1] == 0


# --- the logo -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_written_anew(kind: str) -> None:
    ending, body = logos.file(logos.data_url(a_logo(kind)))
    assert ending == kind.lower()
    assert Image.open(io.BytesIO(body)).size == (120, 40)


def test_what_a_file_holds_beside_its_pixels_stays_behind() -> None:
    written = a_logo("JPEG") + b"<script>alert(1)</script>"
    assert b"script" not in logos.file(logos.data_url(written))[1]


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(a_logo()[:90], id="cut off"),
        pytest.param(a_logo("GIF"), id="another kind"),
        pytest.param(a_logo(size=(2500, 1700)), id="small, and unfolds to millions of pixels"),
    ],
)
def test_what_is_no_picture_is_no_logo(written: bytes) -> None:
    assert len(written) <= logos.MAX_BYTES
    with pytest.raises(Invalid):
        logos.data_url(written)


def test_a_logo_is_never_larger_than_promised() -> None:
    noise = Image.effect_noise((700, 700), 90).quantize(4)
    file = io.BytesIO()
    noise.resize((220, 220)).save(file, "PNG", optimize=True)
    assert len(file.getvalue()) <= logos.MAX_BYTES
    assert len(logos.file(logos.data_url(file.getvalue()))[1]) <= logos.MAX_BYTES
