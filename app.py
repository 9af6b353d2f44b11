"""Everything that can wake Hokan up: HTTP routes by capability, queue messages, schedules."""

from __future__ import annotations

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, ConvertToMiddleware, Rate, SQSEvent

from chalicelib import operations
from chalicelib.access.api import routes as access
from chalicelib.access.front_pages import pages as front_pages
from chalicelib.access.pages import pages as sign_in_pages
from chalicelib.archive.api import routes as archive
from chalicelib.contracts.api import routes as contracts
from chalicelib.kernel import clock
from chalicelib.portal.pages import pages as portal_pages
from chalicelib.settings import settings
from chalicelib.telemetry import logger, publishing_metrics
from chalicelib.uploads import events as uploads
from chalicelib.uploads.api import routes as upload_routes
from chalicelib.web.problems import problems_only
from chalicelib.web.routes import correlated

clock.move(settings().clock_offset_seconds)

app = Chalice(app_name="hokan")
app.register_middleware(ConvertToMiddleware(logger.inject_lambda_context(clear_state=True)))
app.register_middleware(publishing_metrics)
app.register_middleware(correlated, "http")
app.register_middleware(problems_only, "http")

app.register_blueprint(access)
app.register_blueprint(contracts)
app.register_blueprint(upload_routes)
app.register_blueprint(archive)
app.register_blueprint(front_pages)
app.register_blueprint(sign_in_pages)
app.register_blueprint(portal_pages)


# The queue's address comes from infra/resources.yaml.
@app.on_sqs_message(
    queue_arn="arn:aws:sqs:ap-northeast-1:000000000000:ingest",
    batch_size=10,
    maximum_batching_window_in_seconds=1,
    name="ingest",
)
def ingest(event: SQSEvent) -> dict[str, Any]:
    """Objects arrived in S3: verify them, read what they are, mark them stored."""
    return uploads.objects_arrived(event.to_dict(), event.context)


@app.schedule(Rate(5, unit=Rate.MINUTES), name="sweep")
def sweep(event: CloudWatchEvent) -> dict[str, int]:
    """Every five minutes: find what events lost, release claims that ended."""
    context: Any = event.context
    return uploads.sweep_due(event.to_dict(), context.get_remaining_time_in_millis)


@app.lambda_function(name="operate")
def operate(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Operator commands, invoked by hand (python -m infra.operate)."""
    return operations.run(event)
