"""SMART Health Links, read by another's implementation of JWE, and guessed at."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import timedelta
from random import Random
from typing import Any

import boto3
import msgspec
import pytest
from chalice.test import Client, HTTPResponse
from joserfc import jwe as others
from joserfc.jwk import OctKey

from chalicelib.access.model import Caller, Role
from chalicelib.charts.fhir_codes import FHIR_JSON
from chalicelib.kernel import clock
from chalicelib.kernel.errors import Invalid, NotFound, TooLarge, Unauthenticated
from chalicelib.patient_charts.model import Release
from chalicelib.patient_charts.sharing import health_link_store as store
from chalicelib.patient_charts.sharing import health_links
from chalicelib.patient_charts.sharing.health_links import MOST_CHARACTERS, Made
from chalicelib.patient_charts.sharing.jwe import encrypted
from chalicelib.patient_charts.sharing.model import Life
from chalicelib.patient_charts.sharing.smart_health_link import MOST_TRIES, Asked, digest, link
from chalicelib.settings import settings
from tests.faults.interleaving import played
from tests.patient_charts.paper import a_released, owned_of, withdrawn
from tests.patient_charts.slip_scene import release as released
from tests.support.world import World

PATIENT = Caller(Role.ANONYMOUS, "slip-1")
ADDRESS = "https://hokan.example/api"
FILE = json.dumps({"resourceType": "Bundle", "type": "document", "text": "胃" * 3_000}).encode()
OTHERS = ["dir", "A256GCM", "DEF"]


def payload_of(written: str) -> dict[str, Any]:
    scheme, _, packed = written.partition("/")
    assert scheme == "shlink:"
    return dict(json.loads(unpacked(packed)))


def unpacked(packed: str) -> bytes:
    return urlsafe_b64decode(packed + "=" * (-len(packed) % 4))


def opened(jwe: str, key: str) -> others.CompactEncryption:
    """Return what a JWE holds, decrypted by joserfc."""
    return others.decrypt_compact(jwe, OctKey.import_key(unpacked(key)), algorithms=OTHERS)


@pytest.fixture
def release(world: World) -> Release:
    return a_released(world)


@pytest.fixture
def made(release: Release) -> Made:
    return made_of(release)


def made_of(release: Release, lives: Life = Life.DAY) -> Made:
    return health_links.make(PATIENT, owned_of(release), lives, ADDRESS, FILE, "Endoscopy")


def id_of(made: Made) -> str:
    return str(payload_of(made.link)["url"]).rpartition("/")[2]


def asked(passcode: str, longest: int | None = None) -> Asked:
    return Asked(recipient="Dr Ito", passcode=passcode, embedded_length_max=longest)


def ask(made: Made, passcode: str = "", longest: int | None = None) -> Any:
    return health_links.manifest(id_of(made), asked(passcode or made.passcode, longest), ADDRESS)


def wrong_of(made: Made) -> str:
    return "00000000" if made.passcode != "0000 0000" else "1"


# --- what stands in it -----------------------------------------------------------------------


def test_a_link_is_as_the_standard_has_it(made: Made) -> None:
    found = payload_of(made.link)
    assert set(found) == {"url", "key", "exp", "flag", "label", "v"}
    assert (found["flag"], found["label"], found["v"]) == ("P", "Endoscopy", 1)
    assert found["exp"] == int(clock.parse(made.share.ends_at).timestamp())
    assert len(found["url"]) <= 128
    assert len(unpacked(id_of(made))) == 32
    assert len(unpacked(found["key"])) == 32


def test_a_label_has_80_characters_at_most() -> None:
    written = link(f"{ADDRESS}/shl/x", b"k" * 32, clock.now(), "x" * 90)
    assert payload_of(written)["label"] == "x" * 80


def test_an_address_that_is_too_long_makes_no_link() -> None:
    with pytest.raises(Invalid, match="too long"):
        link("https://" + "x" * 121, b"k" * 32, clock.now(), "")


def test_the_file_is_decrypted_by_another_implementation(made: Made) -> None:
    (file,) = ask(made).files
    found = opened(file.embedded, payload_of(made.link)["key"])
    assert found.plaintext == FILE
    assert found.protected == {"alg": "dir", "enc": "A256GCM", "zip": "DEF", "cty": FHIR_JSON}
    assert file.content_type == FHIR_JSON


def test_a_changed_file_is_noticed() -> None:
    jwe = encrypted(FILE, b"k" * 32, FHIR_JSON)
    head, _, nonce, body, tag = jwe.split(".")
    flipped = ("B" if body[0] == "A" else "A") + body[1:]
    key = OctKey.import_key(b"k" * 32)
    assert others.decrypt_compact(jwe, key, algorithms=OTHERS).plaintext == FILE
    with pytest.raises(Exception, match=r"(?i)decrypt|tag|decode"):
        others.decrypt_compact(f"{head}..{nonce}.{flipped}.{tag}", key, algorithms=OTHERS)


def test_no_nonce_comes_twice() -> None:
    nonces = {encrypted(b"x", b"k" * 32, FHIR_JSON).split(".")[2] for _ in range(200)}
    assert len(nonces) == 200


def test_what_is_kept_opens_nothing(made: Made) -> None:
    """Neither key, passcode nor address is in the table, nor a word of the file."""
    rows = boto3.resource("dynamodb").Table(settings().box_table).scan()["Items"]
    assert any(row["sk"] == "FILE" for row in rows)
    written = str(rows)
    for secret in (payload_of(made.link)["key"], made.passcode, id_of(made), "Bundle"):
        assert secret not in written
    assert made.passcode.replace(" ", "") not in written


def test_a_file_that_fits_into_no_row_is_refused(release: Release) -> None:
    import secrets

    file = secrets.token_bytes(MOST_CHARACTERS)
    with pytest.raises(TooLarge):
        health_links.make(PATIENT, owned_of(release), Life.DAY, ADDRESS, file, "")


# --- passcodes -------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["{}", " {} ", "１{}", "{}-"])
def test_a_passcode_is_read_as_it_was_meant(typed: str) -> None:
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    salt = b"salt"
    if "１" in typed:
        assert digest("1234 5678".translate(full_width), salt) == digest("12345678", salt)
    else:
        assert digest(typed.format("1234-5678"), salt) == digest("1234 5678", salt)


def test_a_wrong_passcode_says_how_many_are_left(made: Made) -> None:
    left = []
    for _ in range(3):
        with pytest.raises(Unauthenticated) as refused:
            ask(made, wrong_of(made))
        left.append(refused.value.facts["remaining_attempts"])
    assert left == [9, 8, 7]


def test_a_right_passcode_costs_no_try(made: Made) -> None:
    for _ in range(MOST_TRIES + 2):
        ask(made)
    (kept,) = health_links.made(made.share.of)
    assert (kept.tries, kept.share.opened, kept.recipient) == (0, MOST_TRIES + 2, "Dr Ito")


def test_after_ten_wrong_ones_the_right_one_is_refused(made: Made) -> None:
    for _ in range(MOST_TRIES):
        with pytest.raises(Unauthenticated):
            ask(made, wrong_of(made))
    with pytest.raises(NotFound, match="there is no such link"):
        ask(made)


def test_a_passcode_is_counted_before_it_is_looked_at(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks off in between, the try is spent."""
    monkeypatch.setattr(health_links, "digest", broken)
    with pytest.raises(ZeroDivisionError):
        ask(made)
    (kept,) = health_links.made(made.share.of)
    assert kept.tries == 1


