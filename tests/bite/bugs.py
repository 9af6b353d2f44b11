"""Bugs somebody could make: one small change each, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bug:
    """
    Attributes:
        before: Stands in *file* exactly once; *after* takes its place.
        tests: What is run; something of it must fail.
    """

    name: str
    file: str
    before: str
    after: str
    tests: str


BUGS = [
    Bug(
        "capacity is taken without looking whether it is there",
        "chalicelib/archive/store/usage.py",
        "        condition=_Usage.available_bytes >= size_bytes,\n",
        "",
        "tests/uploads/test_chunks.py",
    ),
    Bug(
        "a released claim does not give its bytes back",
        "chalicelib/archive/store/objects.py",
        "            usage.release_in(write, facility_id, claim.target_id, claim.size_bytes)\n",
        "",
        "tests/uploads/test_events.py",
    ),
    Bug(
        "a claim is released although somebody has renewed it",
        "chalicelib/archive/store/objects.py",
        "        _Object.claim_ends_at == claim.claim_ends_at\n",
        "        _Object.pk.exists()\n",
        "tests/faults/test_interleavings.py",
    ),
    Bug(
        "the sweep releases claims without asking S3",
        "chalicelib/uploads/settlement.py",
        "    if found is not None and _settle_claim",
        "    if found is not None and not release and _settle_claim",
        "tests/uploads/test_events.py",
    ),
    Bug(
        "bytes of another size are taken for the announced ones",
        "chalicelib/uploads/settlement.py",
        '    if found.size_bytes != row.size_bytes:\n        return (), "size-differs"\n',
        "",
        "tests/uploads/test_events.py",
    ),
    Bug(
        "other bytes of the same size are taken for the announced ones",
        "chalicelib/uploads/settlement.py",
        '        return (), "sha256-differs"\n',
        "        return (), None\n",
        "tests/uploads/test_events.py",
    ),
    Bug(
        "a batch is complete before its last object is stored",
        "chalicelib/uploads/service.py",
        '    if content.outstanding and batch.state != "closing":',
        '    if len(content.outstanding) > 5000 and batch.state != "closing":',
        "tests/uploads/test_finishing.py",
    ),
    Bug(
        "a batch is finished before its manifest is written",
        "chalicelib/uploads/closing.py",
        "    manifest = _written(batch, content)\n",
        "    batches.finish(batch, batch)\n    manifest = _written(batch, content)\n",
        "tests/faults/test_crashes.py",
    ),
    Bug(
        "a part of an examination counts twice when it is written twice",
        "chalicelib/archive/store/examinations.py",
        "            write.save(item, condition=_Part.pk.does_not_exist())\n",
        "            write.save(item)\n",
        "tests/faults/test_crashes.py tests/archive/test_rebuild.py",
    ),
    Bug(
        "a URL does not bind the length",
        "chalicelib/buckets.py",
        '        "content-length": str(size_bytes),\n        "content-type"',
        '        "content-type"',
        "tests/uploads/test_chunks.py",
    ),
    Bug(
        "a URL lets an object be written over",
        "chalicelib/buckets.py",
        '        "if-none-match": "*",\n',
        "",
        "tests/uploads/test_chunks.py",
    ),
    Bug(
        "a signature counts as often as it is sent",
        "chalicelib/access/signatures.py",
        '    _spend(agent.agent_id, parameters.get("nonce"), created)\n',
        "",
        "tests/access/test_agents.py",
    ),
    Bug(
        "a revoked agent goes on",
        "chalicelib/access/signatures.py",
        '    if agent.state != "enrolled":',
        '    if agent.state == "nobody":',
        "tests/access/test_agents.py",
    ),
    Bug(
        "a signature is good for ever",
        "chalicelib/access/signatures.py",
        "WINDOW = timedelta(seconds=300)",
        "WINDOW = timedelta(days=300)",
        "tests/access/test_agents.py",
    ),
    Bug(
        "a doctor may sign contracts",
        "chalicelib/access/policy.py",
        "    Operation.SIGN_CONTRACT: _admin,",
        "    Operation.SIGN_CONTRACT: _facility,",
        "tests/access/test_matrix.py",
    ),
    Bug(
        "an agent may use another agent's grant",
        "chalicelib/access/policy.py",
        "    return (caller.id, caller.facility_id) == (subject.agent_id, subject.facility_id)",
        "    return caller.facility_id == subject.facility_id",
        "tests/access/test_matrix.py",
    ),
    Bug(
        "an agent reads outside of what was granted",
        "chalicelib/archive/service.py",
        "    if not set(digests) <= stored & _covered(restore, stored):",
        "    if not set(digests) <= stored:",
        "tests/archive/test_restores.py",
    ),
    Bug(
        "patients are listed without a record of it",
        "chalicelib/archive/service.py",
        '    audit(caller, "list-patients", target_id)\n',
        "",
        "tests/audit/test_chain.py",
    ),
    Bug(
        "a token of another user pool is taken",
        "chalicelib/access/tokens.py",
        "            issuer=settings().staff_issuer,\n",
        "",
        "tests/access/test_sessions.py",
    ),
    Bug(
        "keys are read as they come, not decoded like a form",
        "chalicelib/uploads/events.py",
        '        yield unquote_plus(record["s3"]["object"]["key"])',
        '        yield record["s3"]["object"]["key"]',
        "tests/uploads/test_events.py",
    ),
    Bug(
        "a lost connection breaks what asks why a write failed",
        "chalicelib/tables.py",
        '    answer: Any = getattr(error.cause, "response", None) or {}\n',
        '    answer: Any = getattr(error.cause, "response", {})\n',
        "tests/faults/test_troubles.py",
    ),
    Bug(
        "an excluded patient's files move",
        "chalicelib/contracts/selection.py",
        '        return None if listed is (self.mode is Mode.LISTED) else "patient-excluded"',
        "        return None",
        "tests/contracts",
    ),
    Bug(
        "an object is settled whatever has become of its claim",
        "chalicelib/archive/store/objects.py",
        "        _Object.upload_id.remove(),\n    ]\n"
        "    return _update(claim, actions, _Object.state == ObjectState.CLAIMED.value)\n",
        "        _Object.upload_id.remove(),\n    ]\n    return _update(claim, actions, None)\n",
        "tests/faults/test_interleavings.py",
    ),
    Bug(
        "capacity is claimed after the objects, in a write of its own",
        "chalicelib/uploads/store.py",
        "            if claims:\n"
        "                usage.claim_in(write, batch.facility_id, batch.target_id, size_bytes)\n",
        "        if claims:\n"
        "            with transaction() as other:\n"
        "                usage.claim_in(other, batch.facility_id, batch.target_id, size_bytes)\n",
        "tests/faults/test_crashes.py -k chunks",
    ),
    Bug(
        "capacity is read, and then written",
        "chalicelib/archive/store/usage.py",
        "        [_Usage.available_bytes.add(-size_bytes)],\n"
        "        condition=_Usage.available_bytes >= size_bytes,\n",
        "        [_Usage.available_bytes.set("
        "of(facility_id, target_id).available_bytes - size_bytes)],\n"
        "        condition=_Usage.available_bytes >= size_bytes,\n",
        "tests/faults/test_interleavings.py -k reserve",
    ),
    Bug(
        "whose agent restores is said by the body",
        "chalicelib/archive/service.py",
        "    if agent.facility_id != caller.facility_id:\n",
        '    if agent.facility_id == "nobody":\n',
        "tests/archive/test_restores.py",
    ),
    Bug(
        "an event that failed is taken for handled",
        "chalicelib/uploads/events.py",
        '"where": place(error)})\n        raise\n',
        '"where": place(error)})\n',
        "tests/faults/test_dead_letters.py",
    ),
    Bug(
        "a dead letter is deleted before it is sent again",
        "chalicelib/queues.py",
        "    for message in messages:\n        _client().send_message(",
        "    for message in messages:\n"
        "        _client().delete_message(\n"
        '            QueueUrl=out_of, ReceiptHandle=message["ReceiptHandle"]\n'
        "        )\n"
        "        _client().send_message(",
        "tests/faults/test_dead_letters.py",
    ),
    Bug(
        "a sweep goes on until Lambda ends it",
        "chalicelib/uploads/sweep.py",
        "        if not has_time():\n",
        "        if not has_time:\n",
        "tests/faults/test_time_outs.py",
    ),
    Bug(
        "the sweep may delete contracts",
        ".chalice/policy-sweep.json",
        '"Action": "dynamodb:UpdateItem"',
        '"Action": ["dynamodb:UpdateItem", "dynamodb:DeleteItem"]',
        "tests/infra/test_privileges.py -n 1",
    ),
    Bug(
        "the ingest may not list, so that a missing object is an error",
        ".chalice/policy-ingest.json",
        '"Action": "s3:ListBucket"',
        '"Action": "s3:GetBucketAcl"',
        "tests/infra/test_privileges.py -n 1",
    ),
    Bug(
        "a batch's examinations are logged",
        "chalicelib/uploads/closing.py",
        '            "outcome": manifest.outcome,\n',
        '            "outcome": str(manifest.examinations),\n',
        "tests/uploads/test_finishing.py",
    ),
    Bug(
        "a patient's number stands in a key",
        "chalicelib/archive/model.py",
        '    return ids.derived_id("patient", facility_id, patient_id)\n',
        '    return f"patient-{patient_id}"\n',
        "tests/archive/test_catalogue.py",
    ),
    Bug(
        "a batch that is closed again skips what was never published",
        "chalicelib/archive/publishing.py",
        "            note(number)\n",
        "            note(number + 1)\n",
        "tests/faults/test_crashes.py -k finish",
    ),
    Bug(
        "a download can be told to be something else",
        "chalicelib/buckets.py",
        '        "response-cache-control": "no-store",\n',
        "",
        "tests/tampering -n 1",
    ),
    Bug(
        "a part's URL is good for any part",
        "chalicelib/buckets.py",
        '    query = {"partNumber": str(number), "uploadId": upload_id}\n',
        '    query = {"uploadId": upload_id}\n',
        "tests/tampering -n 1",
    ),
]
