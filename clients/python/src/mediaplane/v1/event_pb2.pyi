import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from mediaplane.v1 import room_pb2 as _room_pb2
from mediaplane.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EventType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_TYPE_UNSPECIFIED: _ClassVar[EventType]
    EVENT_TYPE_CREATED: _ClassVar[EventType]
    EVENT_TYPE_OFFER: _ClassVar[EventType]
    EVENT_TYPE_ANSWER: _ClassVar[EventType]
    EVENT_TYPE_TYPE: _ClassVar[EventType]
    EVENT_TYPE_CANDIDATE: _ClassVar[EventType]
    EVENT_TYPE_CANDIDATE_END: _ClassVar[EventType]
    EVENT_TYPE_STATUS: _ClassVar[EventType]
    EVENT_TYPE_INFO: _ClassVar[EventType]
    EVENT_TYPE_MEDIA_FLOW: _ClassVar[EventType]
    EVENT_TYPE_RECORDER: _ClassVar[EventType]
    EVENT_TYPE_PLAYER: _ClassVar[EventType]
    EVENT_TYPE_DTMF: _ClassVar[EventType]
    EVENT_TYPE_BACKEND_LOST: _ClassVar[EventType]
    EVENT_TYPE_DESTROYED: _ClassVar[EventType]
    EVENT_TYPE_ROOM_CREATED: _ClassVar[EventType]
    EVENT_TYPE_MEMBER_STARTED: _ClassVar[EventType]
    EVENT_TYPE_MEMBER_STOPPED: _ClassVar[EventType]
    EVENT_TYPE_ROOM_UPDATED: _ClassVar[EventType]
    EVENT_TYPE_ROOM_DESTROYED: _ClassVar[EventType]
EVENT_TYPE_UNSPECIFIED: EventType
EVENT_TYPE_CREATED: EventType
EVENT_TYPE_OFFER: EventType
EVENT_TYPE_ANSWER: EventType
EVENT_TYPE_TYPE: EventType
EVENT_TYPE_CANDIDATE: EventType
EVENT_TYPE_CANDIDATE_END: EventType
EVENT_TYPE_STATUS: EventType
EVENT_TYPE_INFO: EventType
EVENT_TYPE_MEDIA_FLOW: EventType
EVENT_TYPE_RECORDER: EventType
EVENT_TYPE_PLAYER: EventType
EVENT_TYPE_DTMF: EventType
EVENT_TYPE_BACKEND_LOST: EventType
EVENT_TYPE_DESTROYED: EventType
EVENT_TYPE_ROOM_CREATED: EventType
EVENT_TYPE_MEMBER_STARTED: EventType
EVENT_TYPE_MEMBER_STOPPED: EventType
EVENT_TYPE_ROOM_UPDATED: EventType
EVENT_TYPE_ROOM_DESTROYED: EventType

