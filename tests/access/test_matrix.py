"""Every route, called as every kind of caller: what this table does not allow is refused."""

from __future__ import annotations

import pytest
from chalice.test import HTTPResponse

from chalicelib.access.guard import OPERATIONS
from chalicelib.access.model import Caller, Role
from chalicelib.access.policy import POLICY, Operation
from chalicelib.buffer import pairing
from chalicelib.buffer.model import Buffer, Camera
from chalicelib.discs import service as discs
from chalicelib.discs.model import Wanted
from chalicelib.inquiries.departments import service as departments
from chalicelib.patient_charts.slips.service import Place
from chalicelib.web import files
from tests.api.area_scene import area_bodies
from tests.buffer.scene import a_jpeg, an_endoscope, doctor, send
from tests.buffer.visiting import at_captures, paired
from tests.charts.scene import A_BUNDLE, CHART, PICTURE, TABLE, amending, examined, plain
from tests.dicomweb.scene import back_up, uids_of
from tests.dicomweb.sending import an_instance, in_parts, post
from tests.exports.scene import asked
from tests.inquiries.desk_scene import CLERK, employed
from tests.inquiries.scene import answered, desk, filed, sent
from tests.inquiries.scene import doctor as asker
from tests.network.scene import across_facilities
from tests.patient_charts.scene import released
from tests.patient_charts.slip_scene import at_door, handed, inside, issue
from tests.purges.scene import with_certificate
from tests.support.invoices import an_invoice_of
from tests.support.people import Anonymous, a_person, staff
from tests.support.pool import make_pool
from tests.support.visitor import Answer, Visitor, signed_in
from tests.support.world import COUNTS, World, build

CALLERS = ("anonymous", "operator", "admin", "doctor", "agent")

