"""Everything that can wake Hokan up: HTTP routes by capability, queue messages, schedules."""

from __future__ import annotations

import gc

gc.disable()  # imports make no garbage worth looking for: a sixth of a cold start was the looking

from typing import Any

from chalice.app import Chalice, CloudWatchEvent, ConvertToMiddleware, Rate, SQSEvent

from chalicelib import minute, operations
from chalicelib.access.agent_pages import pages as agent_pages
from chalicelib.access.api import routes as access
from chalicelib.access.front_pages import pages as front_pages
from chalicelib.access.pages import pages as sign_in_pages
from chalicelib.access.people_pages import pages as people_pages
from chalicelib.album.api import routes as cases
from chalicelib.album.case_pages import pages as case_pages
from chalicelib.album.pages import pages as album_pages
from chalicelib.archive.api import routes as archive
from chalicelib.archive.quarantine_pages import pages as quarantine_pages
from chalicelib.areas.api import routes as areas
from chalicelib.areas.bin_pages import pages as area_bin_pages
from chalicelib.areas.node_pages import pages as area_node_pages
from chalicelib.areas.pages import pages as area_pages
from chalicelib.areas.people_pages import pages as area_people_pages
from chalicelib.areas.sending_api import routes as area_uploads
from chalicelib.areas.sending_pages import pages as area_sending_pages
from chalicelib.areas.sharing_pages import pages as area_sharing_pages
from chalicelib.billing import book_store, books
from chalicelib.billing.book_pages import pages as book_pages
from chalicelib.billing.debit_pages import pages as debit_pages
from chalicelib.billing.pages import pages as invoice_pages
from chalicelib.billing.payment_pages import pages as payment_pages
from chalicelib.billing.provider_pages import pages as billing_pages
from chalicelib.buffer.api import routes as captures
from chalicelib.buffer.keeping_pages import pages as capture_keeping_pages
from chalicelib.buffer.pages import pages as capture_pages
from chalicelib.buffer.phone_pages import pages as phone_pages
from chalicelib.charging.pages import pages as charging_pages
from chalicelib.charts.api import routes as charts
from chalicelib.charts.editing_pages import pages as chart_editing
from chalicelib.charts.pages import pages as chart_pages
from chalicelib.charts.taking_api import routes as chart_taking
from chalicelib.charts.taking_pages import pages as chart_taking_pages
from chalicelib.contracts.api import routes as contracts
from chalicelib.contracts.case_pages import pages as more_cases_pages
from chalicelib.contracts.changing_api import routes as contract_changes
from chalicelib.contracts.changing_pages import pages as changing_pages
from chalicelib.contracts.lasting_pages import pages as lasting_pages
from chalicelib.contracts.pages import pages as contract_pages
from chalicelib.contracts.patient_pages import pages as patient_pages
from chalicelib.contracts.purge_api import routes as purge_routes
from chalicelib.contracts.purge_pages import pages as purge_pages
from chalicelib.contracts.regions.pages import pages as region_pages
from chalicelib.contracts.signing_pages import pages as signing_pages
from chalicelib.dicomweb import api as dicomweb
from chalicelib.dicomweb import events as derived
from chalicelib.dicomweb.storing_api import routes as dicom_storing
from chalicelib.discs import events as discs
from chalicelib.discs.asking_pages import pages as disc_asking_pages
from chalicelib.discs.pages import pages as disc_pages
from chalicelib.discs.provider_pages import pages as disc_work_pages
from chalicelib.exports.choosing_pages import pages as choosing_pages
from chalicelib.exports.pages import pages as restore_pages
from chalicelib.inquiries.asking.api import routes as inquiries
from chalicelib.inquiries.asking.notice_api import routes as answer_notices
from chalicelib.inquiries.asking.own_pages import pages as own_inquiry_pages
from chalicelib.inquiries.asking.pages import pages as inquiry_pages
from chalicelib.inquiries.box.analysis_pages import pages as inquiry_analysis_pages
from chalicelib.inquiries.box.api import routes as inquiry_box
from chalicelib.inquiries.box.pages import pages as inquiry_box_pages
from chalicelib.inquiries.departments.api import routes as departments
from chalicelib.inquiries.departments.pages import pages as department_pages
from chalicelib.inquiries.departments.rule_pages import pages as inquiry_rule_pages
from chalicelib.inquiries.desk.api import routes as desks
from chalicelib.inquiries.desk.canned_pages import pages as canned_pages
from chalicelib.inquiries.desk.pages import pages as desk_pages
from chalicelib.inquiries.desk.writing_pages import pages as desk_writing_pages
from chalicelib.jobs.api import routes as job_routes
from chalicelib.jobs.pages import pages as job_pages
from chalicelib.kernel import clock
from chalicelib.network.api import routes as network_routes
from chalicelib.network.merge_pages import pages as merge_pages
from chalicelib.network.pages import pages as network_pages
from chalicelib.network.sharing_pages import pages as sharing_pages
from chalicelib.offline import events as offline
from chalicelib.patient_charts.pages import pages as patient_chart_pages
from chalicelib.patient_charts.prints.pages import pages as print_pages
from chalicelib.patient_charts.provider.identity_pages import pages as identity_pages
from chalicelib.patient_charts.sharing.own_pages import pages as own_pages
from chalicelib.patient_charts.sharing.pages import pages as share_pages
from chalicelib.patient_charts.sharing.shl_api import routes as health_links
from chalicelib.patient_charts.sharing.taking_pages import pages as taking_pages
from chalicelib.patient_charts.slips.access_pages import pages as patient_access_pages
from chalicelib.patient_charts.slips.pages import pages as slip_pages
from chalicelib.patient_charts.slips.patient_pages import pages as patients_own_pages
from chalicelib.portal.pages import pages as portal_pages
from chalicelib.portal.provider_pages import pages as provider_pages
from chalicelib.portal.queue_pages import pages as queue_pages
from chalicelib.purges import events as purges
from chalicelib.settings import settings
from chalicelib.telemetry import logger, publishing_metrics
from chalicelib.uploads import events as uploads
from chalicelib.uploads.api import routes as upload_routes
from chalicelib.web import printing
from chalicelib.web.problems import problems_only
from chalicelib.web.routes import anything_accepted, correlated

