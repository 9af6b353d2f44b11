"""What every page owes its reader: headers that protect, forms that are bound, few bytes."""

from __future__ import annotations

import gzip
import re
from html import unescape
from urllib.parse import quote

import pytest

from chalicelib import buckets
from chalicelib.access.model import Role
from chalicelib.web import files
from chalicelib.web.files import FOLDER
from tests.support.visitor import HOST, Answer, Visitor, signed_in
from tests.support.world import World
from tests.web.conftest import Pages

PAGE_BYTES = 15_000  # on the wire with its files: API Gateway compresses what is over 1 KB
OWN_SHEET_BYTES = 16_384
OWN_SCRIPT = r'<script src="/static/\w+\.[0-9a-f]{12}\.js" (defer|type="module")></script>'
SENDING = ("an inquiry", "inquiries")  # pages whose files go to storage, and come from there


def test_every_page_is_sent_with_headers_that_protect(pages: Pages) -> None:
    for name, page in pages("ja").items():
        headers = page.headers
        assert headers["Cache-Control"] == "no-store", name
        assert headers["X-Content-Type-Options"] == "nosniff", name
        assert headers["Referrer-Policy"] == "same-origin", name
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert headers["Strict-Transport-Security"].startswith("max-age="), name
        assert "camera=()" in headers["Permissions-Policy"], name


