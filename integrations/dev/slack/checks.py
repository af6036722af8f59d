"""What Slack refuses: sizes and shapes of messages, blocks and metadata. Each check returns Slack's own error code, or None."""

from __future__ import annotations

from typing import Any

MAX_TEXT = 40_000
MAX_MARKDOWN = 12_000
MAX_BLOCKS = 50
MAX_TOTAL = 13_200
"""Characters of all blocks together, above which Slack says msg_blocks_too_long."""
TEXT_LIMITS = {"section": 3_000, "header": 150, "markdown": MAX_MARKDOWN, "context": 3_000}
BLOCK_TYPES = {
    "section",
    "header",
    "markdown",
    "context",
    "context_actions",
    "actions",
    "divider",
    "image",
    "input",
    "rich_text",
    "table",
    "video",
    "file",
    "plan",
    "task_card",
}


def message_error(args: dict[str, Any]) -> str | None:
    """The error of a chat.postMessage or chat.update call."""
    text, markdown, blocks = args.get("text") or "", args.get("markdown_text") or "", args.get("blocks") or []
    if not (text or markdown or blocks or args.get("attachments")):
        return "no_text"
    if markdown and (text or blocks):
        return "markdown_text_conflict"
    if len(text) > MAX_TEXT or len(markdown) > MAX_MARKDOWN:
        return "msg_too_long"
    return blocks_error(blocks) or metadata_error(args.get("metadata"))


def blocks_error(blocks: Any) -> str | None:
    """The error of a list of blocks."""
    if not isinstance(blocks, list) or len(blocks) > MAX_BLOCKS or not all(isinstance(b, dict) for b in blocks):
        return "invalid_blocks"
    ids = [b["block_id"] for b in blocks if "block_id" in b]
    if len(ids) != len(set(ids)) or any(not _block_fits(block) for block in blocks):
        return "invalid_blocks"
    return "msg_blocks_too_long" if sum(len(_words(block)) for block in blocks) > MAX_TOTAL else None


def metadata_error(metadata: Any) -> str | None:
    """The error of a message's metadata."""
    if metadata is None:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        return "invalid_metadata_format"
    return None if isinstance(metadata.get("event_payload"), dict) else "invalid_metadata_format"


def view_error(view: Any) -> str | None:
    """The error of a modal view."""
    if not isinstance(view, dict) or view.get("type") != "modal" or not isinstance(view.get("blocks"), list):
        return "invalid_arguments"
    title = (view.get("title") or {}).get("text", "")
    long = len(title) > 24 or not title or len(view.get("private_metadata", "")) > 3_000 or len(view["blocks"]) > 100
    return "invalid_arguments" if long or any(not _block_fits(b) for b in view["blocks"]) else None


def _block_fits(block: dict[str, Any]) -> bool:
    kind = block.get("type")
    if kind not in BLOCK_TYPES or len(str(block.get("block_id", ""))) > 255:
        return False
    limit = TEXT_LIMITS.get(str(kind))
    texts = (
        [block.get("text")] + list(block.get("fields") or []) + (list(block.get("elements") or []) if kind == "context" else [])
    )
    if limit and any(not _text_fits(text, limit) for text in texts if text is not None):
        return False
    if kind in ("section", "header", "markdown") and not (block.get("text") or block.get("fields")):
        return False
    return kind != "actions" or _actions_fit(block.get("elements"))


def _text_fits(text: Any, limit: int) -> bool:
    words = text.get("text") if isinstance(text, dict) else text
    return isinstance(words, str) and 0 < len(words) <= limit


def _actions_fit(elements: Any) -> bool:
    if not isinstance(elements, list) or not 0 < len(elements) <= 25:
        return False
    ids = [e.get("action_id") for e in elements]
    return len(ids) == len(set(ids)) and all(
        len(str(e.get("value", ""))) <= 2_000 and len((e.get("text") or {}).get("text", "")) <= 75 for e in elements
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_words(v) for k, v in value.items() if k in ("text", "fields", "elements", "rows", "alt_text"))
    if isinstance(value, list):
        return "".join(_words(v) for v in value)
    return value if isinstance(value, str) else ""