# Who may call it; "-" may not.
MATRIX = """
GET    /health                                                      anonymous operator admin doctor agent
GET    /openapi.json                                                anonymous operator admin doctor agent
POST   /sessions                                                    anonymous operator admin doctor agent
DELETE /sessions                                                    -         operator admin doctor -
GET    /me                                                          -         operator admin doctor agent
POST   /facilities                                                  -         operator -     -      -
GET    /facilities                                                  -         operator -     -      -
POST   /agent-codes                                                 -         -        admin -      -
POST   /agents                                                      anonymous operator admin doctor agent
GET    /agents                                                      -         -        admin -      -
DELETE /agents/{agent_id}                                           -         -        admin -      -
GET    /agent                                                       -         -        -     -      agent
POST   /targets                                                     -         -        admin -      -
GET    /targets                                                     -         -        admin doctor -
GET    /targets/{target_id}/usage                                   -         -        admin doctor -
POST   /quotes                                                      -         -        admin -      -
POST   /contracts                                                   -         -        admin -      -
GET    /contracts                                                   -         -        admin doctor -
GET    /contracts/{contract_id}                                     -         -        admin doctor -
GET    /contracts/{contract_id}/versions                            -         -        admin doctor -
POST   /contracts/{contract_id}/amendments/quote                    -         -        admin -      -
POST   /contracts/{contract_id}/amendments                          -         -        admin -      -
POST   /contracts/{contract_id}/cancellation/quote                  -         -        admin -      -
POST   /contracts/{contract_id}/cancellation                        -         -        admin -      -
POST   /contracts/{contract_id}/pause                               -         -        admin -      -
POST   /contracts/{contract_id}/resume                              -         -        admin -      -
POST   /contracts/{contract_id}/renewal/quote                       -         -        admin -      -
POST   /contracts/{contract_id}/renewal                             -         -        admin -      -
POST   /contracts/{contract_id}/end                                 -         -        admin -      -
GET    /contracts/{contract_id}/certificate                         -         -        admin doctor -
POST   /facilities/{facility_id}/targets/{target_id}/hold           -         operator -     -      -
POST   /facilities/{facility_id}/targets/{target_id}/hold/lift      -         operator -     -      -
GET    /facilities/{facility_id}/contracts                          -         operator -     -      -
POST   /facilities/{facility_id}/contracts/{contract_id}/accept     -         operator -     -      -
POST   /facilities/{facility_id}/contracts/{contract_id}/decline    -         operator -     -      -
GET    /agent/answers                                               -         -        -     -      agent
POST   /agent/answers/{inquiry_id}/shown                            -         -        -     -      agent
POST   /agent/poll                                                  -         -        -     -      agent
POST   /agent/jobs/{job_id}/take                                    -         -        -     -      agent
POST   /agent/jobs/{job_id}/progress                                -         -        -     -      agent
POST   /agent/jobs/{job_id}/finish                                  -         -        -     -      agent
POST   /targets/{target_id}/jobs                                    -         -        admin doctor -
GET    /targets/{target_id}/jobs                                    -         -        admin doctor -
GET    /targets/{target_id}/jobs/{job_id}                           -         -        admin doctor -
GET    /missed-jobs                                                 -         operator -     -      -
POST   /targets/{target_id}/batches                                 -         -        -     -      agent
PUT    /targets/{target_id}/batches/{batch_id}/chunks/{number}      -         -        -     -      agent
POST   /targets/{target_id}/batches/{batch_id}/urls                 -         -        -     -      agent
POST   /targets/{target_id}/batches/{batch_id}/multipart/{sha256}   -         -        -     -      agent
POST   /targets/{target_id}/batches/{batch_id}/multipart/{sha256}/parts    -  -        -     -      agent
POST   /targets/{target_id}/batches/{batch_id}/multipart/{sha256}/complete -  -        -     -      agent
POST   /targets/{target_id}/batches/{batch_id}/finish               -         -        -     -      agent
POST   /targets/{target_id}/stored                                  -         -        -     -      agent
GET    /targets/{target_id}/patients                                -         -        admin doctor -
GET    /targets/{target_id}/patients/{patient_key}/examinations     -         -        admin doctor -
GET    /targets/{target_id}/examinations                            -         -        admin doctor -
GET    /targets/{target_id}/examinations/{examination_id}           -         -        admin doctor -
GET    /targets/{target_id}/batches                                 -         -        admin doctor -
GET    /dicom-web/targets/{target_id}/studies - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study} - - admin doctor -
POST   /dicom-web/targets/{target_id}/studies - - admin - agent
POST   /dicom-web/targets/{target_id}/studies/{study} - - admin - agent
GET    /dicom-web/targets/{target_id}/studies/{study}/metadata - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/instances - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series} - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/metadata - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance} - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance}/metadata - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance}/frames/{frames} - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance}/frames/{frames}/rendered - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance}/rendered - - admin doctor -
GET    /dicom-web/targets/{target_id}/studies/{study}/series/{series}/instances/{instance}/thumbnail - - admin doctor -
GET    /targets/{target_id}/examinations/{examination_id}/chart     -         -        admin doctor -
PUT    /targets/{target_id}/examinations/{examination_id}/chart     -         -        admin doctor -
POST   /targets/{target_id}/examinations/{examination_id}/chart/sign     -    -        -     doctor -
POST   /targets/{target_id}/examinations/{examination_id}/chart/amend    -    -        admin doctor -
POST   /targets/{target_id}/examinations/{examination_id}/chart/drop     -    -        admin doctor -
GET    /targets/{target_id}/examinations/{examination_id}/chart/versions -    -        admin doctor -
GET    /targets/{target_id}/examinations/{examination_id}/chart/versions/{version} - - admin doctor -
GET    /targets/{target_id}/examinations/{examination_id}/chart/fhir     -    -        admin doctor -
POST   /targets/{target_id}/examinations/{examination_id}/chart/fhir     -    -        admin doctor -
OPTIONS /shl/{link_id}                                              anonymous operator admin doctor agent
POST   /shl/{link_id}                                               anonymous operator admin doctor agent
GET    /shl/{link_id}/{ticket}                                      anonymous operator admin doctor agent
GET    /cases                                                       -         -        admin doctor -
POST   /targets/{target_id}/examinations/{examination_id}/case      -         -        admin doctor -
DELETE /targets/{target_id}/examinations/{examination_id}/case      -         -        admin doctor -
GET    /areas                                                      -         -        admin doctor -
GET    /areas/{target_id}                                          -         -        admin doctor -
GET    /areas/{target_id}/people                                   -         -        admin -      -
PUT    /areas/{target_id}/people/{person_id}                       -         -        admin -      -
GET    /areas/{target_id}/folders/{folder_id}                      -         -        admin doctor -
GET    /areas/{target_id}/bin                                      -         -        admin doctor -
GET    /areas/{target_id}/nodes/{node_id}                          -         -        admin doctor -
GET    /areas/{target_id}/nodes/{node_id}/versions                 -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/download                 -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/preview                  -         -        admin doctor -
POST   /areas/{target_id}/folders                                  -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/rename                   -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/move                     -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/bin                      -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/take-back                -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/erase                    -         -        admin -      -
POST   /areas/{target_id}/nodes/{node_id}/versions/{number}/current -         -        admin doctor -
GET    /shared-files                                               -         -        admin doctor -
GET    /areas/{target_id}/nodes/{node_id}/shares                   -         -        admin doctor -
POST   /areas/{target_id}/nodes/{node_id}/shares                   -         -        admin doctor -
DELETE /areas/{target_id}/shares/{share_id}                        -         -        admin doctor -
POST   /areas/{target_id}/batches                                  -         -        admin doctor -
PUT    /areas/{target_id}/batches/{batch_id}/chunks/{number}       -         -        admin doctor -
POST   /areas/{target_id}/batches/{batch_id}/urls                  -         -        admin doctor -
POST   /areas/{target_id}/batches/{batch_id}/multipart/{sha256}    -         -        admin doctor -
POST   /areas/{target_id}/batches/{batch_id}/multipart/{sha256}/parts -         -        admin doctor -
POST   /areas/{target_id}/batches/{batch_id}/multipart/{sha256}/complete -         -        admin doctor -
POST   /areas/{target_id}/batches/{batch_id}/finish                -         -        admin doctor -
POST   /targets/{target_id}/charts/csv                              -         -        admin doctor -
GET    /targets/{target_id}/patients/{patient_key}/charts           -         -        admin doctor -
GET    /targets/{target_id}/patients/{patient_key}/trends           -         -        admin doctor -
POST   /camera-codes                                                -         -        admin doctor -
POST   /cameras                                                     anonymous operator admin doctor agent camera
GET    /cameras                                                     -         -        admin doctor -
DELETE /cameras/{camera_id}                                         -         -        admin doctor -
POST   /captures                                                    -         -        -     -      -     camera
POST   /captures/{capture_id}/arrived                               -         -        -     -      -     camera
GET    /captures/safe                                               -         -        -     -      -     camera
GET    /captures                                                    -         -        admin doctor -
GET    /captures/{capture_id}/picture                               -         -        admin doctor -
POST   /captures/keep                                               -         -        admin doctor -
POST   /captures/drop                                               -         -        admin doctor -
PUT    /captures/life                                               -         -        admin doctor -
POST   /inquiry-files                                               -         -        admin doctor -
POST   /inquiries                                                   -         -        admin doctor -
GET    /inquiries                                                   -         -        admin doctor -
GET    /inquiries/{inquiry_id}                                      -         -        admin doctor -
POST   /inquiries/{inquiry_id}/replies                              -         -        admin doctor -
POST   /inquiries/{inquiry_id}/withdraw                             -         -        admin doctor -
POST   /inquiries/{inquiry_id}/close                                -         -        admin doctor -
GET    /inquiries/{inquiry_id}/files/{file_id}                      -         -        admin doctor -
GET    /inquiry-box                                                 -         operator -     -      -
POST   /inquiry-box/search                                          -         operator -     -      -
POST   /inquiry-box/collect                                         -         operator -     -      -
GET    /inquiry-box/figures/{month}                                 -         operator -     -      -
GET    /inquiry-box/{inquiry_id}                                    -         operator -     -      -
GET    /inquiry-box/{inquiry_id}/files/{file_id}                    -         operator -     -      -
POST   /inquiry-box/{inquiry_id}/route                              -         operator -     -      -
POST   /inquiry-box/{inquiry_id}/notes                              -         operator -     -      -
POST   /inquiry-box/{inquiry_id}/end                                -         operator -     -      -
GET    /desks                                                       -         operator -     -      -     clerk
GET    /desks/{department_id}/inquiries                             -         operator -     -      -     clerk
GET    /desk/inquiries/{inquiry_id}                                 -         operator -     -      -     clerk
POST   /desk/inquiries/{inquiry_id}/take                            -         operator -     -      -     clerk
POST   /desk/inquiries/{inquiry_id}/questions                       -         operator -     -      -     clerk
POST   /desk/inquiries/{inquiry_id}/answers                         -         operator -     -      -     clerk
POST   /desk/inquiries/{inquiry_id}/parts                           -         operator -     -      -     clerk
POST   /desk/inquiries/{inquiry_id}/pass                            -         operator -     -      -     clerk
POST   /desk/inquiries/{inquiry_id}/shares                          -         operator -     -      -     clerk
GET    /desk/inquiries/{inquiry_id}/files/{file_id}                 -         operator -     -      -     clerk
POST   /desk-files                                                  -         operator -     -      -     clerk
GET    /departments                                                 -         operator -     -      -
POST   /departments                                                 -         operator -     -      -
PUT    /departments/{department_id}                                 -         operator -     -      -
POST   /departments/{department_id}/dissolve                        -         operator -     -      -
GET    /departments/{department_id}/people                          -         operator -     -      -
PUT    /desk-people/{person_id}                                     -         operator -     -      -
GET    /inquiry-rules                                               -         operator -     -      -
PUT    /inquiry-rules                                               -         operator -     -      -
GET    /quarantine                                                  -         operator -     -      -
POST   /network/find                                                -         -        -     doctor -
GET    /network/found/{pass_id}                                     -         -        -     doctor -
GET    /network/found/{pass_id}/{record_id}                         -         -        -     doctor -
POST   /restores                                                    -         -        admin doctor -
GET    /restores                                                    -         -        admin doctor -
GET    /agent/restores                                              -         -        -     -      agent
POST   /restores/{restore_id}/files                                 -         -        -     -      agent
POST   /restores/{restore_id}/urls                                  -         -        -     -      agent
POST   /restores/{restore_id}/finish                                -         -        -     -      agent
"""  # noqa: E501 - a table

