"""The few sentences the check itself says, in the four languages of answers."""

from __future__ import annotations

from copilot.domain.answer import Language

WITHHELD: dict[Language, str] = {
    "es": "Omitido por falta de fuente: «{text}».",
    "en": "Left out for want of a source: “{text}”.",
    "pt": "Omitido por falta de fonte: «{text}».",
    "fr": "Omis faute de source : « {text} ».",
}
NOT_FOUND: dict[Language, str] = {
    "es": "No está en los documentos.",
    "en": "This is not in the documents.",
    "pt": "Isso não está nos documentos.",
    "fr": "Cela ne figure pas dans les documents.",
}
ALL_WITHHELD: dict[Language, str] = {
    "es": "La respuesta se ha omitido: nada de lo encontrado respalda sus cifras o nombres.",
    "en": "The answer was withheld: nothing that was found supports its figures or names.",
    "pt": "A resposta foi omitida: nada do que foi encontrado sustenta os seus números ou nomes.",
    "fr": "La réponse a été retenue : rien de ce qui a été trouvé n'étaye ses chiffres ou ses noms.",
}
"""Where every statement was cut."""
OFFLINE_INSTEAD: dict[Language, str] = {
    "es": "{reason}; la respuesta es del modelo sin conexión.",
    "en": "{reason}; this is the offline model's answer.",
    "pt": "{reason}; a resposta é do modelo sem conexão.",
    "fr": "{reason} ; la réponse vient du modèle hors ligne.",
}
HIDDEN = "[…]"
"""Stands where an unsupported figure stood: what is not traced is not shown, in a gap either."""
LONGEST_GAP = 180
