"""Errors as the peer sees them: a machine code and a human sentence. What is not a Fault is our own bug."""

from typing import Final

CODES: Final = {
    "malformed_frame": "the frame is not a map in the agreed encoding",
    "frame_too_big": "the frame is larger than the limit told in `opened`",
    "missing_field": "a required field is absent",
    "wrong_type": "a field holds another type than the protocol says",
    "bad_value": "a field holds a value the protocol does not allow",
    "text_too_long": "a text is longer than the limit",
    "not_open": "the first message must be `open`",
    "unauthorised": "the token is wrong or missing",
    "not_allowed": "this role may not send this message",
    "unknown_call": "no such call is open on this connection",
    "unknown_suggestion": "no such card was shown on this connection's calls",
    "call_ended": "the call is over",
    "too_many_calls": "the connection or the service carries as many calls as it may",
    "rate_exceeded": "more fragments a second than the limit",
    "not_ready": "no artifact is loaded, or the service is draining or full",
    "engine_failed": "the engine could not answer this final fragment; the call goes on",
}


class Fault(Exception):
    """A peer's bad input. `code` is one of CODES; `str()` is a sentence a person can act on."""

    def __init__(self, code: str, message: str, *, field: str | None = None, retry_after_ms: int | None = None) -> None:
        assert code in CODES, code
        super().__init__(message)
        self.code = code
        self.field = field
        self.retry_after_ms = retry_after_ms
