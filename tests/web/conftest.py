"""Every page of the portal, as a browser gets it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.access.model import Role
from chalicelib.access.sign_in import SignIn, Step, keep
from chalicelib.billing import payment_store
from chalicelib.billing.debits import collect, set_mandate
from chalicelib.billing.payments import import_statement
from chalicelib.contracts.model import TargetKind
from chalicelib.contracts.page_forms import USUAL_OF
from chalicelib.kernel import clock
from chalicelib.web.cookies import SIGN_IN
from tests.inquiries.asked import INQUIRIES, NEW, at_inquiries, filed_by, form_on, latest
from tests.inquiries.scene import answered
from tests.support.invoices import ACCOUNT, OPERATOR, issuer_fields, late_invoice_of
from tests.support.pool import make_pool
from tests.support.queue import Queue
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import World
from tests.support.world import sign as sign_special

Pages = Callable[[str], dict[str, Answer]]
SHOWN: dict[str, dict[str, Answer]] = {}


BACKUP_FIELDS = USUAL_OF[TargetKind.MASS_STORAGE]


@pytest.fixture
def pages(request: pytest.FixtureRequest) -> Pages:
    """What returns every page in a language; they are asked for once."""

    def every_page(language: str) -> dict[str, Answer]:
        if language not in SHOWN:
            SHOWN[language] = shown(request.getfixturevalue("world"), language)
        return SHOWN[language]

    return every_page


def shown(world: World, language: str) -> dict[str, Answer]:
    """Ask for every page, in *language*."""
    make_pool()
    second = world.operator.post("/facilities", {"name": "青葉クリニック"}, status=201)
    operator = signed_in(Role.OPERATOR, proved_twice=False)
    admin = signed_in(Role.FACILITY_ADMIN, world.facility_id)
    doctor = signed_in(Role.DOCTOR, second["facility_id"], proved_twice=False)
    for each in (operator, admin, doctor):
        each.language = language
    return {
        **{f"sign-in {why}": stranger(language, why) for why in ("", "ended", "signed-out")},
        "refused": refused(language),
        **{f"step {step}": at_step(language, step) for step in Step if step is not Step.DONE},
        "home of the provider": operator.get("/portal"),
        "home of a facility": admin.get("/portal"),
        "home without targets": doctor.get("/portal"),
        "authenticator": admin.get("/portal/authenticator"),
        "first authenticator": doctor.get("/portal/authenticator"),
        "not found": admin.get("/static/none.css"),
        "foreign form": admin.post("/portal/sign-out", {}),
        **backup_pages(world, admin),
        **patient_pages(world, admin),
        **care_pages(world, operator),
        **billing_pages(world, admin, operator),
        **contract_pages(world, admin, operator),
        **inquiry_pages(world, language),
    }


def inquiry_pages(world: World, language: str) -> dict[str, Answer]:
    """Ask for the pages of inquiries, of which one was answered and one is refused."""
    doctor = at_inquiries(world, language)
    path = filed_by(doctor)
    answered(latest(world))
    return {
        "inquiries": doctor.get(INQUIRIES),
        "an inquiry with an answer": doctor.get(path),
        "an inquiry refused": doctor.upload(NEW, form_on(doctor) | {"subject": ""}, {}),
    }


def backup_pages(world: World, admin: Visitor) -> dict[str, Answer]:
    """Ask for the pages of backup jobs: one that is over, and one that runs."""
    none = admin.get("/portal/jobs")
    jobs = f"/portal/targets/{world.target_id}/jobs"
    world.admin.post(f"/targets/{world.target_id}/jobs", status=201)
    job_id = world.take()["job_id"]
    path = f"/targets/{world.target_id}/batches"
    batch_id = world.agent.post(path, {"job_id": job_id}, status=201)["batch_id"]
    world.finish(batch_id, [{"path": "E-1/a", "reason": "unreadable"}])
    return {
        "no backups": none,
        "backups": admin.get("/portal/jobs?done=asked"),
        "backups reloading": admin.get("/portal/jobs?watch=yes"),
        "one backup": admin.get(f"/portal/jobs/{job_id}"),
        "all backups": admin.get(jobs),
        "home while one runs": admin.get("/portal"),
    }


def patient_pages(world: World, admin: Visitor) -> dict[str, Answer]:
    """Ask for the pages about a target's patients."""
    patients, target = "/portal/patients", {"target": world.target_id}
    upload = f"{patients}/upload?target={world.target_id}"
    none = admin.get(patients)
    files = {"P-1/a": b"one"}
    world.back_up(files, id="E-P", patient={"id": "P-1", "name": "YAMADA^TARO=山田^太郎"})
    return {
        "no patients": none,
        "patients": admin.get(f"{patients}?done=changed&target={world.target_id}"),
        "patient found": admin.submit(f"{patients}/find", **target, patient_id="P-2"),
        "nobody chosen": admin.submit(f"{patients}/check", **target),
        "checking patients": admin.submit(
            f"{patients}/check", **target, answer="no", **{"patient-1": "P-1", "patient-2": "P-2"}
        ),
        "checking new ones": admin.submit(f"{patients}/check", **target, answer="new-no"),
        "handing in a list": admin.get(upload),
        "a list refused": admin.submit(
            f"{patients}/upload", **target, typed="patient_id,backed_up\nP-1,maybe"
        ),
    }


