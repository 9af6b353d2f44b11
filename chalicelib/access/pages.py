"""Signing in to the portal, step by step, and out; the second factor."""

from __future__ import annotations

from typing import Any

from chalice.app import Response

from chalicelib.access import authenticator, portal_store, service, sign_in
from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.access.sign_in import SignIn, Step
from chalicelib.kernel.errors import HokanError, Invalid, Unauthenticated
from chalicelib.web import cookies, forms, links

HOUR_SECONDS = 3600  # a sign-in page may stand open so long; a step ends earlier, see sign_in.py
MAX_ACCOUNT, MAX_PASSWORD = 254, 256  # an address's limit (RFC 5321), and Cognito's

TEMPLATES = {
    Step.NEW_PASSWORD: "access/new_password.html",
    Step.CODE: "access/code.html",
    Step.AUTHENTICATOR: "access/set_up_authenticator.html",
}

pages = PageRoutes(__name__)


# --- signing in --------------------------------------------------------------------------------


@pages.on("GET", "/portal/sign-in", Operation.SIGN_IN)
def ask_password(visit: Visit) -> Response:
    """Ask for account and password."""
    if visit.session_id:
        return visit.redirect(links.local(visit.asked("next")))
    _have_sign_in_id(visit)
    return _password_page(visit, next_page=links.local(visit.asked("next")))


@pages.on("POST", "/portal/sign-in", Operation.SIGN_IN)
def take_password(visit: Visit) -> Response:
    """Try account and password."""
    account, next_page = _account(visit), links.local(visit.form.get("next", ""))
    try:
        reached = sign_in.begin(account, _password(visit, "password"), next_page=next_page)
    except Unauthenticated as refused:
        return _password_page(visit, next_page=next_page, typed=account, refused=refused)
    return _go_on(visit, reached)


@pages.on("GET", "/portal/sign-in/new-password", Operation.SIGN_IN)
def ask_new_password(visit: Visit) -> Response:
    """Ask for a password of one's own, at the first sign-in."""
    return _step_page(visit, Step.NEW_PASSWORD)


@pages.on("POST", "/portal/sign-in/new-password", Operation.SIGN_IN)
def take_new_password(visit: Visit) -> Response:
    """Replace the password the provider gave."""
    try:
        reached = _reached(visit, Step.NEW_PASSWORD)
        return _go_on(visit, sign_in.choose_password(reached, _new_password(visit)))
    except (Invalid, Unauthenticated) as refused:
        return _step_page(visit, Step.NEW_PASSWORD, refused)


@pages.on("GET", "/portal/sign-in/code", Operation.SIGN_IN)
def ask_code(visit: Visit) -> Response:
    """Ask for the code of the authenticator."""
    return _step_page(visit, Step.CODE)


@pages.on("POST", "/portal/sign-in/code", Operation.SIGN_IN)
def take_code(visit: Visit) -> Response:
    """Try the code."""
    try:
        return _go_on(visit, sign_in.enter_code(_reached(visit, Step.CODE), _code(visit)))
    except Unauthenticated as refused:
        return _step_page(visit, Step.CODE, refused)


@pages.on("GET", "/portal/sign-in/authenticator", Operation.SIGN_IN)
def show_secret(visit: Visit) -> Response:
    """Show the secret of a new authenticator, and ask for its first code."""
    return _step_page(visit, Step.AUTHENTICATOR)


@pages.on("POST", "/portal/sign-in/authenticator", Operation.SIGN_IN)
def take_first_code(visit: Visit) -> Response:
    """Try the first code of a new authenticator."""
    try:
        reached = _reached(visit, Step.AUTHENTICATOR)
        return _go_on(visit, sign_in.set_up_authenticator(reached, _code(visit)))
    except Unauthenticated as refused:
        return _step_page(visit, Step.AUTHENTICATOR, refused)


# --- once signed in ----------------------------------------------------------------------------


@pages.on("GET", "/portal/authenticator", Operation.SET_UP_AUTHENTICATOR)
def ask_password_again(visit: Visit) -> Response:
    """Ask for the password again before the second factor changes."""
    return visit.page("access/authenticator.html", refused="")


