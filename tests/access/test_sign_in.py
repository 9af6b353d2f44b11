"""Signing in to the portal, against Cognito as moto plays it, as a browser does it."""

from __future__ import annotations

import json

import boto3
import pytest
from chalice.test import Client

from chalicelib.access import portal_store, sign_in
from chalicelib.access.sign_in import TRIES
from chalicelib.audit.store import of_facility
from chalicelib.kernel import clock
from chalicelib.settings import settings
from chalicelib.web.cookies import SESSION, SIGN_IN
from tests.support.pool import PASSWORD, SECRET, Pool, code_of, make_pool, wrong_code
from tests.support.visitor import Answer, Visitor
from tests.support.world import World

NEW_PASSWORD = "another horse battery"


@pytest.fixture
def pool(client: Client) -> Pool:  # noqa: ARG001 - it makes the world
    """A pool with one operator, in a stage that demands no second factor."""
    made = make_pool(require_mfa=False)
    made.add("sato@aoba.example")
    return made


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at the sign-in page."""
    return Visitor(language="en")


def enter(visitor: Visitor, account: str = "sato@aoba.example", password: str = PASSWORD) -> Answer:
    """Type account and password at the sign-in page; return where it leads."""
    visitor.go("/portal/sign-in")
    return visitor.send("/portal/sign-in", account=account, password=password)


def alert(page: Answer) -> str:
    """Return what a page says in its alert, or nothing."""
    _, _, after = page.text.partition('role="alert">')
    return " ".join(after.partition("</div>")[0].replace("<p>", "").replace("</p>", "").split())


# --- the password ------------------------------------------------------------------------------


def test_a_person_signs_in_and_sees_the_first_page(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    page = enter(visitor)
    assert (page.status, page.title) == (200, "First page | Hokan")
    assert set(visitor.cookies) == {SESSION}


def test_they_come_back_to_the_page_they_wanted(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    visitor.go("/portal/authenticator")
    page = visitor.send(
        "/portal/sign-in",
        account="sato@aoba.example",
        password=PASSWORD,
        next="/portal/authenticator",
    )
    assert page.title == "Authenticator | Hokan"


def test_spaces_and_full_width_letters_around_an_address_do_no_harm(
    pool: Pool,  # noqa: ARG001
    visitor: Visitor,
) -> None:
    assert enter(visitor, " ｓａｔｏ@aoba.example　").title == "First page | Hokan"


def test_a_signed_in_visitor_is_led_on_from_the_sign_in_page(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    enter(visitor)
    assert visitor.get("/portal/sign-in").location == "/portal"


@pytest.mark.parametrize(
    ("account", "password"),
    [("sato@aoba.example", "wrong"), ("nobody@aoba.example", PASSWORD), ("", ""), ("x" * 300, "y")],
)
def test_a_refusal_never_tells_which_part_was_wrong(
    pool: Pool,  # noqa: ARG001
    visitor: Visitor,
    account: str,
    password: str,
) -> None:
    page = enter(visitor, account, password)
    assert page.status == 401
    assert alert(page) == "The e-mail address or the password is wrong. Type both again."
    assert SESSION not in visitor.cookies


def test_the_password_is_not_sent_back(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    page = enter(visitor, password="wrong-but-almost")
    assert 'value="sato@aoba.example"' in page.text
    assert "wrong-but-almost" not in page.text


def test_what_is_typed_is_escaped(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    page = enter(visitor, '"><img src=x onerror=alert(1)>', "x")
    assert "<img" not in page.text
    assert 'value="&#34;&gt;&lt;img src=x onerror=alert(1)&gt;"' in page.text


def test_somebody_without_a_role_is_told_so(pool: Pool, visitor: Visitor) -> None:
    pool.cognito.create_group(UserPoolId=pool.pool_id, GroupName="gardeners")
    page = enter(visitor, pool.add("niwa@aoba.example", "gardeners"))
    assert (page.status, page.title) == (403, "You may not do this | Hokan")


def test_a_facilitys_admin_comes_into_their_own_facility(world: World, visitor: Visitor) -> None:
    pool = make_pool(require_mfa=False)
    page = enter(visitor, pool.add("kanri@aoba.example", "facility-admins", world.facility_id))
    assert "<h1>Kawabe Clinic</h1>" in page.text


# --- too many tries ----------------------------------------------------------------------------


def test_after_five_wrong_passwords_the_right_one_is_not_tried(
    pool: Pool,  # noqa: ARG001
    visitor: Visitor,
) -> None:
    for _ in range(TRIES):
        assert "wrong" in alert(enter(visitor, password="wrong"))
    page = enter(visitor)
    assert page.status == 401
    assert alert(page) == "There were too many wrong tries. Wait 15 minutes, then try again."


def test_an_account_that_is_not_there_is_locked_alike(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    said = [alert(enter(visitor, "nobody@aoba.example", "wrong")) for _ in range(TRIES + 1)]
    assert "wrong" in said[TRIES - 1]
    assert "too many" in said[TRIES]


def test_writing_the_address_otherwise_gives_no_more_tries(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    for account in ("sato@aoba.example", "SATO@aoba.example", "Sato@Aoba.example") * 2:
        page = enter(visitor, account, "wrong")
    assert "too many" in alert(page)


def test_the_lock_ends_after_fifteen_minutes(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    for _ in range(TRIES):
        enter(visitor, password="wrong")
    clock.move(15 * 60 - 5)
    assert "too many" in alert(enter(visitor))
    clock.move(15 * 60 + 5)
    assert enter(visitor).title == "First page | Hokan"


def test_signing_in_forgets_the_wrong_tries(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    for _ in range(2):
        for _ in range(TRIES - 1):
            enter(visitor, password="wrong")
        assert enter(visitor).title == "First page | Hokan"
        visitor.cookies.clear()


def test_right_passwords_alone_lock_nobody_out(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    for _ in range(2 * TRIES):
        assert enter(visitor).title == "Type the code | Hokan"


def test_a_try_is_counted_before_the_password_is_tried(
    pool: Pool,  # noqa: ARG001
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever breaks off while Cognito thinks has used up a try."""

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("chalicelib.access.cognito.password", dies)
        for _ in range(TRIES):
            with pytest.raises(KeyboardInterrupt):
                enter(visitor)
    assert "too many" in alert(enter(visitor))


