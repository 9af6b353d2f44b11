"""Charts of other systems over HTTP."""

from __future__ import annotations

from typing import Annotated

import msgspec

from chalicelib.access.guard import GuardedRoutes
from chalicelib.access.model import Caller
from chalicelib.access.policy import Operation
from chalicelib.charts import taking
from chalicelib.charts.api import CHART, TARGET, Revision, ShownChart, shown
from chalicelib.web.bodies import Body

routes = GuardedRoutes(__name__)

# Kept as it came: the digits of its numbers are read as they were written.
SentJson = Annotated[msgspec.Raw, msgspec.Meta(extra_json_schema={"type": "object"})]


class SentBundle(Body):
    """
    Attributes:
        revision: Of the chart as its writer saw it; 0 where there was none.
        bundle: FHIR R4, of type document or collection.
    """

    bundle: SentJson
    revision: Revision = 0


class SentTable(Body):
    csv: str


class TakenBundle(msgspec.Struct, frozen=True, kw_only=True):
    """
    Attributes:
        left_out: What of the Bundle was not taken over, and why.
    """

    chart: ShownChart
    left_out: list[str]


class TakenTable(msgspec.Struct, frozen=True):
    charts: list[ShownChart]


@routes.on("POST", CHART + "/fhir", Operation.WRITE_CHARTS, body=SentBundle, problems=(409,))
def take_bundle(
    caller: Caller, sent: SentBundle, target_id: str, examination_id: str
) -> TakenBundle:
    """Save what a FHIR Bundle records as the draft of a chart."""
    found = taking.fhir(caller, target_id, examination_id, sent.revision, bytes(sent.bundle))
    return TakenBundle(chart=shown(found.record), left_out=found.left_out)


@routes.on("POST", TARGET + "/charts/csv", Operation.WRITE_CHARTS, body=SentTable, problems=(409,))
def take_table(caller: Caller, sent: SentTable, target_id: str) -> TakenTable:
    """Save findings of a CSV file as drafts, all or none."""
    return TakenTable([shown(each) for each in taking.csv(caller, target_id, sent.csv)])