# Pages know a cookie's holder only: an agent, or somebody with a bearer session, is a stranger.
PAGES = """
GET    /                                                            anonymous operator admin doctor
GET    /static/{name}                                               anonymous operator admin doctor
GET    /portal                                                      -         operator admin doctor
GET    /portal/language                                             anonymous operator admin doctor
GET    /portal/sign-in                                              anonymous operator admin doctor
POST   /portal/sign-in                                              anonymous operator admin doctor
GET    /portal/sign-in/new-password                                 anonymous operator admin doctor
POST   /portal/sign-in/new-password                                 anonymous operator admin doctor
GET    /portal/sign-in/code                                         anonymous operator admin doctor
POST   /portal/sign-in/code                                         anonymous operator admin doctor
GET    /portal/sign-in/authenticator                                anonymous operator admin doctor
POST   /portal/sign-in/authenticator                                anonymous operator admin doctor
GET    /portal/authenticator                                        -         operator admin doctor
POST   /portal/authenticator                                        -         operator admin doctor
POST   /portal/sign-out                                             -         operator admin doctor
GET    /portal/targets                                              -         -        admin doctor
POST   /portal/targets                                              -         -        admin -
GET    /portal/targets/{target_id}/sign                             -         -        admin -
POST   /portal/targets/{target_id}/sign                             -         -        admin -
GET    /portal/contracts/{contract_id}                              -         -        admin doctor
GET    /portal/contracts/{contract_id}/change                       -         -        admin -
POST   /portal/contracts/{contract_id}/change                       -         -        admin -
GET    /portal/contracts/{contract_id}/cases                        -         -        admin -
POST   /portal/contracts/{contract_id}/cases                        -         -        admin -
GET    /portal/contracts/{contract_id}/cancel                       -         -        admin -
POST   /portal/contracts/{contract_id}/cancel                       -         -        admin -
POST   /portal/contracts/{contract_id}/pause                        -         -        admin -
POST   /portal/contracts/{contract_id}/resume                       -         -        admin -
GET    /portal/contracts/{contract_id}/renewal                      -         -        admin -
POST   /portal/contracts/{contract_id}/renewal                      -         -        admin -
GET    /portal/contracts/{contract_id}/purge                        -         -        admin -
POST   /portal/contracts/{contract_id}/purge                        -         -        admin -
GET    /portal/contracts/{contract_id}/certificate                  -         -        admin doctor
GET    /portal/accepting                                            -         operator -     -
POST   /portal/facilities/{facility_id}/contracts/{contract_id}/accept     -  operator -     -
POST   /portal/facilities/{facility_id}/contracts/{contract_id}/decline    -  operator -     -
GET    /portal/facilities                                           -         operator -     -
POST   /portal/facilities                                           -         operator -     -
GET    /portal/facilities/{facility_id}                             -         operator -     -
GET    /portal/people                                               -         operator admin -
POST   /portal/people                                               -         operator admin -
GET    /portal/people/{person_id}                                   -         operator admin -
POST   /portal/people/{person_id}/disable                           -         operator admin -
POST   /portal/people/{person_id}/enable                            -         operator admin -
POST   /portal/people/{person_id}/new-password                      -         operator admin -
POST   /portal/people/{person_id}/new-authenticator                 -         operator admin -
POST   /portal/people/{person_id}/mail                              -         operator admin -
GET    /portal/agents                                               -         -        admin -
POST   /portal/agents/code                                          -         -        admin -
GET    /portal/agents/{agent_id}/revoke                             -         -        admin -
POST   /portal/agents/{agent_id}/revoke                             -         -        admin -
GET    /portal/queues                                               -         operator -     -
GET    /portal/queues/{work}/send-back                              -         operator -     -
POST   /portal/queues/{work}/send-back                              -         operator -     -
GET    /portal/invoices                                             -         -        admin -
GET    /portal/bills-ahead                                          -         -        admin -
GET    /portal/billing/run                                          -         operator -     -
POST   /portal/billing/run                                          -         operator -     -
GET    /portal/invoices/{invoice_id}                                -         -        admin -
GET    /portal/invoices/{invoice_id}/csv                            -         -        admin -
GET    /portal/invoices/{invoice_id}/pdf                            -         -        admin -
GET    /portal/statement                                            -         -        admin -
GET    /portal/billing/invoices                                     -         operator -     -
GET    /portal/billing/facilities/{facility_id}/invoices/{invoice_id}     -   operator -     -
GET    /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/csv -   operator -     -
GET    /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/pdf -   operator -     -
POST   /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/payment      - operator - -
POST   /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/apply-credit - operator - -
POST   /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/credit       - operator - -
POST   /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/refund       - operator - -
POST   /portal/billing/facilities/{facility_id}/invoices/{invoice_id}/write-off    - operator - -
GET    /portal/billing/payments                                     -         operator -     -
POST   /portal/billing/payments                                     -         operator -     -
GET    /portal/billing/payments/{receipt_id}                        -         operator -     -
POST   /portal/billing/payments/{receipt_id}/assign                 -         operator -     -
POST   /portal/billing/payments/{receipt_id}/set-aside              -         operator -     -
GET    /portal/billing/debits                                       -         operator -     -
POST   /portal/billing/debits                                       -         operator -     -
GET    /portal/billing/debits/{run}                                 -         operator -     -
POST   /portal/billing/debits/{run}/results                         -         operator -     -
GET    /portal/billing/facilities/{facility_id}/mandate             -         operator -     -
POST   /portal/billing/facilities/{facility_id}/mandate             -         operator -     -
GET    /portal/billing/issuer                                       -         operator -     -
POST   /portal/billing/issuer                                       -         operator -     -
GET    /portal/provider/identity                                    -         operator -     -
POST   /portal/provider/identity                                    -         operator -     -
GET    /portal/provider/regions                                     -         operator -     -
POST   /portal/provider/regions                                     -         operator -     -
GET    /portal/billing/books                                        -         operator -     -
GET    /portal/billing/books/{version}                              -         operator -     -
GET    /portal/billing/new-book                                     -         operator -     -
POST   /portal/billing/new-book                                     -         operator -     -
POST   /portal/billing/books/{version}/approve                      -         operator -     -
POST   /portal/billing/books/{version}/decline                      -         operator -     -
POST   /portal/billing/books/{version}/withdraw                     -         operator -     -
GET    /portal/quarantine                                           -         operator -     -
GET    /portal/jobs                                                 -         -        admin doctor
GET    /portal/jobs/{job_id}                                        -         -        admin doctor
GET    /portal/targets/{target_id}/jobs                             -         -        admin doctor
POST   /portal/targets/{target_id}/jobs                             -         -        admin doctor
GET    /portal/missed                                               -         operator -     -
GET    /portal/areas                                                -         -        admin doctor
GET    /portal/areas/{target_id}/folders/{folder_id}                -         -        admin doctor
POST   /portal/areas/{target_id}/folders/{folder_id}                -         -        admin doctor
POST   /portal/areas/{target_id}/folders/{folder_id}/files          -         -        admin doctor
GET    /portal/areas/{target_id}/nodes/{node_id}                    -         -        admin doctor
GET    /portal/areas/{target_id}/nodes/{node_id}/preview            -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/download           -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/rename             -         -        admin doctor
GET    /portal/areas/{target_id}/nodes/{node_id}/move               -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/move               -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/bin                -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/take-back          -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/erase              -         -        admin -
POST   /portal/areas/{target_id}/nodes/{node_id}/versions/{number}/current - -         admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/shares             -         -        admin doctor
POST   /portal/areas/{target_id}/nodes/{node_id}/shares/{share_id}/end - -             admin doctor
GET    /portal/areas/{target_id}/bin                                -         -        admin doctor
GET    /portal/areas/{target_id}/people                             -         -        admin -
POST   /portal/areas/{target_id}/people                             -         -        admin -
POST   /portal/areas/{target_id}/uploads                            -         -        admin doctor
POST   /portal/areas/{target_id}/uploads/{batch_id}/chunks/{number} -         -        admin doctor
POST   /portal/areas/{target_id}/uploads/{batch_id}/urls            -         -        admin doctor
POST   /portal/areas/{target_id}/uploads/{batch_id}/multipart/{sha256} - -             admin doctor
POST   /portal/areas/{target_id}/uploads/{batch_id}/multipart/{sha256}/parts - -       admin doctor
POST   /portal/areas/{target_id}/uploads/{batch_id}/multipart/{sha256}/complete - -    admin doctor
POST   /portal/areas/{target_id}/uploads/{batch_id}/finish          -         -        admin doctor
GET    /portal/shared-files                                         -         -        admin doctor
GET    /portal/inquiries                                            -         -        admin doctor
GET    /portal/inquiries/new                                        -         -        admin doctor
POST   /portal/inquiries/new                                        -         -        admin doctor
POST   /portal/inquiry-files                                        -         -        admin doctor
GET    /portal/inquiries/{inquiry_id}                               -         -        admin doctor
POST   /portal/inquiries/{inquiry_id}/reply                         -         -        admin doctor
POST   /portal/inquiries/{inquiry_id}/withdraw                      -         -        admin doctor
POST   /portal/inquiries/{inquiry_id}/close                         -         -        admin doctor
POST   /portal/inquiries/{inquiry_id}/files/{file_id}               -         -        admin doctor
GET    /portal/album                                                -         -        admin doctor
POST   /portal/album/find                                           -         -        admin doctor
GET    /portal/album/cases                                          -         -        admin doctor
POST   /portal/album/{target_id}/{examination_id}/open              -         -        admin doctor
POST   /portal/album/{target_id}/{examination_id}/close             -         -        admin doctor
GET    /portal/album/{target_id}/{examination_id}                   -         -        admin doctor
GET    /portal/album/{target_id}/{examination_id}/compare           -         -        admin doctor
GET    /portal/album/{target_id}/{examination_id}/pictures/{number} -         -        admin doctor
GET    /portal/album/{target_id}/{examination_id}/pictures/{number}/frames/{frame} - - admin doctor
POST   /portal/album/{target_id}/{examination_id}/pictures/{number}/original - - admin doctor
GET    /portal/captures                                             -         -        admin doctor
GET    /portal/captures/{capture_id}/file                           -         -        admin doctor
POST   /portal/captures/pair                                        -         -        admin doctor
POST   /portal/captures/phones/{pairing_id}/end                     -         -        admin doctor
POST   /portal/captures/devices/code                                -         -        admin doctor
POST   /portal/captures/devices/{camera_id}/revoke                  -         -        admin doctor
POST   /portal/captures/life                                        -         -        admin doctor
POST   /portal/captures/choose                                      -         -        admin doctor
POST   /portal/captures/keep                                        -         -        admin doctor
POST   /portal/captures/drop                                        -         -        admin doctor
GET    /portal/patients                                             -         -        admin doctor
POST   /portal/patients/find                                        -         -        admin doctor
GET    /portal/patients/list                                        -         -        admin doctor
POST   /portal/patients/check                                       -         -        admin -
GET    /portal/patients/upload                                      -         -        admin -
POST   /portal/patients/upload                                      -         -        admin -
POST   /portal/patients/change                                      -         -        admin -
GET    /portal/charts                                               -         -        admin doctor
GET    /portal/charts/{target_id}/take                              -         -        admin doctor
POST   /portal/charts/{target_id}/take                              -         -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/take       -  -        admin doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/take       -  -        admin doctor
GET    /portal/charts/{target_id}/patients/{patient_key}            -         -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}     -         -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/versions   -  -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/versions/{version} - - admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/html       -  -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/pdf        -  -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/fhir       -  -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/edit       -  -        admin doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/edit       -  -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/sign       -  -        -     doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/sign       -  -        -     doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/amend      -  -        admin doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/drop       -  -        admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/print - -   admin doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/patient/print - -   admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/file - -    admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/pdf - -     admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/fhir - -    admin doctor
GET    /s/{share_id}                                                anonymous operator admin doctor
GET    /portal/printing                                             -         -        admin doctor
POST   /portal/printing                                             -         -        admin doctor
GET    /portal/charts/{target_id}/patients/{patient_key}/slips      -         -        admin doctor
POST   /portal/charts/{target_id}/patients/{patient_key}/slips      -         -        admin doctor
POST   /portal/charts/{target_id}/patients/{patient_key}/slips/{slip_id}/revoke  -  -  admin doctor
POST   /portal/charts/{target_id}/patients/{patient_key}/slips/{slip_id}/reissue -  -  admin doctor
GET    /portal/patient-access                                       -         -        admin -
POST   /portal/patient-access                                       -         -        admin -
POST   /portal/patient-access/number-alone                          -         -        admin -
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient           - - admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/words     - - -     doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/patient/words     - - -     doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/release   - - -     doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/patient/release   - - -     doctor
POST   /portal/charts/{target_id}/examinations/{examination_id}/patient/withdraw  - - -     doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/releases  - - admin doctor
GET    /portal/charts/{target_id}/examinations/{examination_id}/patient/releases/{release} - - admin doctor
GET    /portal/network                                              -         -        -     doctor
POST   /portal/network/find                                         -         -        -     doctor
POST   /portal/network/glass                                        -         -        -     doctor
GET    /portal/network/found/{pass_id}                              -         -        -     doctor
GET    /portal/network/found/{pass_id}/{record_id}                  -         -        -     doctor
GET    /portal/network/looks                                        -         -        admin doctor
GET    /portal/network/patients                                     -         -        admin doctor
POST   /portal/network/patients                                     -         -        admin doctor
GET    /portal/network/patients/{patient_key}                       -         -        admin doctor
GET    /portal/network/patients/{patient_key}/card                  -         -        admin doctor
POST   /portal/network/patients/{patient_key}/card                  -         -        admin doctor
POST   /portal/network/patients/{patient_key}/link                  -         -        admin doctor
POST   /portal/network/patients/{patient_key}/unlink                -         -        admin doctor
POST   /portal/network/patients/{patient_key}/contact               -         -        admin doctor
GET    /portal/network/patients/{patient_key}/consent               -         -        admin doctor
POST   /portal/network/patients/{patient_key}/consent               -         -        admin doctor
POST   /portal/network/patients/{patient_key}/consents/{consent_id}/withdraw - -       admin doctor
GET    /portal/network/merges                                       -         operator -     -
POST   /portal/network/merges                                       -         operator -     -
POST   /portal/network/merges/{merge_id}/undo                       -         operator -     -
GET    /portal/restores                                             -         -        admin doctor
POST   /portal/restores                                             -         -        admin doctor
GET    /portal/restores/new                                         -         -        admin doctor
GET    /portal/restores/new/{target_id}                             -         -        admin doctor
POST   /portal/restores/new/{target_id}/patients                    -         -        admin doctor
GET    /portal/restores/new/{target_id}/patients/{patient_key}      -         -        admin doctor
GET    /portal/restores/new/{target_id}/how                         -         -        admin doctor
GET    /portal/restores/new/{target_id}/check                       -         -        admin doctor
GET    /portal/restores/zips/{export_id}                            -         -        admin doctor
POST   /portal/restores/zips/{export_id}/download                   -         -        admin doctor
GET    /portal/discs                                                -         -        admin -
POST   /portal/discs                                                -         -        admin -
GET    /portal/discs/new                                            -         -        admin -
GET    /portal/discs/new/{target_id}                                -         -        admin -
POST   /portal/discs/new/{target_id}/patients                       -         -        admin -
GET    /portal/discs/new/{target_id}/patients/{patient_key}         -         -        admin -
GET    /portal/discs/new/{target_id}/how                            -         -        admin -
GET    /portal/discs/orders/{order_id}                              -         -        admin -
POST   /portal/discs/orders/{order_id}/discs/{number}/download      -         -        admin -
GET    /portal/discs/orders/{order_id}/passphrase                   -         -        admin -
POST   /portal/discs/orders/{order_id}/passphrase                   -         -        admin -
GET    /portal/disc-orders                                          -         operator -     -
GET    /portal/disc-orders/{order_id}                               -         operator -     -
POST   /portal/disc-orders/{order_id}/build                         -         operator -     -
POST   /portal/disc-orders/{order_id}/hand-over                     -         operator -     -
POST   /portal/disc-orders/{order_id}/dismiss                       -         operator -     -
POST   /portal/disc-orders/{order_id}/discs/{number}/download       -         operator -     -
GET    /portal/disc-orders/{order_id}/note                          -         operator -     -
GET    /portal/disc-orders/{order_id}/labels                        -         operator -     -
GET    /portal/desk                                                 -         operator -     -      clerk
GET    /portal/desk/{inquiry_id}                                    -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/take                               -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/answers                            -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/questions                          -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/parts                              -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/pass                               -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/shares                             -         operator -     -      clerk
POST   /portal/desk/{inquiry_id}/files/{file_id}                    -         operator -     -      clerk
POST   /portal/desk-files                                           -         operator -     -      clerk
GET    /portal/inquiry-box                                          -         operator -     -
POST   /portal/inquiry-box                                          -         operator -     -
POST   /portal/inquiry-box/collect                                  -         operator -     -
GET    /portal/inquiry-box/analysis                                 -         operator -     -
GET    /portal/inquiry-box/analysis.csv                             -         operator -     -
GET    /portal/inquiry-box/{inquiry_id}                             -         operator -     -
POST   /portal/inquiry-box/{inquiry_id}/files/{file_id}             -         operator -     -
POST   /portal/inquiry-box/{inquiry_id}/route                       -         operator -     -
POST   /portal/inquiry-box/{inquiry_id}/notes                       -         operator -     -
POST   /portal/inquiry-box/{inquiry_id}/end                         -         operator -     -
GET    /portal/departments                                          -         operator -     -
POST   /portal/departments                                          -         operator -     -
GET    /portal/departments/{department_id}                          -         operator -     -
POST   /portal/departments/{department_id}                          -         operator -     -
POST   /portal/departments/{department_id}/people                   -         operator -     -
POST   /portal/departments/{department_id}/dissolve                 -         operator -     -
GET    /portal/departments/{department_id}/canned                   -         operator -     -      clerk
POST   /portal/departments/{department_id}/canned                   -         operator -     -      clerk
POST   /portal/departments/{department_id}/canned/{canned_id}/forget -        operator -     -      clerk
GET    /portal/inquiry-rules                                        -         operator -     -
POST   /portal/inquiry-rules                                        -         operator -     -
"""  # noqa: E501 - a path is as long as it is