class Event(_message.Message):
    __slots__ = ("sequence", "time", "session_id", "room_id", "event_body", "created", "offer", "answer", "type", "candidate", "candidate_end", "status", "info", "media_flow", "recorder", "player", "dtmf", "backend_lost", "destroyed", "room_created", "member_started", "member_stopped", "room_updated", "room_destroyed")
    class Created(_message.Message):
        __slots__ = ("session",)
        SESSION_FIELD_NUMBER: _ClassVar[int]
        session: _types_pb2.Session
        def __init__(self, session: _Optional[_Union[_types_pb2.Session, _Mapping]] = ...) -> None: ...
    class TypeChanged(_message.Message):
        __slots__ = ("type", "type_ext")
        TYPE_FIELD_NUMBER: _ClassVar[int]
        TYPE_EXT_FIELD_NUMBER: _ClassVar[int]
        type: _types_pb2.SessionKind
        type_ext: _types_pb2.TypeExt
        def __init__(self, type: _Optional[_Union[_types_pb2.SessionKind, str]] = ..., type_ext: _Optional[_Union[_types_pb2.TypeExt, _Mapping]] = ...) -> None: ...
    class CandidateEnd(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Status(_message.Message):
        __slots__ = ("body",)
        CLASS_FIELD_NUMBER: _ClassVar[int]
        BODY_FIELD_NUMBER: _ClassVar[int]
        body: _struct_pb2.Struct
        def __init__(self, body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., **kwargs) -> None: ...
    class Info(_message.Message):
        __slots__ = ("info", "body")
        INFO_FIELD_NUMBER: _ClassVar[int]
        BODY_FIELD_NUMBER: _ClassVar[int]
        info: str
        body: _struct_pb2.Struct
        def __init__(self, info: _Optional[str] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...
    class MediaFlow(_message.Message):
        __slots__ = ("kind", "mid", "flowing")
        KIND_FIELD_NUMBER: _ClassVar[int]
        MID_FIELD_NUMBER: _ClassVar[int]
        FLOWING_FIELD_NUMBER: _ClassVar[int]
        kind: _types_pb2.MediaKind
        mid: str
        flowing: bool
        def __init__(self, kind: _Optional[_Union[_types_pb2.MediaKind, str]] = ..., mid: _Optional[str] = ..., flowing: _Optional[bool] = ...) -> None: ...
    class Dtmf(_message.Message):
        __slots__ = ("digits", "duration")
        DIGITS_FIELD_NUMBER: _ClassVar[int]
        DURATION_FIELD_NUMBER: _ClassVar[int]
        digits: str
        duration: _duration_pb2.Duration
        def __init__(self, digits: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class BackendLost(_message.Message):
        __slots__ = ("backend", "message")
        BACKEND_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        backend: _types_pb2.BackendRef
        message: str
        def __init__(self, backend: _Optional[_Union[_types_pb2.BackendRef, _Mapping]] = ..., message: _Optional[str] = ...) -> None: ...
    class Destroyed(_message.Message):
        __slots__ = ("code", "reason", "message")
        CODE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        code: int
        reason: str
        message: str
        def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
    class RoomDestroyed(_message.Message):
        __slots__ = ("message", "reason")
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        message: str
        reason: str
        def __init__(self, message: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_ID_FIELD_NUMBER: _ClassVar[int]
    EVENT_BODY_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_END_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FLOW_FIELD_NUMBER: _ClassVar[int]
    RECORDER_FIELD_NUMBER: _ClassVar[int]
    PLAYER_FIELD_NUMBER: _ClassVar[int]
    DTMF_FIELD_NUMBER: _ClassVar[int]
    BACKEND_LOST_FIELD_NUMBER: _ClassVar[int]
    DESTROYED_FIELD_NUMBER: _ClassVar[int]
    ROOM_CREATED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_STARTED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_STOPPED_FIELD_NUMBER: _ClassVar[int]
    ROOM_UPDATED_FIELD_NUMBER: _ClassVar[int]
    ROOM_DESTROYED_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    time: _timestamp_pb2.Timestamp
    session_id: str
    room_id: str
    event_body: _struct_pb2.Struct
    created: Event.Created
    offer: _types_pb2.SessionDescription
    answer: _types_pb2.SessionDescription
    type: Event.TypeChanged
    candidate: _types_pb2.IceCandidate
    candidate_end: Event.CandidateEnd
    status: Event.Status
    info: Event.Info
    media_flow: Event.MediaFlow
    recorder: _types_pb2.Recording
    player: _types_pb2.Player
    dtmf: Event.Dtmf
    backend_lost: Event.BackendLost
    destroyed: Event.Destroyed
    room_created: _room_pb2.Room
    member_started: _types_pb2.RoomMember
    member_stopped: _types_pb2.RoomMember
    room_updated: _room_pb2.Room
    room_destroyed: Event.RoomDestroyed
    def __init__(self, sequence: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., session_id: _Optional[str] = ..., room_id: _Optional[str] = ..., event_body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created: _Optional[_Union[Event.Created, _Mapping]] = ..., offer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ..., answer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ..., type: _Optional[_Union[Event.TypeChanged, _Mapping]] = ..., candidate: _Optional[_Union[_types_pb2.IceCandidate, _Mapping]] = ..., candidate_end: _Optional[_Union[Event.CandidateEnd, _Mapping]] = ..., status: _Optional[_Union[Event.Status, _Mapping]] = ..., info: _Optional[_Union[Event.Info, _Mapping]] = ..., media_flow: _Optional[_Union[Event.MediaFlow, _Mapping]] = ..., recorder: _Optional[_Union[_types_pb2.Recording, _Mapping]] = ..., player: _Optional[_Union[_types_pb2.Player, _Mapping]] = ..., dtmf: _Optional[_Union[Event.Dtmf, _Mapping]] = ..., backend_lost: _Optional[_Union[Event.BackendLost, _Mapping]] = ..., destroyed: _Optional[_Union[Event.Destroyed, _Mapping]] = ..., room_created: _Optional[_Union[_room_pb2.Room, _Mapping]] = ..., member_started: _Optional[_Union[_types_pb2.RoomMember, _Mapping]] = ..., member_stopped: _Optional[_Union[_types_pb2.RoomMember, _Mapping]] = ..., room_updated: _Optional[_Union[_room_pb2.Room, _Mapping]] = ..., room_destroyed: _Optional[_Union[Event.RoomDestroyed, _Mapping]] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ("session_id", "room_id", "first_missed", "last_missed")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_MISSED_FIELD_NUMBER: _ClassVar[int]
    LAST_MISSED_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    room_id: str
    first_missed: int
    last_missed: int
    def __init__(self, session_id: _Optional[str] = ..., room_id: _Optional[str] = ..., first_missed: _Optional[int] = ..., last_missed: _Optional[int] = ...) -> None: ...

class Snapshot(_message.Message):
    __slots__ = ("sequence", "session", "room")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    session: _types_pb2.Session
    room: _room_pb2.Room
    def __init__(self, sequence: _Optional[int] = ..., session: _Optional[_Union[_types_pb2.Session, _Mapping]] = ..., room: _Optional[_Union[_room_pb2.Room, _Mapping]] = ...) -> None: ...

class WatchEventsRequest(_message.Message):
    __slots__ = ("session_ids", "room_ids", "subscriber", "all", "types", "labels", "after_sequence", "snapshot", "from_now")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class SessionIds(_message.Message):
        __slots__ = ("ids",)
        IDS_FIELD_NUMBER: _ClassVar[int]
        ids: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...
    class RoomIds(_message.Message):
        __slots__ = ("ids",)
        IDS_FIELD_NUMBER: _ClassVar[int]
        ids: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...
    class All(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    SESSION_IDS_FIELD_NUMBER: _ClassVar[int]
    ROOM_IDS_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBER_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    FROM_NOW_FIELD_NUMBER: _ClassVar[int]
    session_ids: WatchEventsRequest.SessionIds
    room_ids: WatchEventsRequest.RoomIds
    subscriber: str
    all: WatchEventsRequest.All
    types: _containers.RepeatedScalarFieldContainer[EventType]
    labels: _containers.ScalarMap[str, str]
    after_sequence: int
    snapshot: bool
    from_now: bool
    def __init__(self, session_ids: _Optional[_Union[WatchEventsRequest.SessionIds, _Mapping]] = ..., room_ids: _Optional[_Union[WatchEventsRequest.RoomIds, _Mapping]] = ..., subscriber: _Optional[str] = ..., all: _Optional[_Union[WatchEventsRequest.All, _Mapping]] = ..., types: _Optional[_Iterable[_Union[EventType, str]]] = ..., labels: _Optional[_Mapping[str, str]] = ..., after_sequence: _Optional[int] = ..., snapshot: _Optional[bool] = ..., from_now: _Optional[bool] = ...) -> None: ...

class WatchEventsResponse(_message.Message):
    __slots__ = ("event", "gap", "snapshot")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    event: Event
    gap: Gap
    snapshot: Snapshot
    def __init__(self, event: _Optional[_Union[Event, _Mapping]] = ..., gap: _Optional[_Union[Gap, _Mapping]] = ..., snapshot: _Optional[_Union[Snapshot, _Mapping]] = ...) -> None: ...
