"""What the simulator's people care about and write: the same from a seed, half of it about nothing."""

from collections import Counter

from domain.topic import TOPICS as OURS
from simulator.acts import Act
from simulator.audience import Audience
from simulator.facebook.texts import _TEXTS, text_of
from simulator.interests import TOPICS, interests_of, topic_of
from simulator.people import OWN
from simulator.rings import COMMENTS, OPTED_IN, REPLIES
from simulator.said import ABOUT
from simulator.slots import place_of_slot, slots_of_place

AUDIENCE = Audience(5, 8000)
WRITTEN = AUDIENCE.whole(COMMENTS).all()


def by_person() -> dict[int, list[Act]]:
    found: dict[int, list[Act]] = {}
    for each in WRITTEN:
        found.setdefault(each.person, []).append(each)
    return found


def test_people_care_for_none_one_or_two_topics() -> None:
    counted = Counter(len(interests_of(5, each)) for each in range(4000))
    assert 0.25 < counted[0] / 4000 < 0.35
    assert 0.45 < counted[1] / 4000 < 0.55
    assert set(counted) == {0, 1, 2}
    assert {topic for each in range(4000) for topic in interests_of(5, each)} == set(TOPICS) == set(OURS)
    assert all(len(set(interests_of(5, each))) == len(interests_of(5, each)) for each in range(4000))


def test_the_same_seed_makes_the_same_texts_and_another_others() -> None:
    assert [text_of(5, each) for each in WRITTEN] == [text_of(5, each) for each in WRITTEN]
    assert [text_of(5, each) for each in WRITTEN] != [text_of(6, each) for each in WRITTEN]


def test_half_of_what_is_written_is_about_nothing_and_all_odd_texts_occur() -> None:
    topics = [topic_of(5, each) for each in WRITTEN]
    assert 0.45 < topics.count(None) / len(topics) < 0.65
    assert {text_of(5, each) for each in WRITTEN} >= set(_TEXTS)


def test_whoever_cares_for_nothing_writes_of_topics_now_and_then_only() -> None:
    silent = [topic_of(5, each) for each in WRITTEN if not interests_of(5, each.person)]
    assert 0.05 < 1 - silent.count(None) / len(silent) < 0.17


def test_some_write_often_and_about_what_they_care_for() -> None:
    often = {person: acts for person, acts in by_person().items() if len(acts) >= 8 and person != OWN}
    assert len(often) > 10
    assert all(len({each.post for each in acts}) >= 6 for acts in often.values())
    own = [
        topic_of(5, each) in interests_of(5, person)
        for person, acts in often.items()
        for each in acts
        if interests_of(5, person)
    ]
    assert 0.4 < sum(own) / len(own) < 0.65


def test_whoever_writes_often_has_opted_in_at_times() -> None:
    often = {person for person, acts in by_person().items() if len(acts) >= 8}
    opted = {each.person for each in AUDIENCE.whole(OPTED_IN).all()}
    assert often - {OWN, *AUDIENCE.staff} <= opted


def test_a_place_leads_to_its_slots_and_back() -> None:
    for count in (0, 1, 2, 3, 24, 25, 200):
        slots = [slot for place in range(count) for slot in slots_of_place(place, count)]
        assert sorted(slots) == list(range(count))
        for place in range(count):
            assert all(place_of_slot(slot, count) == place for slot in slots_of_place(place, count))


def test_sentences_are_many_and_each_about_one_topic() -> None:
    said = [each for languages in ABOUT.values() for some in languages.values() for each in some]
    assert len(set(said)) == len(said) == len(TOPICS) * 12
    assert REPLIES.talks