# Patients' own pages know a slip's holder only: everybody else is a stranger there.
PATIENTS = """
GET    /p                                                           stranger patient
POST   /p                                                           stranger patient
GET    /p/{link_id}                                                 stranger patient
POST   /p/{link_id}                                                 stranger patient
GET    /p/number/{facility_id}                                      stranger patient
POST   /p/number/{facility_id}                                      stranger patient
POST   /p/sign-out                                                  -        patient
GET    /p/charts                                                    -        patient
GET    /p/charts/{document}                                         -        patient
GET    /p/charts/{document}/html                                    -        patient
GET    /p/charts/{document}/pdf                                     -        patient
GET    /p/charts/{document}/fhir                                    -        patient
GET    /p/charts/{document}/share                                   -        patient
POST   /p/charts/{document}/share                                   -        patient
POST   /p/charts/{document}/share/{share_id}/end                    -        patient
"""

# The phone's page knows a pairing's holder only: everybody else is a stranger there.
PHONES = """
GET    /capture                                                     stranger phone
POST   /capture                                                     stranger phone
POST   /capture/announce                                            -        phone
POST   /capture/arrived                                             -        phone
POST   /capture/leave                                               -        phone
"""

PHONE_ROWS = [tuple(line.split()) for line in PHONES.strip().splitlines()]
PATIENT_ROWS = [tuple(line.split()) for line in PATIENTS.strip().splitlines()]
ROWS = [tuple(line.split()) for line in MATRIX.strip().splitlines()]
PAGE_ROWS = [tuple(line.split()) for line in PAGES.strip().splitlines()]


