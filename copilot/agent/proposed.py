"""What an answer says of the changes it proposes: exactly what, and how one confirms it. Written by code, never by a model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from copilot.domain.answer import Language
from copilot.domain.work import Proposal
from copilot.grounding.compose import Grounded
from copilot.grounding.wording import NOT_FOUND
from tools.registry.proposals import Proposer

Exported = tuple[dict[str, Any], ...]

WAITS: dict[Language, str] = {
    "es": "Propuesta {id}: {summary}. No se escribe nada hasta que la confirmes: `rumbo proposal confirm {id}` (en Slack, "
    "`/rumbo confirm {id}`).",
    "en": "Proposal {id}: {summary}. Nothing is written before you confirm it: `rumbo proposal confirm {id}` (in Slack, "
    "`/rumbo confirm {id}`).",
    "pt": "Proposta {id}: {summary}. Nada é escrito antes de você confirmar: `rumbo proposal confirm {id}` (no Slack, "
    "`/rumbo confirm {id}`).",
    "fr": "Proposition {id} : {summary}. Rien n'est écrit avant votre confirmation : `rumbo proposal confirm {id}` (dans Slack, "
    "`/rumbo confirm {id}`).",
}


def with_proposals(grounded: Grounded, proposer: Proposer | None, language: Language) -> tuple[Grounded, Exported]:
    """The answer with the turn's proposals behind it, and their JSON.

    Raises:
        UserCanFix: why the change the person asked for could not be proposed, where the turn came to nothing else.
    """
    if proposer is None or not (proposer.made or proposer.refused):
        return grounded, ()
    if not proposer.made:
        if grounded.answered:
            return grounded, ()
        raise proposer.refused[-1]
    made = list({one.id: one for one in proposer.made}.values())
    told = [_waiting(one, language) for one in made]
    # What a model said without evidence was cut; what is left of it may be nothing but that it was.
    said = [sentence for sentence in grounded.sentences if sentence.strip() != NOT_FOUND[language]]
    parts = [*said[:-1], *(f"{one.rstrip()}\n\n" for one in said[-1:]), *(f"{one}\n" for one in told[:-1]), told[-1]]
    whole = replace(grounded, text="".join(parts), sentences=tuple(parts), answered=True)
    return whole, tuple(_exported(one) for one in made)


def _waiting(one: Proposal, language: Language) -> str:
    return WAITS[language].format(id=one.id, summary=one.summary)


def _exported(one: Proposal) -> dict[str, Any]:
    return one.model_dump(mode="json", exclude={"state", "decided_by", "decided_at", "replaced_by"})
