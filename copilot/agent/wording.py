"""What an answer says of the model that gave it, where that is not the configured one; in the four languages of answers."""

from __future__ import annotations

from copilot.domain.answer import Language
from copilot.grounding.wording import OFFLINE_INSTEAD

OFFLINE = "offline"
OTHER_INSTEAD: dict[Language, str] = {
    "es": "El modelo configurado no respondió ({code}); la respuesta es de {model}.",
    "en": "The configured model did not answer ({code}); this is the answer of {model}.",
    "pt": "O modelo configurado não respondeu ({code}); a resposta é de {model}.",
    "fr": "Le modèle configuré n'a pas répondu ({code}) ; la réponse vient de {model}.",
}


def instead(model: str, code: str, language: Language) -> str:
    """Which model answered in place of the configured one, and why."""
    wording = OFFLINE_INSTEAD if model == OFFLINE else OTHER_INSTEAD
    return wording[language].format(code=code, model=model)