def caller(world: World, kind: str) -> Anonymous:
    callers = {
        "anonymous": Anonymous(world.client),
        "operator": world.operator,
        "admin": world.admin,
        "doctor": world.doctor,
        "agent": world.agent,
        "clerk": staff(world.client, Role.CLERK),
    }
    return an_endoscope(world.client, world.doctor) if kind == "camera" else callers[kind]


def test_the_table_has_a_row_for_every_route(world: World) -> None:  # noqa: ARG001
    from app import app

    served = {(method, path) for path, methods in app.routes.items() for method in methods}
    assert {
        (method, path) for method, path, *_ in ROWS + PAGE_ROWS + PATIENT_ROWS + PHONE_ROWS
    } == served


def test_every_operation_is_in_the_policy() -> None:
    assert set(POLICY) == set(Operation)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_only_those_in_the_table_may_call_a_route(world: World, row: tuple[str, ...]) -> None:
    method, path, *allowed = row
    for kind in CALLERS:
        asked = path.replace("{number}", "0").replace("{", "").replace("}", "")
        status = caller(world, kind).call(method, asked, {}).status_code
        # 415: of those who may send files, this one sends none.
        expected = {200, 201, 204, 404, 409, 415, 422} if kind in allowed else {401, 403}
        assert status in expected, (kind, status)
        if kind not in allowed:
            assert status == (401 if kind == "anonymous" else 403), (kind, status)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "captures" in row[1] or "camera" in row[1]], ids=str
)
def test_an_endoscope_may_send_captures_and_nothing_else(
    world: World, row: tuple[str, ...]
) -> None:
    method, path, *allowed = row
    endoscope = caller(world, "camera")
    status = endoscope.call(method, path.replace("{", "").replace("}", ""), {}).status_code
    assert status in ({200, 404, 409, 422} if "camera" in allowed else {403})