# --- the first password ------------------------------------------------------------------------


def test_the_given_password_is_replaced_at_the_first_sign_in(pool: Pool, visitor: Visitor) -> None:
    account = pool.add("new@aoba.example", is_new=True)
    assert enter(visitor, account).title == "Choose a password | Hokan"
    page = choose(visitor, NEW_PASSWORD)
    assert page.title == "First page | Hokan"
    assert enter(Visitor(), account, NEW_PASSWORD).title == "First page | Hokan"
    assert enter(Visitor(), account).status == 401


def choose(visitor: Visitor, password: str, again: str = "") -> Answer:
    form = {"password": password, "again": again or password}
    return visitor.send("/portal/sign-in/new-password", **form)


def test_a_password_that_is_too_short_or_typed_otherwise_is_not_taken(
    pool: Pool, visitor: Visitor
) -> None:
    enter(visitor, pool.add("new@aoba.example", is_new=True))
    pool.deploy(require_mfa=True)
    assert "13 characters or more" in alert(choose(visitor, "short"))
    assert "differ" in alert(choose(visitor, NEW_PASSWORD, "something else"))
    assert choose(visitor, NEW_PASSWORD).title == "Set up your authenticator | Hokan"


# --- the second factor -------------------------------------------------------------------------


def add_authenticator(pool: Pool, visitor: Visitor) -> None:
    """Let the visitor set up an authenticator; leave them at the sign-in page."""
    pool.deploy(require_mfa=True)
    enter(visitor)
    visitor.send("/portal/sign-in/authenticator", code=code_of())
    visitor.cookies.clear()


