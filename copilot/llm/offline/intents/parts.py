"""A question in several parts: where one ends and the next begins."""

from __future__ import annotations

import re

ARTICLES = r"(?:el |la |los |las |the |o |a |os |as |le |les |del? |da |do |du )*"
JOINED = re.compile(rf"\s(?:y|e|and|et|con|with|avec|com|vs\.?|versus|frente a|contra)\s{ARTICLES}", re.IGNORECASE)
"""Between two things: `A y B`, `A versus B`."""
ASKING = "cuanto|cuánto|cuanta|cuánta|cual|cuál|que|qué|how|what|which|combien|quel|quelle|quanto|qual"
NEXT_QUESTION = re.compile(rf",?\s(?:y|e|and|et)\s(?:a |con |en |de |at |for )?(?:{ASKING})\b", re.IGNORECASE)
"""Before a second question: `... y cuánto cuesta`."""