def test_the_content_policy_allows_our_own_styles_images_scripts_and_forms_alone(
    pages: Pages,
) -> None:
    shown = pages("en")
    stored, kept = buckets.objects_origin(), buckets.download_origin()
    for name, page in shown.items():
        policy = dict(
            each.strip().split(" ", 1)
            for each in page.headers["Content-Security-Policy"].split(";")
        )
        if name.startswith(SENDING):
            assert policy.pop("connect-src") == f"'self' {stored} {kept}", name
            assert policy.pop("form-action") == f"'self' {stored}", name
            policy |= {"connect-src": "'self'", "form-action": "'self'"}
        assert policy == {
            "default-src": "'none'",
            "style-src": "'self'",
            "img-src": "'self'",
            "script-src": "'self'",
            "connect-src": "'self'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }, name


def test_no_page_has_a_script_or_a_style_of_its_own(pages: Pages) -> None:
    for name, page in pages("en").items():
        rest = re.sub(OWN_SCRIPT, "", page.text)
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", rest), name


def test_scripts_stand_where_a_price_is_shown_and_where_files_are_sent_alone(pages: Pages) -> None:
    with_script = {name for name, page in pages("en").items() if "<script" in page.text}
    assert with_script == {
        name for name in pages("en") if name.startswith(("signing", "an inquiry"))
    }


def test_every_form_carries_a_token(pages: Pages) -> None:
    for name, page in pages("en").items():
        forms = len(re.findall(r'<form (class="[^"]*" )?method="post"', page.text))
        assert page.text.count("<form") == forms, name
        assert len(re.findall(r'name="csrf" value="[\w-]{43}"', page.text)) == forms, name


def test_a_page_with_its_style_sheets_is_light(pages: Pages) -> None:
    files = ("tokens.css", "hokan.css", "hokan.js")
    sent = sum(len(gzip.compress((FOLDER / name).read_bytes())) for name in files)
    for name, page in pages("ja").items():
        assert len(gzip.compress(page.text.encode())) + sent <= PAGE_BYTES, name


def test_our_own_style_sheet_stays_small() -> None:
    assert (FOLDER / "hokan.css").stat().st_size <= OWN_SHEET_BYTES


def test_nothing_on_a_page_is_another_hosts(pages: Pages) -> None:
    for name, page in pages("en").items():
        named = re.findall(r'(?:href|src|action)="([^"]*)"', page.text)
        assert [each for each in named if not re.match(r"/(?!/)|#|data:", each)] == [], name


def test_a_cookie_is_this_hosts_alone_and_no_scripts() -> None:
    from chalicelib.web import cookies

    for written in (cookies.kept(cookies.SESSION, "x"), cookies.kept(cookies.SIGN_IN, "x")):
        name, *parts = written.split("; ")
        assert name.startswith("__Host-")
        assert set(parts) == {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"}


# --- files -------------------------------------------------------------------------------------


KINDS = {
    "tokens.css": "text/css; charset=utf-8",
    "hokan.css": "text/css; charset=utf-8",
    "hokan.js": "text/javascript; charset=utf-8",
    "album.css": "text/css; charset=utf-8",
    "patient_chart.css": "text/css; charset=utf-8",
    "pictures.css": "text/css; charset=utf-8",
    "paper.css": "text/css; charset=utf-8",
    "labels.css": "text/css; charset=utf-8",
    "prints.css": "text/css; charset=utf-8",
    "shared.css": "text/css; charset=utf-8",
    "releasing.css": "text/css; charset=utf-8",
    "album.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


@pytest.mark.usefixtures("client")
def test_a_file_is_kept_for_a_year_under_the_name_of_its_content() -> None:
    for name, kind in KINDS.items():
        answer = Visitor().get(files.address(name))
        assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.text == (FOLDER / name).read_text()


@pytest.mark.usefixtures("client")
def test_no_other_name_is_a_file() -> None:
    for name in ("hokan.css", "hokan.000000000000.css", "..", "layout.html"):
        answer = Visitor().get(f"/static/{name}")
        assert (answer.status, answer.headers["Cache-Control"]) == (404, "no-store"), name


# --- where pages stand -------------------------------------------------------------------------

PREFIXES = pytest.mark.parametrize("prefix", ["/api", "", "/a/b"])


@PREFIXES
@pytest.mark.usefixtures("client")
def test_addresses_carry_the_prefix_the_browser_asked_with(prefix: str) -> None:
    page = Visitor(prefix=prefix).get("/portal/sign-in").text
    named = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    assert len(named) > 5
    assert [
        each for each in named if not each.startswith((f"{prefix}/portal", f"{prefix}/static"))
    ] == []


@PREFIXES
@pytest.mark.usefixtures("client")
def test_the_root_leads_to_the_portal(prefix: str) -> None:
    assert Visitor(prefix=prefix).get("/").location == f"{prefix}/portal"


@PREFIXES
@pytest.mark.usefixtures("client")
def test_who_is_not_signed_in_is_led_to_the_sign_in_page(prefix: str) -> None:
    answer = Visitor(prefix=prefix).get("/portal/authenticator")
    expected = f"{prefix}/portal/sign-in?next=%2Fportal%2Fauthenticator"
    assert (answer.status, answer.location) == (303, expected)


# --- the language switch -----------------------------------------------------------------------


@PREFIXES
@pytest.mark.usefixtures("client")
def test_the_switch_leads_back_to_the_page_in_the_other_language(prefix: str) -> None:
    visitor = Visitor(prefix=prefix)
    visitor.get("/portal/sign-in?next=%2Fportal%2Fauthenticator")
    page = _follow_switch(visitor)
    assert '<html lang="ja">' in page.text
    assert 'name="next" value="/portal/authenticator"' in page.text
    assert '<html lang="en">' in _follow_switch(visitor).text


def _follow_switch(visitor: Visitor) -> Answer:
    assert visitor.page
    found = re.search(r'href="([^"]*/portal/language[^"]*)"', visitor.page.text)
    assert found
    return visitor.go(unescape(found[1]).removeprefix(visitor.prefix))


ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "/\\evil.example",
    "/portal//evil.example",
    "/portal\\evil",
    "/portal/\nSet-Cookie: a=b",
    "/portal@evil.example",
    "portal",
    "javascript:alert(1)",
    "/api/portal",
    "/me",
]


@pytest.mark.usefixtures("client")
def test_no_page_leads_elsewhere() -> None:
    visitor = Visitor()
    for elsewhere in ELSEWHERE:
        switch = f"/portal/language?to=ja&back={quote(elsewhere)}"
        assert visitor.get(switch).location == "/portal", elsewhere
        page = visitor.get(f"/portal/sign-in?next={quote(elsewhere)}").text
        assert 'name="next" value="/portal"' in page, elsewhere


# --- forms -------------------------------------------------------------------------------------


@pytest.fixture
def doctor(world: World) -> Visitor:
    visitor = signed_in(Role.DOCTOR, world.facility_id)
    visitor.get("/portal")
    return visitor


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.get("/portal").status == 200


def test_a_form_of_the_page_is_taken(doctor: Visitor) -> None:
    assert doctor.submit("/portal/sign-out").status == 303
    assert not is_signed_in(doctor)


def test_a_form_without_a_token_is_not_taken(doctor: Visitor) -> None:
    answer = doctor.post("/portal/sign-out", {})
    assert (answer.status, answer.title) == (403, "The form is too old | Hokan")
    assert is_signed_in(doctor)


def test_a_form_with_a_changed_token_is_not_taken(doctor: Visitor) -> None:
    changed = doctor.token[::-1]
    assert doctor.post("/portal/sign-out", {"csrf": changed}).status == 403
    assert is_signed_in(doctor)


def test_a_form_with_another_sessions_token_is_not_taken(doctor: Visitor, world: World) -> None:
    other = signed_in(Role.DOCTOR, world.facility_id)
    other.get("/portal")
    assert doctor.post("/portal/sign-out", {"csrf": other.token}).status == 403
    assert is_signed_in(doctor)


FOREIGN = [
    ("https://evil.example", "cross-site"),
    ("https://evil.example", ""),
    ("https://sub.hokan.example", "same-site"),
    (f"https://{HOST}", "same-site"),
    (f"https://{HOST}", "cross-site"),
    (f"https://{HOST}.evil.example", ""),
    ("null", ""),
    ("null", "same-origin"),
    ("", ""),
    ("", "none"),
]


def test_a_form_that_stood_elsewhere_is_not_taken(doctor: Visitor) -> None:
    form = {"csrf": doctor.token}
    for origin, site in FOREIGN:
        answer = doctor.post("/portal/sign-out", form, origin=origin, sec_fetch_site=site)
        assert answer.status == 403, (origin, site)
    assert is_signed_in(doctor)


@pytest.mark.parametrize(("origin", "site"), [(f"https://{HOST}", ""), ("", "same-origin")])
def test_either_word_of_the_browser_is_enough(doctor: Visitor, origin: str, site: str) -> None:
    headers = {"origin": origin, "sec_fetch_site": site}
    assert doctor.post("/portal/sign-out", {"csrf": doctor.token}, **headers).status == 303


@pytest.mark.usefixtures("client")
def test_the_sign_in_form_is_bound_to_the_browser_it_was_made_for() -> None:
    ours, theirs = Visitor(), Visitor()
    ours.get("/portal/sign-in")
    theirs.get("/portal/sign-in")
    fields = {"csrf": theirs.token, "account": "a@b.example", "password": "x"}
    assert ours.post("/portal/sign-in", fields).status == 403


def test_a_form_that_is_too_large_is_not_read(doctor: Visitor) -> None:
    assert doctor.submit("/portal/sign-out", more="x" * 100_000).status == 413


def test_a_form_that_is_none_is_not_read(doctor: Visitor) -> None:
    assert doctor.ask("POST", "/portal/sign-out", {}, "a=1&" * 300).status == 422


# --- errors ------------------------------------------------------------------------------------


def test_an_error_is_a_page_that_says_what_to_do(
    doctor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("chalicelib.portal.service.home_of_facility", broken)
    answer = doctor.get("/portal")
    assert (answer.status, answer.title) == (500, "Something went wrong | Hokan")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert re.search(r"<code>req-\w+</code>", answer.text)


def test_trouble_of_aws_is_a_page_that_says_try_again(
    doctor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.faults.crashes import throttled

    def busy(*_: object) -> None:
        raise throttled("Query")

    monkeypatch.setattr("chalicelib.portal.service.home_of_facility", busy)
    answer = doctor.get("/portal")
    assert (answer.status, answer.title) == (503, "Not available right now | Hokan")
