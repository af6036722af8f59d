from __future__ import annotations

from datetime import timedelta

import pytest

from copilot.domain.access import Principal
from copilot.domain.answer import ConversationSummary, Turn
from copilot.domain.errors import UserCanFix
from retrieval.store.conversations import SqlConversationStore
from retrieval.store.database import Database
from tests.store.material import ANA, BOARD, MONDAY, ROOT


@pytest.fixture
def conversations(database: Database) -> SqlConversationStore:
    return SqlConversationStore(database)


def say(store: SqlConversationStore, *texts: str) -> None:
    for text in texts:
        store.append(ANA, "c1", Turn(user=text, assistant=f"re {text}"), "{}", at=MONDAY)


def test_the_last_turns_come_oldest_first(conversations: SqlConversationStore) -> None:
    say(conversations, "one", "two", "three")

    assert [turn.user for turn in conversations.turns(ANA, "c1", limit=2)] == ["two", "three"]


def test_a_new_conversation_has_no_turns(conversations: SqlConversationStore) -> None:
    assert conversations.turns(ANA, "c1", limit=5) == []


def test_conversations_are_kept_apart(conversations: SqlConversationStore) -> None:
    say(conversations, "one")
    conversations.append(ANA, "c2", Turn(user="other", assistant=""), "{}", at=MONDAY)

    assert [turn.user for turn in conversations.turns(ANA, "c1", limit=5)] == ["one"]


@pytest.mark.parametrize("other", [BOARD, ROOT], ids=["another person", "admin"])
def test_a_conversation_is_its_principals_own(conversations: SqlConversationStore, other: Principal) -> None:
    say(conversations, "one")

    with pytest.raises(UserCanFix, match="unknown_conversation"):
        conversations.turns(other, "c1", limit=5)
    with pytest.raises(UserCanFix, match="unknown_conversation"):
        conversations.append(other, "c1", Turn(user="mine now", assistant=""), "{}", at=MONDAY)
    assert len(conversations.turns(ANA, "c1", limit=5)) == 1


def test_turns_behind_the_summary_come_with_it_oldest_first(conversations: SqlConversationStore) -> None:
    say(conversations, "one", "two", "three", "four")
    summary = ConversationSummary(through=1, text="one turn")
    conversations.summarise(ANA, "c1", summary)

    kept, turns = conversations.unsummarised(ANA, "c1", limit=2)

    assert kept == summary
    assert [turn.user for turn in turns] == ["two", "three"]


def test_a_conversation_summarised_to_its_end_has_no_turns_behind_it(conversations: SqlConversationStore) -> None:
    say(conversations, "one")
    summary = ConversationSummary(through=1, text="one turn")
    conversations.summarise(ANA, "c1", summary)

    assert conversations.unsummarised(ANA, "c1", limit=5) == (summary, [])


def test_without_a_summary_all_turns_are_behind_it(conversations: SqlConversationStore) -> None:
    assert conversations.unsummarised(ANA, "c1", limit=5) == (None, [])
    say(conversations, "one", "two")

    kept, turns = conversations.unsummarised(ANA, "c1", limit=5)

    assert kept is None
    assert [turn.user for turn in turns] == ["one", "two"]


def test_a_summary_is_replaced_by_one_that_reaches_further_only(conversations: SqlConversationStore) -> None:
    say(conversations, "one", "two", "three")

    conversations.summarise(ANA, "c1", ConversationSummary(through=2, text="two turns"))
    conversations.summarise(ANA, "c1", ConversationSummary(through=1, text="one turn"))

    assert conversations.summary(ANA, "c1") == ConversationSummary(through=2, text="two turns")


def test_a_conversation_is_named_and_listed_by_its_title(conversations: SqlConversationStore) -> None:
    say(conversations, "one")

    conversations.entitle(ANA, "c1", "Numbers")

    assert conversations.title(ANA, "c1") == "Numbers"
    assert [row["title"] for row in conversations.listed(ANA, limit=5)] == ["Numbers"]


def test_the_latest_conversation_is_the_one_spoken_in_last(conversations: SqlConversationStore) -> None:
    assert conversations.latest(ANA) is None
    for number, name in enumerate(("c1", "c2", "c1")):
        at = MONDAY + timedelta(minutes=number)
        conversations.append(ANA, name, Turn(user="x", assistant=""), "{}", at=at)

    assert conversations.latest(ANA) == "c1"


def test_notes_and_title_of_someone_else_are_not_read(conversations: SqlConversationStore) -> None:
    say(conversations, "one")

    for look in (conversations.summary, conversations.title):
        with pytest.raises(UserCanFix, match="unknown_conversation"):
            look(BOARD, "c1")
    with pytest.raises(UserCanFix, match="unknown_conversation"):
        conversations.unsummarised(BOARD, "c1", limit=5)


def test_a_deleted_conversation_takes_its_summary_along(conversations: SqlConversationStore) -> None:
    say(conversations, "one")
    conversations.summarise(ANA, "c1", ConversationSummary(through=1, text="one"))

    conversations.delete(ANA, "c1")
    say(conversations, "anew")

    assert conversations.summary(ANA, "c1") is None
