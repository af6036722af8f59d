"""What an answer says of the model that gave it, where that is not the configured one; in the four languages of answers."""

from __future__ import annotations

from copilot.domain.answer import Language
from copilot.grounding.wording import OFFLINE_INSTEAD

OFFLINE = "offline"
OTHER_INSTEAD: dict[Language, str] = {
    "es": "{reason}; la respuesta es de {model}.",
    "en": "{reason}; this is the answer of {model}.",
    "pt": "{reason}; a resposta é de {model}.",
    "fr": "{reason} ; la réponse vient de {model}.",
}
REASONS: dict[str, dict[Language, str]] = {
    "model_unavailable": {
        "es": "El modelo configurado no respondió",
        "en": "The configured model did not answer",
        "pt": "O modelo configurado não respondeu",
        "fr": "Le modèle configuré n'a pas répondu",
    },
    "model_refused_key": {
        "es": "El modelo configurado rechazó la clave",
        "en": "The configured model refused the key",
        "pt": "O modelo configurado recusou a chave",
        "fr": "Le modèle configuré a refusé la clé",
    },
    "model_answered_nonsense": {
        "es": "El modelo configurado no dio una respuesta utilizable",
        "en": "The configured model gave no usable answer",
        "pt": "O modelo configurado não deu uma resposta utilizável",
        "fr": "Le modèle configuré n'a pas donné de réponse utilisable",
    },
}
"""What went wrong, by the error's code; any other is said as no answer."""


def instead(model: str, code: str, language: Language) -> str:
    """Which model answered in place of the configured one, and why."""
    wording = OFFLINE_INSTEAD if model == OFFLINE else OTHER_INSTEAD
    reason = REASONS.get(code, REASONS["model_unavailable"])[language]
    return wording[language].format(reason=reason, model=model)