@pages.on("POST", "/portal/authenticator", Operation.SET_UP_AUTHENTICATOR)
def begin_authenticator(visit: Visit) -> Response:
    """Begin to set up an authenticator, for the account that is signed in."""
    try:
        reached = sign_in.begin(
            visit.account, _password(visit, "password"), next_page=links.HOME, is_setting_up=True
        )
    except Unauthenticated as refused:
        return visit.page("access/authenticator.html", status=401, refused=refused.code)
    return _go_on(visit, reached)


@pages.on("POST", "/portal/sign-out", Operation.SIGN_OUT)
def sign_out(visit: Visit) -> Response:
    """End the session that asks."""
    portal_store.end_visit(visit.session_id)
    visit.cookies.append(cookies.forgotten(cookies.SESSION))
    return visit.redirect(links.with_query(links.SIGN_IN, why="signed-out"))


# --- pieces ------------------------------------------------------------------------------------


def _go_on(visit: Visit, reached: SignIn) -> Response:
    """Lead to the next step, or, after the last, inside."""
    answer = _inside(visit, reached) if reached.step is Step.DONE else _next_step(visit, reached)
    portal_store.end_sign_in(visit.sign_in_id)  # a step is taken once
    return answer


def _next_step(visit: Visit, reached: SignIn) -> Response:
    """Lead to the next step, which gets an id of its own."""
    step_id = sign_in.keep(reached)
    visit.cookies.append(cookies.kept(cookies.SIGN_IN, step_id, seconds=HOUR_SECONDS))
    return visit.redirect(f"{links.SIGN_IN}/{reached.step}")


def _inside(visit: Visit, reached: SignIn) -> Response:
    """Begin a session, under an id nobody has seen before."""
    session_id = service.enter_portal(
        reached.id_token,
        account=reached.account,
        proved_twice=reached.proved_twice,
        changed=reached.changed,
    )
    if visit.session_id:
        portal_store.end_visit(visit.session_id)
    begun = cookies.kept(cookies.SESSION, session_id)
    visit.cookies += [begun, cookies.forgotten(cookies.SIGN_IN)]
    return visit.redirect(reached.next)


def _reached(visit: Visit, step: Step) -> SignIn:
    """Return how far this browser has come; raises Unauthenticated unless it is at *step*."""
    found = sign_in.kept(visit.sign_in_id)
    if found is None or found.step is not step:
        raise Unauthenticated("this sign-in took too long; begin again", code="sign-in-over")
    return found


def _step_page(visit: Visit, step: Step, refused: HokanError | None = None) -> Response:
    """Show *step*; whoever is not there begins again."""
    reached = sign_in.kept(visit.sign_in_id)
    is_over = refused is not None and refused.code == "sign-in-over"
    if reached is None or reached.step is not step or is_over:
        return visit.redirect(links.with_query(links.SIGN_IN, why="took-too-long"))
    values: dict[str, Any] = {"refused": refused.code if refused else "", "typed": reached.account}
    if step is Step.AUTHENTICATOR:
        values["secret"] = authenticator.in_groups(reached.secret)
        values["qr"] = authenticator.qr(reached.account, reached.secret)
    status = refused.status if refused else 200
    return visit.page(TEMPLATES[step], status=status, **values)


def _password_page(
    visit: Visit, *, next_page: str, typed: str = "", refused: HokanError | None = None
) -> Response:
    return visit.page(
        "access/sign_in.html",
        status=refused.status if refused else 200,
        refused=refused.code if refused else "",
        why=visit.asked("why"),
        typed=typed,
        next_page=next_page,
    )


def _have_sign_in_id(visit: Visit) -> None:
    """Give the browser an id that its sign-in form is bound to, unless it has one."""
    visit.sign_in_id = visit.sign_in_id or sign_in.new_id()
    kept = cookies.kept(cookies.SIGN_IN, visit.sign_in_id, seconds=HOUR_SECONDS)
    visit.cookies.append(kept)


def _account(visit: Visit) -> str:
    return forms.one_line(visit.form.get("account", ""))[:MAX_ACCOUNT]


def _password(visit: Visit, name: str) -> str:
    return visit.form.get(name, "")[:MAX_PASSWORD]


def _new_password(visit: Visit) -> str:
    """Return the password that was typed twice; raises Invalid when it was not."""
    password = _password(visit, "password")
    if password != _password(visit, "again"):
        raise Invalid("the two passwords differ", code="passwords-differ")
    return password


def _code(visit: Visit) -> str:
    return forms.one_line(visit.form.get("code", "")).replace(" ", "")[:8]
