"""Who a Slack person is to us: a principal with a role, and the language they read."""

from __future__ import annotations

from copilot.domain.access import Principal, Role
from copilot.domain.answer import Language
from copilot.domain.delivery import NotDelivered
from copilot.office import Office
from integrations.slack.web import Web
from integrations.translate import LANGUAGES, language_of_locale
from retrieval.language.detect import guess_language

DEFAULT: Language = "es"
WORDS_TO_TELL = 3
"""Words from which a text tells its own language."""


class People:
    """The persons of the workspace."""

    def __init__(self, office: Office, web: Web) -> None:
        self._office = office
        self._web = web
        self._languages: dict[str, Language] = {}

    @property
    def default_language(self) -> Language:
        """Where nothing tells another one."""
        return self._office.workspace.settings.language or DEFAULT

    def principal(self, team: str, user: str) -> Principal:
        """The person, as a member until another role was given. Reads the database."""
        name = f"slack:{team}:{user}"
        return Principal(id=name, role=Role[self._office.access.role_of(name) or Role.member.name])

    def audience(self, team: str, channel: str) -> Principal:
        """All who read a channel, as one: what is said there is for every member, and a thread is theirs together."""
        return Principal(id=f"slack:{team}:{channel}", role=Role.member)

    def of_text(self, text: str) -> Language:
        """The language a text is in."""
        found = guess_language(text, self.default_language)
        return found if found in LANGUAGES else self.default_language

    async def language(self, user: str, text: str = "") -> Language:
        """Of the text, where it is long enough to tell; else the person's own in Slack."""
        if len(text.split()) >= WORDS_TO_TELL:
            return self.of_text(text)
        if user not in self._languages:
            try:
                told = await self._web.look("users_info", user=user, include_locale=True)
            except NotDelivered:  # without the scope, or out of reach: not worth failing for
                return self.default_language
            locale = told["user"].get("locale")
            self._languages[user] = language_of_locale(locale) if locale else self.default_language
        return self._languages[user]
