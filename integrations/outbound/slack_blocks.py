"""An outgoing message as Slack blocks: markdown, and for a review the three buttons. Sizes are Slack's."""

from __future__ import annotations

from typing import Any

from copilot.domain.work import OutboxMessage

MAX_MARKDOWN = 11_500
"""Below the 12,000 of a markdown block and the 13,200 of all blocks, with room for the buttons."""
BUTTONS: dict[str, dict[str, str]] = {
    "es": {
        "approve": "Aprobar",
        "edit": "Editar",
        "reject": "Rechazar",
        "cut": "… el borrador completo: `rumbo status show {id}`",
    },
    "en": {"approve": "Approve", "edit": "Edit", "reject": "Reject", "cut": "… the whole draft: `rumbo status show {id}`"},
    "pt": {
        "approve": "Aprovar",
        "edit": "Editar",
        "reject": "Rejeitar",
        "cut": "… o rascunho completo: `rumbo status show {id}`",
    },
    "fr": {
        "approve": "Approuver",
        "edit": "Modifier",
        "reject": "Rejeter",
        "cut": "… le brouillon entier : `rumbo status show {id}`",
    },
}
STYLES = {"approve": "primary", "reject": "danger"}


def message_blocks(message: OutboxMessage) -> list[dict[str, Any]]:
    """The blocks of a message."""
    blocks = [{"type": "markdown", "text": _fitted(message)}]
    return [*blocks, review_buttons(message)] if message.kind == "review" else blocks


def review_buttons(message: OutboxMessage) -> dict[str, Any]:
    """Approve, Edit, Reject; each button's value names the draft and the version it was shown at."""
    words = BUTTONS[message.language]
    elements = [
        {
            "type": "button",
            "action_id": f"status_{action}",
            "text": {"type": "plain_text", "text": words[action]},
            "value": f"{message.draft_id}:{message.draft_version}",
            **({"style": STYLES[action]} if action in STYLES else {}),
        }
        for action in ("approve", "edit", "reject")
    ]
    return {"type": "actions", "block_id": f"status_{message.draft_id}_{message.draft_version}", "elements": elements}


def _fitted(message: OutboxMessage) -> str:
    if len(message.text) <= MAX_MARKDOWN:
        return message.text
    tail = "\n" + BUTTONS[message.language]["cut"].format(id=message.draft_id)
    kept = message.text[: MAX_MARKDOWN - len(tail)]
    return kept[: kept.rfind("\n")] + tail