def test_where_a_second_factor_is_required_nobody_comes_in_without(
    pool: Pool,
    visitor: Visitor,
) -> None:
    pool.deploy(require_mfa=True)
    assert enter(visitor).title == "Set up your authenticator | Hokan"
    assert SESSION not in visitor.cookies
    assert visitor.get("/portal").location == "/portal/sign-in"


def test_an_authenticator_is_set_up_by_picture_or_by_hand(pool: Pool, visitor: Visitor) -> None:
    pool.deploy(require_mfa=True)
    page = enter(visitor)
    assert "<svg" in page.text
    assert " ".join(SECRET[at : at + 4] for at in range(0, 12, 4)) in page.text
    page = visitor.send("/portal/sign-in/authenticator", code=code_of())
    assert page.title == "First page | Hokan"
    assert "password alone" not in page.text


def test_a_wrong_first_code_sets_nothing_up(pool: Pool, visitor: Visitor) -> None:
    pool.deploy(require_mfa=True)
    enter(visitor)
    page = visitor.send("/portal/sign-in/authenticator", code=wrong_code())
    assert (page.status, page.title) == (401, "Error: Set up your authenticator | Hokan")
    assert SESSION not in visitor.cookies


def test_from_then_on_the_code_is_asked_for(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    assert enter(visitor).title == "Type the code | Hokan"
    assert visitor.send("/portal/sign-in/code", code=code_of()).title == "First page | Hokan"


def test_a_code_may_be_typed_with_a_japanese_keyboard(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    enter(visitor)
    wide = code_of().translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    page = visitor.send("/portal/sign-in/code", code=f"{wide[:3]}　{wide[3:]}")
    assert page.title == "First page | Hokan"


def test_a_wrong_code_lets_nobody_in(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    enter(visitor)
    page = visitor.send("/portal/sign-in/code", code=wrong_code())
    assert (page.status, page.title) == (401, "Error: Type the code | Hokan")
    assert SESSION not in visitor.cookies
    assert visitor.send("/portal/sign-in/code", code=code_of()).title == "First page | Hokan"


def test_whoever_knows_the_password_has_five_codes_too(pool: Pool, visitor: Visitor) -> None:
    """Beginning again gives no new tries."""
    add_authenticator(pool, visitor)
    for _ in range(TRIES):
        enter(visitor)
        assert "wrong" in alert(visitor.send("/portal/sign-in/code", code=wrong_code()))
    assert "too many" in alert(enter(visitor))


def test_cognitos_own_demand_for_an_authenticator_is_met(pool: Pool, visitor: Visitor) -> None:
    """With MfaConfiguration ON it asks by a challenge (MFA_SETUP), before there are tokens."""
    pool.deploy(require_mfa=True)
    enter(visitor, pool.add("new@aoba.example", is_new=True))
    assert choose(visitor, NEW_PASSWORD).title == "Set up your authenticator | Hokan"
    page = visitor.send("/portal/sign-in/authenticator", code=code_of())
    assert page.title == "First page | Hokan"


def test_a_person_may_set_up_an_authenticator_by_themselves(pool: Pool, visitor: Visitor) -> None:  # noqa: ARG001
    assert "password alone" in enter(visitor).text
    before = visitor.cookies[SESSION]
    visitor.go("/portal/authenticator")
    assert "wrong" in alert(visitor.send("/portal/authenticator", password="wrong"))
    page = visitor.send("/portal/authenticator", password=PASSWORD)
    assert page.title == "Set up your authenticator | Hokan"
    page = visitor.send("/portal/sign-in/authenticator", code=code_of())
    assert page.title == "First page | Hokan"
    assert visitor.cookies[SESSION] != before
    assert portal_store.visit(before) is None
    assert enter(Visitor()).title == "Type the code | Hokan"


# --- between the steps -------------------------------------------------------------------------

STEPS = ["new-password", "code", "authenticator"]


@pytest.mark.parametrize("step", STEPS)
def test_no_step_can_be_reached_from_nowhere(pool: Pool, visitor: Visitor, step: str) -> None:  # noqa: ARG001
    begin_again = "/portal/sign-in?why=took-too-long"
    assert visitor.get(f"/portal/sign-in/{step}").location == begin_again
    visitor.go("/portal/sign-in")
    form = {"code": code_of(), "password": NEW_PASSWORD, "again": NEW_PASSWORD}
    assert visitor.submit(f"/portal/sign-in/{step}", **form).location == begin_again
    assert SESSION not in visitor.cookies


def test_no_step_stands_in_for_another(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    enter(visitor)
    answer = visitor.submit("/portal/sign-in/authenticator", code=code_of())
    assert answer.location == "/portal/sign-in?why=took-too-long"


def test_a_step_ends_by_itself(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    enter(visitor)
    clock.move(11 * 60)
    answer = visitor.submit("/portal/sign-in/code", code=code_of())
    assert answer.location == "/portal/sign-in?why=took-too-long"


def test_a_step_is_taken_once(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    enter(visitor)
    step = visitor.cookies[SIGN_IN]
    visitor.send("/portal/sign-in/code", code=code_of())
    assert sign_in.kept(step) is None


def test_each_step_has_an_id_of_its_own(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    visitor.go("/portal/sign-in")
    before = visitor.cookies[SIGN_IN]
    visitor.send("/portal/sign-in", account="sato@aoba.example", password=PASSWORD)
    assert visitor.cookies[SIGN_IN] != before


def test_the_table_holds_nothing_that_lets_its_reader_in(pool: Pool, visitor: Visitor) -> None:
    """Not ids, not Cognito's session, not the secret of an authenticator."""
    pool.deploy(require_mfa=True)
    enter(visitor)
    reached = sign_in.kept(visitor.cookies[SIGN_IN])
    assert reached is not None
    rows = boto3.client("dynamodb").scan(TableName=settings().box_table)["Items"]
    kept = json.dumps(rows, default=lambda raw: raw.decode("latin-1"))
    for secret in (visitor.cookies[SIGN_IN], reached.access_token, reached.secret, PASSWORD):
        assert secret
        assert secret not in kept


def test_a_page_holds_nothing_of_what_was_reached(pool: Pool, visitor: Visitor) -> None:
    add_authenticator(pool, visitor)
    page = enter(visitor)
    reached = sign_in.kept(visitor.cookies[SIGN_IN])
    assert reached is not None
    for kept in (reached.session, visitor.cookies[SIGN_IN]):
        assert kept not in page.text


def test_a_challenge_nobody_knows_is_no_way_in(
    pool: Pool,  # noqa: ARG001
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from chalicelib.access.cognito import Answer as Told

    monkeypatch.setattr(
        "chalicelib.access.cognito.password", lambda *_: Told(challenge="SMS_MFA", session="s")
    )
    page = enter(visitor)
    assert (page.status, page.title) == (403, "You may not do this | Hokan")
    assert SESSION not in visitor.cookies


def test_cognito_being_busy_is_said_and_lets_nobody_in(
    pool: Pool,  # noqa: ARG001
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from botocore.exceptions import ClientError

    class Busy:
        def initiate_auth(self, **_: object) -> None:
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "InitiateAuth")

    monkeypatch.setattr("chalicelib.access.cognito._client", Busy)
    page = enter(visitor)
    assert (page.status, page.title) == (503, "Not available right now | Hokan")


def test_what_a_person_changes_of_their_account_is_audited(pool: Pool, visitor: Visitor) -> None:
    pool.deploy(require_mfa=True)
    enter(visitor, pool.add("new@aoba.example", is_new=True))
    choose(visitor, NEW_PASSWORD)
    visitor.send("/portal/sign-in/authenticator", code=code_of())
    actions = [event.action for _, event, _ in of_facility("provider")]
    assert actions == ["choose-password", "set-up-authenticator", "sign-in"]
