"""
Client of Mediaplane: one typed gRPC API over WebRTC and SIP media servers.

`connect` makes a client for threads, `mediaplane.aio.connect` one for asyncio. The messages are in `mediaplane.v1`.
"""

from ._channel import Token
from ._client import Client, Watch, connect
from ._errors import FieldViolation, MediaplaneError
from ._progress import Backoff

__all__ = ["Backoff", "Client", "FieldViolation", "MediaplaneError", "Token", "Watch", "connect"]
