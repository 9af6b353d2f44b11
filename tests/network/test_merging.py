"""Two cards of one person, merged and apart again: undoing leaves what would be without it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.audit.store import of_facility
from chalicelib.kernel.errors import Conflict, Invalid, NotFound
from chalicelib.network import cards, matching, merges, merging, sharing, store
from chalicelib.network.matching import Shown
from chalicelib.network.model import MAX_MEMBERS, Merge, NetworkPerson, alone
from tests.faults.crashes import calls_of
from tests.faults.interleaving import orders, played
from tests.network.scene import BORN, Held, doctor, elsewhere, operator, with_card, with_records
from tests.support.snapshot import Snapshot
from tests.support.world import World

WHY = "Both facilities asked for it, by letter of 1 April."
People = dict[str, NetworkPerson]
CARDS = tuple("abcde")


# --- rules -------------------------------------------------------------------------------------


def everybody() -> People:
    return {each: alone(each, each, BORN) for each in CARDS}


def merged(people: People, kept: str, other: str) -> tuple[People, Merge | None]:
    """Merge as the service does, in memory; None where it is refused."""
    one, two = people[people[kept].root], people[people[other].root]
    try:
        merging.check_merge(one, two, links=0)
    except Conflict:
        return people, None
    noted = a_merge(one, two)
    moved = {each: replace(people[each], root=one.person_id) for each in two.members}
    return {**people, **moved, one.person_id: merging.with_merged(one, two)}, noted


def undone(people: People, noted: Merge) -> People | None:
    """Undo as the service does, in memory; None where it is refused."""
    kept = people[noted.kept]
    try:
        merging.check_undo(kept, noted)
    except Conflict:
        return None
    back = {each: replace(people[each], root=noted.merged) for each in noted.moved}
    return {**people, **back, kept.person_id: merging.without_merged(kept, noted)}


def a_merge(kept: NetworkPerson, other: NetworkPerson) -> Merge:
    return Merge(
        merge_id=f"merge-{kept.person_id}{other.person_id}",
        kept=kept.person_id,
        merged=other.person_id,
        kept_network_id=kept.network_id,
        merged_network_id=other.network_id,
        moved=other.members,
        at="",
        by="",
        why=WHY,
    )


def groups(people: People) -> set[frozenset[str]]:
    """Return who is one person, by the roots alone."""
    by_root: dict[str, set[str]] = {}
    for each in people.values():
        by_root.setdefault(each.root, set()).add(each.person_id)
    return {frozenset(each) for each in by_root.values()}


def check(people: People) -> None:
    """Every card stands under a root, which lists it."""
    for each in people.values():
        root = people[each.root]
        assert root.is_root
        assert each.person_id in root.members
    listed = [each for person in people.values() if person.is_root for each in person.members]
    assert sorted(listed) == sorted(people)


def replayed(pairs: Iterable[tuple[str, str]]) -> People:
    people = everybody()
    for kept, other in pairs:
        people, _ = merged(people, kept, other)
    return people


pairs = st.lists(st.tuples(st.sampled_from(CARDS), st.sampled_from(CARDS)), max_size=6)


@given(pairs)
def test_undoing_all_from_the_last_on_leaves_everybody_as_they_were(
    wanted: list[tuple[str, str]],
) -> None:
    people, done = everybody(), []
    for kept, other in wanted:
        before = people
        people, noted = merged(people, kept, other)
        check(people)
        if noted is not None:
            done.append((before, noted))
    for before, noted in reversed(done):
        found = undone(people, noted)
        assert found == before
        people = found


@given(pairs, st.integers(0, 5))
def test_undoing_one_leaves_the_people_that_there_would_be_without_it(
    wanted: list[tuple[str, str]], which: int
) -> None:
    people, done = everybody(), []
    for pair in wanted:
        people, noted = merged(people, *pair)
        done.append((pair, noted))
    chosen = done[which][1] if which < len(done) else None
    found = undone(people, chosen) if chosen else None
    if found is None:
        return  # refused: there is a later one that has to be undone first
    check(found)
    others = [(noted.kept, noted.merged) for _, noted in done if noted and noted is not chosen]
    assert groups(found) == groups(replayed(others))


def test_people_born_on_different_days_are_not_one() -> None:
    with pytest.raises(Conflict) as refused:
        merging.check_merge(alone("a", "a", BORN), alone("b", "b", "1950-01-02"), links=0)
    assert refused.value.code == "birth-dates-differ"


def test_a_person_has_no_more_cards_than_a_search_reads() -> None:
    many = replace(alone("a", "a", BORN), members=tuple(map(str, range(MAX_MEMBERS))))
    with pytest.raises(Conflict) as refused:
        merging.check_merge(many, alone("b", "b", BORN), links=0)
    assert refused.value.code == "too-many-cards"


# --- on DynamoDB -------------------------------------------------------------------------------


def merge(one: Held, other: Held) -> str:
    merge_id = merges.new_merge_id()
    merges.merge(operator(), merge_id, one.network_id, other.network_id, WHY)
    return merge_id


def facilities(network_id: str) -> set[str]:
    """Return whose records a card leads to."""
    found = matching.match(Shown(network_id, date.fromisoformat(BORN)))
    assert found is not None
    return {each.facility_id for each in found.links}


def rows(*held: Held) -> list[NetworkPerson | None]:
    return [store.person(cards.person_id(each.network_id)) for each in held]


def test_both_network_ids_lead_to_the_records_of_both(world: World) -> None:
    one, other = with_card(world), elsewhere(world)
    both = {world.facility_id, other.world.facility_id}
    merge(one, other)
    assert facilities(one.network_id) == facilities(other.network_id) == both


def test_undoing_restores_every_row_as_it_was(world: World) -> None:
    one, other, third = with_card(world), elsewhere(world), elsewhere(world)
    before = rows(one, other, third)
    first, second = merge(other, third), merge(one, other)
    with pytest.raises(Conflict) as refused:
        merges.undo(operator(), first, WHY)
    assert refused.value.code == "undo-the-later-one-first"
    merges.undo(operator(), second, WHY)
    merges.undo(operator(), first, WHY)
    assert rows(one, other, third) == before


def test_what_came_to_a_card_meanwhile_goes_with_it(world: World) -> None:
    one, other = with_card(world), elsewhere(world)
    merge_id = merge(one, other)
    newer = elsewhere(world).world
    sharing.link(doctor(newer), with_records(newer, {"id": "9"}), other.network_id, BORN)
    merges.undo(operator(), merge_id, WHY)
    assert facilities(one.network_id) == {world.facility_id}
    assert facilities(other.network_id) == {other.world.facility_id, newer.facility_id}


def test_a_merge_and_its_undoing_stay_on_the_list_and_in_every_audit(world: World) -> None:
    one, other = with_card(world), elsewhere(world)
    merge_id = merge(one, other)
    merges.undo(operator(), merge_id, "It was another person after all.")
    (noted,), _ = merges.listed(operator(), None)
    assert (noted.why, noted.undone_why) == (WHY, "It was another person after all.")
    for home in (world.facility_id, other.world.facility_id, "provider"):
        done = [event.action for _, event, _ in of_facility(home)]
        assert {"merge-network-cards", "undo-merge"} <= set(done)


def test_a_merge_needs_a_reason_and_two_cards(world: World) -> None:
    one, other = with_card(world), elsewhere(world)
    with pytest.raises(Invalid):
        merges.merge(operator(), merges.new_merge_id(), one.network_id, other.network_id, "so")
    with pytest.raises(NotFound) as refused:
        merges.plan(operator(), one.network_id, cards.new_network_id())
    assert refused.value.code == "no-such-card"
    with pytest.raises(Conflict) as refused_too:
        merges.plan(operator(), one.network_id, one.network_id)
    assert refused_too.value.code == "one-already"


def test_the_same_form_merges_once_and_undoing_twice_is_refused(world: World) -> None:
    one, other, merge_id = with_card(world), elsewhere(world), merges.new_merge_id()
    for _ in range(2):
        merges.merge(operator(), merge_id, one.network_id, other.network_id, WHY)
    merges.undo(operator(), merge_id, WHY)
    with pytest.raises(Conflict) as refused:
        merges.undo(operator(), merge_id, WHY)
    assert refused.value.code == "undone-already"


def test_two_merges_at_once_leave_one_root_for_each_card(world: World) -> None:
    """In every order of their calls: whoever comes second is refused, or merges what there is."""
    a, b, c = with_card(world), elsewhere(world), elsewhere(world)
    pair = (lambda: merge(a, b), lambda: merge(b, c))
    ready, lengths = Snapshot(), []
    for act in pair:
        lengths.append(len(calls_of(act)) + 1)
        ready.restore()
    for order in orders(lengths[0], lengths[1], at_most=10):
        ready.restore()
        actors = played(pair, order)
        assert [each.error for each in actors if each.error] == [], order
        check({each.person_id: each for each in rows(a, b, c) if each is not None})
