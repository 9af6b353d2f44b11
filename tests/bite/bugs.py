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
        "        condition=has_room,\n",
        "",
        "tests/uploads/test_chunks.py",
    ),
    Bug(
        "a case is opened without looking whether one is left",
        "chalicelib/archive/store/cases.py",
        "                condition=_Count.open_cases < _Count.limit_cases,\n",
        "",
        "tests/album/test_cases.py",
    ),
    Bug(
        "a closed case makes no room",
        "chalicelib/archive/store/cases.py",
        "            write.update(_Count(_pk(facility_id)), [_Count.open_cases.add(-1)])\n",
        "",
        "tests/album/test_cases.py",
    ),
    Bug(
        "more cases are charged for and cannot be opened",
        "chalicelib/contracts/store.py",
        "            _set_limit_in(write, changed, may_exceed=may_exceed)\n",
        "            pass\n",
        "tests/contracts/test_display.py",
    ),
    Bug(
        "a closed case can be looked at",
        "chalicelib/album/service.py",
        "    if cases.open_one(caller.facility_id, target_id, examination_id) is None:\n",
        "    if False:\n",
        "tests/album/test_cases.py",
    ),
    Bug(
        "a purge leaves open what nobody can look at any more",
        "chalicelib/purges/steps.py",
        "        _close_cases(found)\n",
        "",
        "tests/purges/test_purge.py",
    ),
    Bug(
        "frames are counted from 0",
        "chalicelib/pictures/single.py",
        "film.frame(number - 1, LONGEST)",
        "film.frame(number % film.count, LONGEST)",
        "tests/album/test_films.py",
    ),
    Bug(
        "a patient's part of the album is not narrowed to a day",
        "chalicelib/album/service.py",
        "        and each.examined_at.startswith(asked.dated)\n",
        "",
        "tests/album/test_album_pages.py",
    ),
    Bug(
        "a patient is found by a name they do not have any more",
        "chalicelib/album/service.py",
        "    return any(each.startswith(wanted) for each in keys_of(patient.name))\n",
        "    return True\n",
        "tests/album/test_album_pages.py",
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
        "    if has_come(claim):",
        "    if not release and has_come(claim):",
        "tests/uploads/test_events.py",
    ),
    Bug(
        "bytes that have come are asked for again",
        "chalicelib/uploads/service.py",
        "    if row.upload_id is None and has_come(row):",
        "    if row.upload_id and has_come(row):",
        "tests/uploads/test_chunks.py",
    ),
    Bug(
        "parts of an object that is joined are asked for again",
        "chalicelib/uploads/multipart.py",
        "    if arrived is None and _is_joined(claim, key):\n        return Standing",
        "    if arrived and _is_joined(claim, key):\n        return Standing",
        "tests/uploads/test_multipart.py",
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
        "chalicelib/buckets/signing.py",
        '        "content-length": str(size_bytes),\n        "content-type"',
        '        "content-type"',
        "tests/uploads/test_chunks.py",
    ),
    Bug(
        "a URL lets an object be written over",
        "chalicelib/buckets/signing.py",
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
        "    if not set(digests) <= stored & selecting.covered(restore.selection, stored):",
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
        "terms that nobody was shown are signed",
        "chalicelib/contracts/signing.py",
        "    if shown_sha256 not in (None, terms_sha256):\n",
        "    if False:\n",
        "tests/contracts/test_offers.py",
    ),
    Bug(
        "a smaller plan is charged for at once",
        "chalicelib/contracts/amending.py",
        "        return proration.amend(old, new, now, today) if",
        "        return proration.change_now(old, new, now, today) if",
        "tests/contracts/test_amending.py",
    ),
    Bug(
        "a change of contract forgets the plan",
        "chalicelib/contracts/store.py",
        "        _set_plan(write, changed)\n",
        "",
        "tests/contracts/test_changes.py",
    ),
    Bug(
        "an object is settled whatever has become of its claim",
        "chalicelib/archive/store/objects.py",
        "        _Object.upload_id.remove(),\n    ]\n"
        "    return _update(claim, actions, _Object.state == ObjectState.CLAIMED.value)\n",
        "        _Object.upload_id.remove(),\n    ]\n    return _update(claim, actions, None)\n",
        "tests/archive/test_object_rows.py",
    ),
    Bug(
        "capacity is claimed after the objects, in a write of its own",
        "chalicelib/uploads/store.py",
        "            if claims:\n"
        "                where = (batch.facility_id, batch.target_id)\n"
        "                usage.claim_in(write, *where, size_bytes, may_exceed=may_exceed)\n",
        "        if claims:\n"
        "            where = (batch.facility_id, batch.target_id)\n"
        "            with transaction() as other:\n"
        "                usage.claim_in(other, *where, size_bytes, may_exceed=may_exceed)\n",
        "tests/faults/test_crashes.py -k chunks",
    ),
    Bug(
        "capacity is read, and then written",
        "chalicelib/archive/store/usage.py",
        "        [_Usage.available_bytes.add(-size_bytes)],\n        condition=has_room,\n",
        "        [_Usage.available_bytes.set("
        "of(facility_id, target_id).available_bytes - size_bytes)],\n"
        "        condition=has_room,\n",
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
        "chalicelib/queues.py",
        "            raise\n\n    processor",
        "\n    processor",
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
        '"Action": ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:UpdateItem"]',
        '"Action": ["dynamodb:DeleteItem", "dynamodb:Query", "dynamodb:UpdateItem"]',
        "tests/infra/test_privileges.py",
    ),
    Bug(
        "the ingest may not list, so that a missing object is an error",
        ".chalice/policy-ingest.json",
        '"Action": "s3:ListBucket"',
        '"Action": "s3:GetBucketAcl"',
        "tests/infra/test_privileges.py",
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
        "tests/uploads/test_finishing.py",
    ),
    Bug(
        "a download can be told to be something else",
        "chalicelib/buckets/signing.py",
        '        "response-cache-control": "no-store",\n        "response-content-encoding"',
        '        "response-content-encoding"',
        "tests/tampering",
    ),
    Bug(
        "a part's URL is good for any part",
        "chalicelib/buckets/signing.py",
        '    query = {"partNumber": str(number), "uploadId": upload_id}\n',
        '    query = {"uploadId": upload_id}\n',
        "tests/tampering",
    ),
    Bug(
        "a form is taken without the token of its session",
        "chalicelib/web/forms.py",
        "    if not (is_ours and _is_from_here(request)):\n",
        "    if not _is_from_here(request):\n",
        "tests/web/test_pages.py -k form",
    ),
    Bug(
        "a form is taken wherever it stood",
        "chalicelib/web/forms.py",
        "    if not (is_ours and _is_from_here(request)):\n",
        "    if not is_ours:\n",
        "tests/web/test_pages.py -k form",
    ),
    Bug(
        "after signing in a link may lead anywhere",
        "chalicelib/web/links.py",
        "    return path if _LOCAL.fullmatch(path) else HOME\n",
        "    return path or HOME\n",
        "tests/web/test_pages.py -k elsewhere",
    ),
    Bug(
        "a template does not escape",
        "chalicelib/web/pages.py",
        "        autoescape=True,\n",
        "        autoescape=False,\n",
        "tests/access/test_sign_in.py -k escaped",
    ),
    Bug(
        "passwords may be tried without end",
        "chalicelib/access/portal_store.py",
        "    is_left = (_Tries.tries < limit) & (_Tries.ends_at > now)\n",
        "    is_left = _Tries.ends_at > now\n",
        "tests/access/test_sign_in.py -k five",
    ),
    Bug(
        "codes may be tried without end",
        "chalicelib/access/sign_in.py",
        "    with _counted(reached.account):\n",
        "    with contextmanager(lambda: iter([None]))():\n",
        "tests/access/test_sign_in.py -k five",
    ),
    Bug(
        "the second factor is not asked for",
        "chalicelib/access/sign_in.py",
        "reached.proved_twice or not settings().require_mfa\n",
        "True\n",
        "tests/access/test_sign_in.py -k second_factor",
    ),
    Bug(
        "one step of signing in stands in for another",
        "chalicelib/access/pages.py",
        "    if found is None or found.step is not step:\n",
        "    if found is None:\n",
        "tests/access/test_sign_in.py -k stands_in",
    ),
    Bug(
        "an idle session goes on",
        "chalicelib/access/service.py",
        "    if idle >= IDLE_LIFE:\n        return None\n",
        "",
        "tests/access/test_visits.py -k idle",
    ),
    Bug(
        "a session that was ended comes back when it is seen",
        "chalicelib/access/portal_store.py",
        "condition=_Visit.pk.exists()",
        "condition=None",
        "tests/access/test_visits.py -k brought_back",
    ),
    Bug(
        "signing in again leaves the old session open",
        "chalicelib/access/pages.py",
        "    if visit.session_id:\n        portal_store.end_visit(visit.session_id)\n",
        "",
        "tests/access/test_sign_in.py -k by_themselves",
    ),
    Bug(
        "a price book is approved by who proposed it",
        "chalicelib/billing/book_store.py",
        "return _both(waits, _Draft.proposed_by != other)",
        "return waits",
        "tests/billing/test_publishing.py -k not_even",
    ),
    Bug(
        "a price book is published though it was changed while it was read",
        "chalicelib/billing/book_store.py",
        "DRAFT), condition=_waits_for(draft, approved.by))",
        "DRAFT))",
        "tests/billing/test_publishing.py -k changed_while",
    ),
    Bug(
        "a published price book is rewritten",
        "chalicelib/billing/book_store.py",
        "write.save(row, condition=_Book.pk.does_not_exist())",
        "write.save(row)",
        "tests/billing/test_publishing.py -k rewritten",
    ),
    Bug(
        "a price book is approved when its month has come",
        "chalicelib/billing/publishing.py",
        "    now = clock.now()\n    if now > last_moment(version):\n        raise Conflict(",
        "    now = clock.now()\n    if not now:\n        raise Conflict(",
        "tests/billing/test_publishing.py -k too_late",
    ),
    Bug(
        "a process remembers the price books for ever",
        "chalicelib/billing/books.py",
        "_of_day(clock.now().date())",
        "_of_day(date.min)",
        "tests/billing/test_publishing.py -k in_time",
    ),
    Bug(
        "a renewal goes back to older prices",
        "chalicelib/contracts/renewal.py",
        "book_of(max(newest_book(on).version, contract.price_book))",
        "newest_book(on)",
        "tests/charging/test_price_books.py -k dated_back",
    ),
    Bug(
        "what was stored after the month counts for it",
        "chalicelib/charging/overage.py",
        "for on, size_bytes in agreed.growth() if on < until)",
        "for on, size_bytes in agreed.growth())",
        "tests/charging/test_overage.py",
    ),
    Bug(
        "an old limit is forgotten once there is another",
        "chalicelib/charging/overage.py",
        "    changes = {effective_on(each) for each in agreed.since(0)}\n",
        "    changes = set[date]()\n",
        "tests/charging/test_overage.py",
    ),
    Bug(
        "contents that were there before count as growth",
        "chalicelib/archive/manifest.py",
        " for each in self.entries if each.stored_in == self.batch_id}",
        " for each in self.entries}",
        "tests/uploads/test_finishing.py",
    ),
    Bug(
        "an area costs what a backup costs",
        "chalicelib/contracts/kinds.py",
        "TargetKind.AREA: Goods(LineKind.AREA, stores=True, points=_area),",
        "TargetKind.AREA: Goods(LineKind.AREA, stores=True, points=_backup),",
        "tests/contracts/test_areas.py",
    ),
    Bug(
        "a term cut short gives back what was given back by hand",
        "chalicelib/billing/corrections.py",
        "    yen = min(most_yen, left_yen)",
        "    yen = most_yen",
        "tests/charging/test_run.py",
    ),
    Bug(
        "an agent may vouch for bytes that are only announced",
        "chalicelib/uploads/proof.py",
        " for each, row in rows.items() if row.state is ObjectState.STORED)",
        " for each in rows)",
        "tests/uploads/test_proof.py",
    ),
    Bug(
        "a device is told that its image is stored because this machine has sent it",
        "agent/hokan_agent/receiving/proof.py",
        "        return {path for path, sha256 in digests.items() if sha256 in stored}",
        "        return set(digests)",
        "tests/agent/test_commitment.py",
    ),
    Bug(
        "a device's question is answered before it is on the disk",
        "agent/hokan_agent/receiving/answering.py",
        "            self._transactions.keep(transaction)\n",
        "",
        "tests/agent/test_commitment.py",
    ),
]