def test_a_camera_may_do_elsewhere_what_anybody_may_and_no_more(world: World) -> None:  # noqa: ARG001
    rows = ROWS + PAGE_ROWS
    may = {(method, path) for method, path, *who in rows if {"anonymous", "camera"} & set(who)}
    asked = {(method, path) for method, path, *_ in rows}
    assert {each for each in asked if Role.CAMERA in POLICY[OPERATIONS[each]]} == may


@pytest.mark.parametrize("row", [row for row in ROWS if "clerk" in row], ids=str)
def test_somebody_of_a_department_may_work_there(world: World, row: tuple[str, ...]) -> None:
    method, path, *_ = row
    asked = path.replace("{", "").replace("}", "")
    status = caller(world, "clerk").call(method, asked, {}).status_code
    assert status in {200, 404, 409, 422}


def test_a_clerk_may_do_elsewhere_what_anybody_or_all_staff_may_and_no_more(
    world: World,  # noqa: ARG001 - its routes
) -> None:
    rows, staff_ = ROWS + PAGE_ROWS, {"operator", "admin", "doctor"}
    asked = {(method, path) for method, path, *_ in rows}
    may = {(each[0], each[1]) for each in rows if "clerk" in each or staff_ <= set(each)}
    assert {each for each in asked if Role.CLERK in POLICY[OPERATIONS[each]]} == may


