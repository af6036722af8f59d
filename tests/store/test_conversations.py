from __future__ import annotations

import pytest

from copilot.domain.access import Principal
from copilot.domain.answer import Turn
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