gc.freeze()  # nor does a later look go through what they left
gc.enable()

clock.move(settings().clock_offset_seconds)
books.keep(book_store.published)

app = Chalice(app_name="hokan")
# Chalice would take their bytes for text otherwise.
app.api.binary_types += [printing.KIND, *dicomweb.BINARY]
app.register_middleware(ConvertToMiddleware(logger.inject_lambda_context(clear_state=True)))
app.register_middleware(publishing_metrics)
app.register_middleware(correlated, "http")
app.register_middleware(anything_accepted, "http")
app.register_middleware(problems_only, "http")

app.register_blueprint(access)
app.register_blueprint(contracts)
app.register_blueprint(region_pages)
app.register_blueprint(contract_changes)
app.register_blueprint(purge_routes)
app.register_blueprint(job_routes)
app.register_blueprint(upload_routes)
app.register_blueprint(archive)
app.register_blueprint(cases)
app.register_blueprint(dicomweb.routes)
app.register_blueprint(dicom_storing)
app.register_blueprint(areas)
app.register_blueprint(area_uploads)
app.register_blueprint(captures)
app.register_blueprint(departments)
app.register_blueprint(desks)
app.register_blueprint(inquiries)
app.register_blueprint(inquiry_box)
app.register_blueprint(charts)
app.register_blueprint(chart_taking)
app.register_blueprint(front_pages)
app.register_blueprint(sign_in_pages)
app.register_blueprint(people_pages)
app.register_blueprint(agent_pages)
app.register_blueprint(portal_pages)
app.register_blueprint(queue_pages)
app.register_blueprint(quarantine_pages)
app.register_blueprint(invoice_pages)
app.register_blueprint(billing_pages)
app.register_blueprint(charging_pages)
app.register_blueprint(payment_pages)
app.register_blueprint(debit_pages)
app.register_blueprint(book_pages)
app.register_blueprint(identity_pages)
app.register_blueprint(contract_pages)
app.register_blueprint(patient_pages)
app.register_blueprint(chart_pages)
app.register_blueprint(chart_editing)
app.register_blueprint(chart_taking_pages)
app.register_blueprint(own_pages)
app.register_blueprint(print_pages)
app.register_blueprint(share_pages)
app.register_blueprint(taking_pages)
app.register_blueprint(health_links)
app.register_blueprint(patient_chart_pages)
app.register_blueprint(album_pages)
app.register_blueprint(case_pages)
app.register_blueprint(capture_pages)
app.register_blueprint(capture_keeping_pages)
app.register_blueprint(phone_pages)
app.register_blueprint(area_pages)
app.register_blueprint(area_node_pages)
app.register_blueprint(area_bin_pages)
app.register_blueprint(area_sharing_pages)
app.register_blueprint(area_people_pages)
app.register_blueprint(area_sending_pages)
app.register_blueprint(inquiry_pages)
app.register_blueprint(inquiry_box_pages)
app.register_blueprint(inquiry_analysis_pages)
app.register_blueprint(own_inquiry_pages)
app.register_blueprint(job_pages)
app.register_blueprint(answer_notices)
app.register_blueprint(network_routes)
app.register_blueprint(network_pages)
app.register_blueprint(sharing_pages)
app.register_blueprint(merge_pages)
app.register_blueprint(slip_pages)
app.register_blueprint(patient_access_pages)
app.register_blueprint(patients_own_pages)
app.register_blueprint(signing_pages)
app.register_blueprint(changing_pages)
app.register_blueprint(more_cases_pages)
app.register_blueprint(lasting_pages)
app.register_blueprint(purge_pages)
app.register_blueprint(provider_pages)
app.register_blueprint(restore_pages)
app.register_blueprint(choosing_pages)
app.register_blueprint(disc_pages)
app.register_blueprint(disc_asking_pages)
app.register_blueprint(disc_work_pages)
app.register_blueprint(desk_pages)
app.register_blueprint(desk_writing_pages)
app.register_blueprint(canned_pages)
app.register_blueprint(department_pages)
app.register_blueprint(inquiry_rule_pages)