def visitor(world: World, kind: str, method: str) -> Visitor:
    """Return a browser of *kind*, with a small page open where it is to send a form."""
    found, page = Visitor(), "/portal/sign-in"
    if kind != "anonymous":
        found, page = somebody_of(world, kind), "/portal/authenticator"
    if method == "POST":
        found.get(page)
        assert found.token or kind == "anonymous", "no page of one's own"
    return found


def somebody_of(world: World, kind: str) -> Visitor:
    role, facility_id = {
        "operator": (Role.OPERATOR, ""),
        "admin": (Role.FACILITY_ADMIN, world.facility_id),
        "doctor": (Role.DOCTOR, world.facility_id),
    }[kind]
    return signed_in(role, facility_id)


@pytest.mark.parametrize("row", PAGE_ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_only_those_in_the_table_may_visit_a_page(world: World, row: tuple[str, ...]) -> None:
    make_pool()
    method, path, *allowed = row
    path = files.address("hokan.css") if "{name}" in path else path
    asked = path.replace("{", "").replace("}", "")
    for kind in ("anonymous", "operator", "admin", "doctor"):
        somebody = visitor(world, kind, method)
        answer = somebody.submit(asked) if method == "POST" else somebody.get(asked)
        if kind in allowed:
            assert answer.status in {200, 303, 401, 404, 409, 422}, (kind, answer.status)
            assert not is_turned_away(answer), (kind, answer.location)
        elif kind == "anonymous":
            assert is_turned_away(answer), (kind, answer.status)
        else:
            assert answer.status == 403, (kind, answer.status)


def is_turned_away(answer: Answer) -> bool:
    """Whether a page asks its visitor to sign in first."""
    path, _, query = answer.location.partition("?")
    return path == "/portal/sign-in" and (not query or query.startswith("next="))


@pytest.mark.parametrize("row", PATIENT_ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_patients_own_pages_are_for_those_with_a_slip(world: World, row: tuple[str, ...]) -> None:
    method, path, *allowed = row
    held = handed(world)
    strangers = [at_door(), *(somebody_of(world, kind) for kind in ("operator", "admin", "doctor"))]
    for each, kind in [(one, "stranger") for one in strangers] + [(inside(held), "patient")]:
        each.get("/p/charts" if kind == "patient" else "/p")
        asked = path.replace("{document}", held.document).replace("{", "").replace("}", "")
        answer = each.submit(asked) if method == "POST" else each.get(asked)
        is_sent_away = answer.location in {"/p", "/p?why=ended"}
        assert is_sent_away == (kind not in allowed), (kind, answer.status, answer.location)
        assert answer.status in {200, 303, 404}


@pytest.mark.parametrize("row", PHONE_ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_the_phones_page_is_for_those_that_were_paired(world: World, row: tuple[str, ...]) -> None:
    method, path, *allowed = row
    phone = paired(at_captures(world))
    strangers = [Visitor(), *(somebody_of(world, kind) for kind in ("operator", "admin", "doctor"))]
    for each, kind in [(one, "stranger") for one in strangers] + [(phone, "phone")]:
        each.get("/capture")
        answer = each.submit(path) if method == "POST" else each.get(path)
        is_sent_away = answer.location == "/capture"
        assert is_sent_away == (kind not in allowed), (kind, answer.status, answer.location)
        assert answer.status in {200, 303, 404, 422}


@pytest.mark.parametrize("row", PAGE_ROWS, ids=lambda row: f"{row[0]} {row[1]}")
def test_no_page_of_the_portal_is_a_patients(row: tuple[str, ...]) -> None:
    """Their role may do there what anybody may, and no more."""
    method, path, *allowed = row
    operation = OPERATIONS[method, path]
    assert (Role.PATIENT in POLICY[operation]) == ("anonymous" in allowed)


CLOSED = [row for row in PAGE_ROWS if "anonymous" not in row]


@pytest.mark.parametrize("row", CLOSED, ids=lambda row: f"{row[0]} {row[1]}")
def test_a_page_knows_nobody_without_a_cookie(world: World, row: tuple[str, ...]) -> None:
    method, path, *_ = row
    asked = path.replace("{", "").replace("}", "")
    for caller in (world.agent, world.operator, world.admin, world.doctor):
        answer = Visitor().ask(method, asked, caller.headers(method, asked, b""))
        assert is_turned_away(answer), (caller, answer.status)


# --- tenants -----------------------------------------------------------------------------------


def ids_of(world: World) -> dict[str, str]:
    """Return real ids of *world*, one for each path parameter."""
    world.back_up({"E-1/IMG0001.JPG": b"one", "E-1/antrum.jpg": PICTURE})
    examination = world.doctor.get(f"/targets/{world.target_id}/examinations")["items"][0]
    back_up(world, "CT_small.dcm")
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": world.agent.agent_id}
    with_certificate(world)
    amending(world, examination["examination_id"])  # of its chart: a version, and a draft
    released(world, (world.target_id, examination["examination_id"], "en"))
    examined(world, "E-2")
    return {
        "agent_id": world.agent.agent_id,
        "target_id": world.target_id,
        "contract_id": world.contract_id,
        "batch_id": world.open_batch(),
        "number": "0",
        "sha256": "0" * 64,
        "version": "1",
        "release": "1",
        "month": "2026-11",
        "patient_key": examination["patient_key"],
        "examination_id": examination["examination_id"],
        "person_id": a_person(world.facility_id),
        "invoice_id": an_invoice_of(world.facility_id),
        "job_id": world.doctor.post(f"/targets/{world.target_id}/jobs", status=201)["job_id"],
        "export_id": asked(world).export_id,
        "restore_id": world.doctor.post("/restores", grant, status=201)["restore_id"],
        **uids_of("CT_small.dcm"),
        "frames": "1",
        "frame": "1",
        **across_facilities(world),
        "order_id": discs_of(world),
        "slip_id": a_slip(world, examination["patient_key"], examination["examination_id"]),
        **captures_of(world),
        **inquiry_of(world),
    }


def inquiry_of(world: World) -> dict[str, str]:
    """Return an inquiry of the doctor's, with a file, that a clerk's department has answered."""
    file_id = sent(asker(world))
    employed(CLERK, departments.one(desk()))
    inquiry = answered(filed(asker(world), file_ids=[file_id], delivery="direct"))
    return {"inquiry_id": inquiry.inquiry_id, "file_id": file_id, "department_id": desk()}


def captures_of(world: World) -> dict[str, str]:
    """Return a paired phone, an endoscope and an image of it, all of the doctor's."""
    endoscope = an_endoscope(world.client, world.doctor)
    camera = Camera(Buffer(world.facility_id, doctor(world).id), endoscope.agent_id)
    return {
        "pairing_id": pairing.pair(doctor(world)).pairing_id,
        "camera_id": endoscope.agent_id,
        "capture_id": send(camera, a_jpeg()),
    }


def discs_of(world: World) -> str:
    wanted = Wanted(target_id=world.target_id)
    admin = Caller(Role.FACILITY_ADMIN, "person-admin", world.facility_id)
    return discs.order(admin, wanted, discs.new_id()).order_id


def a_slip(world: World, patient_key: str, examination_id: str) -> str:
    return issue(world, Place(world.target_id, patient_key), examination_id).slip.slip_id


BODIES: dict[str, dict[str, object]] = {
    "{inquiry_id}/questions": {"text": "Which one?"},
    "{inquiry_id}/answers": {"text": "The lamp was low"},
    "{inquiry_id}/parts": {"text": "The lamp is old"},
    "{inquiry_id}/pass": {"department_id": "department-1", "reason": "Not ours"},
    "{inquiry_id}/shares": {"department_id": "department-1"},
    "/replies": {"text": "It is about the second one"},
    "jobs/{job_id}/progress": {**COUNTS},
    "jobs/{job_id}/finish": {**COUNTS, "outcome": "complete"},
    "chunks/{number}": {
        "examinations": [],
        "entries": [{"path": "a", "size": 1, "sha256": "0" * 64, "examination": None}],
    },
    "/urls": {"sha256": ["0" * 64]},
    "/stored": {"sha256": ["0" * 64]},
    "/parts": {"parts": [{"number": 1, "size": 1, "sha256": "0" * 64}]},
    "restores/{restore_id}/finish": {"restored": 1, "failed": 0},
    "/chart": {"revision": 3, "chart": plain(CHART)},
    "/chart/sign": {"revision": 3},
    "/chart/amend": {"revision": 3, "reason": "A word was wrong"},
    "/chart/drop": {"revision": 3},
    "/chart/fhir": {"revision": 3, "bundle": A_BUNDLE},
    "/charts/csv": {"csv": TABLE},
    "/cancellation": {"policy": "end_of_term"},
    "/cancellation/quote": {"policy": "end_of_term"},
}


def body_for(path: str) -> dict[str, object]:
    if path.startswith("/areas/"):
        return area_bodies().get(path, {})
    return next((body for end, body in BODIES.items() if path.endswith(end)), {})


def called(somebody: Anonymous, method: str, path: str, ids: dict[str, str]) -> HTTPResponse:
    asked = path.format(**ids)
    if (method, path) in TAKE_FILES:
        return post(somebody, asked, in_parts(an_instance()))
    return somebody.call(method, asked, body_for(path))


TAKE_FILES = {(method, path) for method, path, *_ in ROWS if method == "POST" and "dicom" in path}
# An operator's; whoever has the link; of an area, which is a world of its own (areas/test_tenants).
NOBODYS = (
    *("{facility_id}", "/shl/", "/s/", "/areas/", "/departments/", "/desk-people/"),
    "/inquiry-box/",
)
OWNED = [row for row in ROWS if "{" in row[1] and not any(each in row[1] for each in NOBODYS)]


def test_what_is_anothers_does_not_exist(world: World) -> None:
    ids, other = ids_of(world), build(world.client)
    for method, path, *allowed in OWNED:
        for kind in (each for each in allowed if each not in {"-", "clerk"}):  # who works there
            response = called(caller(other, kind), method, path, ids)
            assert response.status_code == 404, (kind, method, path, response.body)


OWNED_PAGES = [
    row
    for row in PAGE_ROWS
    if ("_id}" in row[1] or "_key}" in row[1]) and not any(each in row[1] for each in NOBODYS)
]


def test_pages_of_what_is_anothers_do_not_exist(world: World) -> None:
    ids, other = ids_of(world), build(world.client)
    for method, path, *allowed in OWNED_PAGES:
        for kind in {"admin", "doctor"} & set(allowed):
            somebody, asked = visitor(other, kind, method), path.format(**ids)
            answer = somebody.submit(asked) if method == "POST" else somebody.get(asked)
            assert answer.status == 404, (kind, method, path, answer.status)


def test_its_owner_does_get_what_others_do_not(world: World) -> None:
    """The test above would pass, too, if nothing existed for anybody."""
    ids = ids_of(world)
    reading = [row for row in OWNED if row[0] == "GET"]
    for method, path, *allowed in reading:
        who = next(each for each in ("doctor", "admin", "camera", "clerk") if each in allowed)
        status = caller(world, who).call(method, path.format(**ids)).status_code
        assert status in {200, 307}, path  # a file of DICOM is fetched from where it is


def test_an_agent_of_the_same_facility_cannot_use_anothers_grant(world: World) -> None:
    from tests.support.world import enrolled

    restore_id = ids_of(world)["restore_id"]
    colleague = enrolled(world.client, world.admin)
    assert colleague.refused("POST", f"/restores/{restore_id}/files", {})[0] == 404


def test_a_restore_is_not_granted_to_another_facilitys_agent(world: World) -> None:
    other = build(world.client)
    grant = {"target_id": world.target_id, "scope": "target", "agent_id": other.agent.agent_id}
    assert world.doctor.refused("POST", "/restores", grant)[0] == 404