def broken(passcode: str, salt: bytes) -> bytes:  # noqa: ARG001
    raise ZeroDivisionError


def test_a_counted_try_is_a_number_of_its_own(made: Made) -> None:
    now = clock.now()
    counts = [store.count_try(id_of(made), now) for _ in range(MOST_TRIES + 3)]
    assert counts == [*range(1, MOST_TRIES + 1), None, None, None]


# --- what ends it ----------------------------------------------------------------------------


def test_a_link_ends_by_itself(made: Made) -> None:
    clock.move(int(timedelta(days=1, minutes=1).total_seconds()))
    with pytest.raises(NotFound):
        ask(made)


def test_an_ended_link_leads_nowhere(made: Made) -> None:
    health_links.end(PATIENT, made.share.of, made.share.share_id)
    with pytest.raises(NotFound):
        ask(made)


def test_a_link_to_what_was_taken_back_leads_nowhere(release: Release, made: Made) -> None:
    withdrawn(release)
    with pytest.raises(NotFound):
        ask(made)


def test_a_link_to_a_version_that_was_replaced_leads_nowhere(
    world: World, release: Release, made: Made
) -> None:
    released(world, release.examination_id)
    with pytest.raises(NotFound):
        ask(made)


# --- over HTTP -------------------------------------------------------------------------------