def care_pages(world: World, operator: Visitor) -> dict[str, Answer]:
    """Ask for the pages on which the provider sees what went wrong."""
    empty = {
        f"no {name}": operator.get(f"/portal/{name}") for name in ("missed", "queues", "quarantine")
    }
    Queue(world).put_dead(["{}"])
    world.put_object("0" * 64, b"nobody announced this")
    world.arrived("0" * 64)
    return empty | {
        "queues": operator.get("/portal/queues?sent=1"),
        "sending back": operator.get("/portal/queues/ingest/send-back"),
        "quarantine": operator.get("/portal/quarantine"),
    }


def billing_pages(world: World, admin: Visitor, operator: Visitor) -> dict[str, Answer]:
    """Ask for the pages of invoices and payments, for the admin and the provider."""
    issuer = "/portal/billing/issuer"
    unknown = {
        "nobody issues": operator.get("/portal/billing/invoices"),
        "issuer": operator.get(issuer),
        "issuer refused": operator.submit(issuer, **dict.fromkeys(issuer_fields(), "?")),
        "regions": operator.get("/portal/provider/regions"),
        "regions refused": operator.submit(
            "/portal/provider/regions", revision="0", economy="much"
        ),
        "who patients see": operator.get("/portal/provider/identity"),
        "who patients see refused": operator.submit("/portal/provider/identity", revision="0"),
    }
    late = late_invoice_of(world.facility_id)
    import_statement(OPERATOR, "date,payer,amount,number\n2026-11-20,ｱｵﾊﾞ,500,1\n".encode())
    (waiting,) = payment_store.work_page(None, 1)[0]
    path = f"/portal/billing/facilities/{world.facility_id}/invoices/{late}"
    payments = "/portal/billing/payments"
    payment = f"{payments}/{waiting.receipt_id}"
    return unknown | {
        "invoices": admin.get("/portal/invoices"),
        "invoice": admin.get(f"/portal/invoices/{late}"),
        "statement": admin.get("/portal/statement?month=2026-11"),
        "overdue invoices": operator.get("/portal/billing/invoices?state=overdue"),
        "invoice for the provider": operator.get(f"{path}?done=paid"),
        "payment refused": operator.submit(f"{path}/payment", amount="?"),
        "payments": operator.get(f"{payments}?done=imported&new=1"),
        "all payments": operator.get(f"{payments}?show=all"),
        "statement refused": operator.upload(
            payments, {"csrf": operator.token}, {"file": b"date\n1"}
        ),
        "one payment": operator.get(f"{payment}?facility={world.facility_id}"),
        "direct debits": operator.get("/portal/billing/debits"),
        "direct debits refused": operator.submit("/portal/billing/debits", on="?"),
        "no mandate": operator.get(f"/portal/billing/facilities/{world.facility_id}/mandate"),
        **run_pages(world, operator),
        "no invoice chosen": operator.submit(f"{payment}/assign"),
    }


