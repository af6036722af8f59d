"""What can go wrong, grouped by who must act.

    RumboError
      UserCanFix          a bad question, an unknown name, an unreadable file
      ModelCanRetry       a tool was called with bad arguments; the text goes back to the model
      OperatorMustFix     a setting, a key, a store or an endpoint needs attention

Every error has a `code`, under which `integrations.translate` holds its sentence in es, en, pt and fr,
and `params` that fill it. `str(error)` is the English fallback built from the same parts, fit for a log.
Anything else that is raised is a bug and is allowed to crash.
"""

from __future__ import annotations


class RumboError(Exception):
    """An expected failure with a stable code and the values that explain it."""

    code = "error"
    exit_code = 1
    http_status = 500

    def __init__(self, code: str | None = None, /, **params: object) -> None:
        self.code = code or type(self).code
        self.params = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        told = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.code}: {told}" if told else self.code


class UserCanFix(RumboError):
    """The person asking can mend it; the message names near matches or the next step."""

    code = "bad_request"
    exit_code = 2
    http_status = 422


class ModelCanRetry(RumboError):
    """A tool argument was wrong; the message lists the allowed values."""

    code = "bad_tool_argument"
    exit_code = 2
    http_status = 422


class OperatorMustFix(RumboError):
    """The installation needs attention; the message names the setting or the command."""

    code = "not_ready"
    exit_code = 3
    http_status = 503


class UnitMismatch(UserCanFix):
    """Two quantities of different units were to be added, subtracted or compared."""

    code = "unit_mismatch"