def sent(client: Client, link_id: str, body: object, method: str = "POST") -> HTTPResponse:
    headers = {"content-type": "application/json", "origin": "https://viewer.example"}
    return client.http.request(method, f"/shl/{link_id}", headers, json.dumps(body).encode())


def test_an_application_gets_the_file(world: World, made: Made) -> None:
    body = {"recipient": "Dr Ito", "passcode": made.passcode}
    answer = sent(world.client, id_of(made), body)
    assert answer.status_code == 200
    (file,) = answer.json_body["files"]
    assert opened(file["embedded"], payload_of(made.link)["key"]).plaintext == FILE


def test_a_wrong_passcode_is_answered_as_the_standard_has_it(world: World, made: Made) -> None:
    answer = sent(world.client, id_of(made), {"recipient": "x", "passcode": wrong_of(made)})
    assert (answer.status_code, answer.json_body) == (401, {"remainingAttempts": 9})


def test_a_longer_file_than_wished_is_fetched_once(world: World, made: Made) -> None:
    body = {"recipient": "x", "passcode": made.passcode, "embeddedLengthMax": 10}
    (file,) = sent(world.client, id_of(made), body).json_body["files"]
    assert "embedded" not in file
    path = file["location"].partition("/shl/")[2]
    first, second = (world.client.http.get(f"/shl/{path}") for _ in range(2))
    assert first.headers["Content-Type"] == "application/jose"
    assert opened(first.body.decode(), payload_of(made.link)["key"]).plaintext == FILE
    assert second.status_code == 404


def test_a_ticket_ends_after_minutes(made: Made) -> None:
    location = ask(made, longest=10).files[0].location
    clock.move(int(timedelta(minutes=6).total_seconds()))
    with pytest.raises(NotFound):
        health_links.fetched(id_of(made), location.rpartition("/")[2])


def test_every_dead_end_is_the_same_answer(world: World, release: Release) -> None:
    used_up, ended = made_of(release), made_of(release)
    for _ in range(MOST_TRIES):
        with pytest.raises(Unauthenticated):
            ask(used_up, wrong_of(used_up))
    health_links.end(PATIENT, ended.share.of, ended.share.share_id)
    dead = [*map(id_of, (used_up, ended)), "x" * 43]
    answers = [sent(world.client, each, {"recipient": "x", "passcode": "1"}) for each in dead]
    seen = {(each.status_code, each.body, fixed(each)) for each in answers}
    assert len(seen) == 1
    assert answers[0].status_code == 404


def fixed(answer: HTTPResponse) -> frozenset[tuple[str, str]]:
    """Return the headers that do not name the request."""
    own = {"Hokan-Correlation-Id", "Content-Length"}
    return frozenset((key, str(value)) for key, value in answer.headers.items() if key not in own)


@pytest.mark.parametrize("status", [200, 401, 404])
def test_a_page_of_any_origin_may_read_the_answer(world: World, made: Made, status: int) -> None:
    link_id = "x" * 43 if status == 404 else id_of(made)
    passcode = {200: made.passcode}.get(status, wrong_of(made))
    answer = sent(world.client, link_id, {"recipient": "x", "passcode": passcode})
    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_a_browser_is_told_that_it_may_ask(world: World) -> None:
    answer = sent(world.client, "x" * 43, {}, "OPTIONS")
    assert answer.status_code == 200
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type"


def test_a_manifest_says_nothing_of_the_patient(made: Made) -> None:
    written = msgspec.json.encode(ask(made)).decode()
    assert set(json.loads(written)["files"][0]) == {
        "contentType",
        "fhirVersion",
        "status",
        "embedded",
    }


# --- at once ---------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, 1])
def test_of_50_wrong_ones_at_once_exactly_10_are_counted(made: Made, seed: int) -> None:
    """One AWS call at a time, in any order: nobody gets an eleventh answer out of it."""
    wrong = [lambda: ask(made, wrong_of(made))] * 50
    order = [each for each in range(50) for _ in range(4)]
    Random(seed).shuffle(order)
    actors = played(wrong, order)
    assert [each.error for each in actors if each.error] == []
    refused = [each.refused for each in actors]
    left = [
        each.facts["remaining_attempts"] for each in refused if isinstance(each, Unauthenticated)
    ]
    assert sorted(left, key=str) == list(range(MOST_TRIES))
    assert sum(isinstance(each, NotFound) for each in refused) == 40
    with pytest.raises(NotFound):
        ask(made)
