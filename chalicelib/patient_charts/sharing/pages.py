"""What a shared link shows: a document, or one and the same page that there is nothing."""

from __future__ import annotations

from chalice.app import Response

from chalicelib.access.page_guard import PageRoutes, Visit
from chalicelib.access.policy import Operation
from chalicelib.charts import documents
from chalicelib.kernel.errors import NotFound
from chalicelib.patient_charts.page import document, gathering
from chalicelib.patient_charts.provider.identities import identity
from chalicelib.patient_charts.sharing import service as sharing

SHARED = "/s/{share_id}"
# No other site learns of the link, and no search engine keeps what it shows.
HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive"}

pages = PageRoutes(__name__)


@pages.on("GET", SHARED, Operation.OPEN_SHARED)
def show_shared(visit: Visit, share_id: str) -> Response:
    """Show what a patient shared; this is one of the link's openings."""
    try:
        answer = _shown(visit, share_id)
    except NotFound:
        answer = visit.page("patient_charts/nothing_shared.html", status=404, provider=identity())
    answer.headers.update(HEADERS)
    return answer


def _shown(visit: Visit, secret: str) -> Response:
    share, release = sharing.opened(secret)
    sheet = gathering.sheet(release, "presigned")
    answer = visit.page(
        "patient_charts/shared.html",
        ends_at=documents.local(release.facility_id, share.ends_at),
        **document.values(sheet),
    )
    return document.with_pictures(answer)