def run_pages(world: World, operator: Visitor) -> dict[str, Answer]:
    """Ask for a run of direct debits, and hand in a wrong answer to it."""
    set_mandate(OPERATOR, world.facility_id, ACCOUNT)
    run = collect(OPERATOR, clock.now().date() + timedelta(days=30))
    path = f"/portal/billing/debits/{run.number}"
    token = operator.token
    return {
        "run of debits": operator.get(f"{path}?done=answered&no0=1&no1=2"),
        "results refused": operator.upload(f"{path}/results", {"csrf": token}, {"file": b"1"}),
        "mandate": operator.get(f"/portal/billing/facilities/{world.facility_id}/mandate"),
    }


def contract_pages(world: World, admin: Visitor, operator: Visitor) -> dict[str, Answer]:
    """Ask for the pages of targets and contracts, for the admin and the provider."""
    added = world.admin.post(
        "/targets", {"name": "超音波検査室", "kind": "mass_storage"}, status=201
    )
    sign = f"/portal/targets/{added['target_id']}/sign"
    contract = f"/portal/contracts/{world.contract_id}"
    special = {"unit_price_yen": "900", "patients": "listed", "patient_ids": "1\n2"}
    found = {
        "targets": admin.get("/portal/targets"),
        "target refused": admin.submit("/portal/targets", name=" "),
        "signing": admin.get(sign),
        "signing refused": admin.submit(sign, **dict.fromkeys(BACKUP_FIELDS, "?")),
        "checking": admin.submit(sign),
        "checking special terms": admin.submit(sign, **special),
        "terms that changed": admin.submit(sign, step="sign"),
        "contract": admin.get(f"{contract}?done=signed"),
        "changing": admin.get(f"{contract}/change"),
        "changing refused": admin.submit(f"{contract}/change"),
        "checking a change": admin.submit(f"{contract}/change", capacity="300"),
        "cancelling": admin.get(f"{contract}/cancel"),
        "cancelling refused": admin.submit(f"{contract}/cancel", policy="?"),
        "confirming": admin.submit(f"{contract}/cancel", policy="short_rate"),
        "nothing waits": operator.get("/portal/accepting"),
    }
    world.target_id = added["target_id"]
    sign_special(world, accept=False)
    path = f"/portal/facilities/{world.facility_id}/contracts/{world.contract_id}/decline"
    return found | {
        "what waits": operator.get("/portal/accepting"),
        "no reason": operator.submit(path, terms_sha256=shown_sha256(operator)),
        "contract that waits": admin.get(f"/portal/contracts/{world.contract_id}"),
        "facilities": operator.get("/portal/facilities"),
        "facility refused": operator.submit("/portal/facilities", name="A", zone="Nowhere"),
        "facility": operator.get(f"/portal/facilities/{world.facility_id}?done=added"),
    }


def shown_sha256(visitor: Visitor) -> str:
    """Return the digest of the terms on the page that is open."""
    found = re.search(
        r'name="terms_sha256" value="(\w+)"', visitor.page.text if visitor.page else ""
    )
    return found[1] if found else ""


def stranger(language: str, why: str) -> Answer:
    return Visitor(language=language).get(f"/portal/sign-in?why={why}")


def refused(language: str) -> Answer:
    visitor = Visitor(language=language)
    visitor.get("/portal/sign-in")
    return visitor.submit("/portal/sign-in", account="a@b.example", password="wrong")


def at_step(language: str, step: Step) -> Answer:
    kept = keep(
        SignIn(step=step, account="a@b.example", username="a", next="/portal", secret="ABCDEFGH")
    )
    visitor = Visitor(language=language, cookies={SIGN_IN: kept})
    return visitor.get(f"/portal/sign-in/{step}")