# The queues' addresses come from infra/resources.yaml.
@app.on_sqs_message(
    queue_arn="arn:aws:sqs:ap-northeast-1:000000000000:ingest",
    batch_size=10,
    maximum_batching_window_in_seconds=1,
    name="ingest",
)
def ingest(event: SQSEvent) -> dict[str, Any]:
    """Objects arrived in S3: verify them, read what they are, mark them stored."""
    return uploads.objects_arrived(event.to_dict(), event.context)


@app.on_sqs_message(
    queue_arn="arn:aws:sqs:ap-northeast-1:000000000000:exports", batch_size=1, name="export"
)
def export(event: SQSEvent) -> dict[str, Any]:
    """Somebody asked for a restore as a ZIP: build it, with an album if they want one."""
    return offline.zip_wanted(event.to_dict(), event.context)


@app.on_sqs_message(
    queue_arn="arn:aws:sqs:ap-northeast-1:000000000000:discs", batch_size=1, name="media"
)
def media(event: SQSEvent) -> dict[str, Any]:
    """Discs are to be built: go on with the images of an order, as far as the time goes."""
    return discs.discs_wanted(event.to_dict(), event.context)


@app.on_sqs_message(
    queue_arn="arn:aws:sqs:ap-northeast-1:000000000000:purges", batch_size=1, name="purge"
)
def purge(event: SQSEvent) -> dict[str, Any]:
    """What an ended contract left is due to be deleted: delete it, and certify that."""
    return purges.purge_wanted(event.to_dict(), event.context)


@app.on_sqs_message(
    queue_arn="arn:aws:sqs:ap-northeast-1:000000000000:derive", batch_size=1, name="derive"
)
def derive(event: SQSEvent) -> dict[str, Any]:
    """A batch has ended, or somebody looks: make headers ready for viewers, and pictures."""
    return derived.derived_wanted(event.to_dict(), event.context)


@app.schedule(Rate(5, unit=Rate.MINUTES), name="sweep")
def sweep(event: CloudWatchEvent) -> dict[str, int]:
    """Every five minutes: find what events lost, release claims that ended."""
    context: Any = event.context
    return uploads.sweep_due(event.to_dict(), context.get_remaining_time_in_millis)


@app.schedule(Rate(1, unit=Rate.MINUTES), name="tick")
def tick(event: CloudWatchEvent) -> dict[str, int]:
    """Every minute: do what is due, such as making the jobs of nightly plans."""
    context: Any = event.context
    return minute.minute_due(event.to_dict(), context.get_remaining_time_in_millis)


@app.lambda_function(name="operate")
def operate(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Operator commands, invoked by hand (python -m infra.operate)."""
    return operations.run(event)
