"""
The patients of a target: who is backed up, and changing it one by one or by a list.

No patient's number stands in an address: a search is a form that is answered at once, and what was
checked travels in the form that agrees to it.
"""

from __future__ import annotations

from typing import Any

import msgspec
from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.contracts import patient_csv, patients, store
from chalicelib.contracts.answers import Answers
from chalicelib.contracts.patient_csv import MAX_PATIENT_ID, WrongLines
from chalicelib.contracts.patients import Book
from chalicelib.contracts.selection import MAX_LISTED
from chalicelib.kernel.errors import Conflict, HokanError, Invalid
from chalicelib.web.forms import one_line
from chalicelib.web.links import with_query

PATIENTS = "/portal/patients"
SHOWN = 100  # patients, or wrong lines, that one page names

pages = PageRoutes(__name__)


# --- who is backed up --------------------------------------------------------------------------


@pages.on("GET", PATIENTS, Operation.SEE_CATALOGUE)
def show_patients(visit: Visit) -> Response:
    """Show a target's patients, each with yes or no; without a target, ask which."""
    target_id = visit.asked("target") or _only_target(visit)
    if not target_id:
        found = list(store.storing_targets_of(visit.caller.facility_id))
        return visit.page("contracts/patient_targets.html", targets=found)
    return _list_page(visit, patients.book_of(visit.caller, target_id))


@pages.on("POST", PATIENTS + "/find", Operation.SEE_CATALOGUE)
def find_patient(visit: Visit) -> Response:
    """Show the patient of the number that was typed."""
    book, typed = _book(visit), one_line(visit.form.get("patient_id", ""))
    if not 1 <= len(typed) <= MAX_PATIENT_ID:
        refused = Invalid("a patient number has 1 to 64 characters", code="no-patient")
        return _list_page(visit, book, refused=refused)
    return _list_page(visit, book, typed=typed)


@pages.on("GET", PATIENTS + "/list", Operation.SEE_CATALOGUE)
def download_list(visit: Visit) -> Response:
    """Give the list as a file: of everybody, or of those the contract names."""
    book = patients.book_of(visit.caller, visit.asked("target"))
    is_named = visit.asked("view") == "named"
    try:
        listed = (patients.all_named if is_named else patients.all_known)(visit.caller, book)
    except Conflict as refused:
        return _list_page(visit, book, refused=refused)
    written = patient_csv.written(listed).decode()
    return visit.download("patients.csv", "text/csv; charset=utf-8", written)


# --- changing it -------------------------------------------------------------------------------


@pages.on("POST", PATIENTS + "/check", Operation.AMEND_CONTRACT)
def check(visit: Visit) -> Response:
    """Show what ticking some patients, or switching what becomes of new ones, would change."""
    book = _book(visit)
    try:
        return _check_page(visit, book, _ticked(visit))
    except (Invalid, Conflict) as refused:
        return _list_page(visit, book, refused=refused)


@pages.on("GET", PATIENTS + "/upload", Operation.AMEND_CONTRACT)
def ask_for_list(visit: Visit) -> Response:
    """Ask for a list of patients."""
    return _upload_page(visit, patients.book_of(visit.caller, visit.asked("target")))


@pages.on("POST", PATIENTS + "/upload", Operation.AMEND_CONTRACT, takes_files=True)
def take_list(visit: Visit) -> Response:
    """Show what a list, in a file or typed, would change."""
    book, typed = _book(visit), visit.form.get("typed", "")
    try:
        uploaded = visit.files.get("file", b"")
        text = patient_csv.text_of(uploaded) if uploaded else typed
        return _check_page(visit, book, patient_csv.read(text))
    except (Invalid, Conflict) as refused:
        return _upload_page(visit, book, typed=typed, refused=refused)


@pages.on("POST", PATIENTS + "/change", Operation.AMEND_CONTRACT, takes_files=True)
def change(visit: Visit) -> Response:
    """Change what was checked."""
    book, asked = _book(visit), _carried(visit)
    try:
        patients.change(visit.caller, book, asked, visit.form.get("terms_sha256", ""))
    except (Invalid, Conflict) as refused:
        if refused.code != "nothing-changes":  # a second click changes nothing, and is done
            return _list_page(visit, book, refused=refused)
    return visit.redirect(with_query(PATIENTS, target=book.target.target_id, done="changed"))


# --- pages -------------------------------------------------------------------------------------


def _list_page(
    visit: Visit, book: Book, *, typed: str = "", refused: HokanError | None = None
) -> Response:
    """Show a page of the list, or the one patient whose number was *typed*."""
    is_named, cursor = visit.asked("view") == "named", visit.asked("cursor") or None
    if typed:
        rows, following = [patients.find(visit.caller, book, typed)], None
    else:
        listed = patients.named if is_named else patients.known
        rows, following = listed(visit.caller, book, cursor)
    return visit.page(
        "contracts/patients.html",
        **_refusal(refused),
        book=book,
        rows=rows,
        cursor=following,
        view="named" if is_named else "known",
        typed=typed,
        done=visit.asked("done"),
        has_others=_only_target(visit) == "",
    )


def _check_page(visit: Visit, book: Book, asked: Answers) -> Response:
    planned = patients.plan(visit.caller, book, asked)
    return visit.page(
        "contracts/patients_check.html",
        book=book,
        planned=planned,
        answers=msgspec.json.encode(planned.answers, order="sorted").decode(),
        shown=SHOWN,
    )


def _upload_page(
    visit: Visit, book: Book, *, typed: str = "", refused: HokanError | None = None
) -> Response:
    wrong = refused.lines if isinstance(refused, WrongLines) else []
    return visit.page(
        "contracts/patients_upload.html",
        **_refusal(refused),
        book=book,
        example=patient_csv.EXAMPLE,
        typed=typed,
        wrong=wrong[:SHOWN],
        more_wrong=max(len(wrong) - SHOWN, 0),
    )


def _refusal(refused: HokanError | None) -> dict[str, Any]:
    return {
        "status": refused.status if refused else 200,
        "refused": refused.code if refused else "",
        "limit": MAX_LISTED,
    }


# --- what came in ------------------------------------------------------------------------------


def _book(visit: Visit) -> Book:
    return patients.book_of(visit.caller, visit.form.get("target", ""))


def _only_target(visit: Visit) -> str:
    """Return the facility's target where it has just one, under contract; else nothing."""
    found = list(store.storing_targets_of(visit.caller.facility_id))
    return found[0].target_id if len(found) == 1 and found[0].contract else ""


def _ticked(visit: Visit) -> Answers:
    """Return what the list's form asks for; raises Invalid where nothing was ticked."""
    form = visit.form
    chosen = frozenset(value for name, value in form.items() if name.startswith("patient-"))
    match form.get("answer", ""):
        case "yes" if chosen:
            return Answers(yes=chosen)
        case "no" if chosen:
            return Answers(no=chosen)
        case "new-yes":
            return Answers(new=True)
        case "new-no":
            return Answers(new=False)
    raise Invalid("choose at least one patient", code="nobody-chosen")


def _carried(visit: Visit) -> Answers:
    """Return what the page that checked it put into its form."""
    try:
        return msgspec.json.decode(visit.form.get("answers", "").encode(), type=Answers)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise Invalid("this is no form of ours") from None
