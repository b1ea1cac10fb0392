import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from mediaplane.v1 import event_pb2 as _event_pb2
from mediaplane.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class MediaDirection(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEDIA_DIRECTION_UNSPECIFIED: _ClassVar[MediaDirection]
    MEDIA_DIRECTION_RECEIVED: _ClassVar[MediaDirection]
    MEDIA_DIRECTION_SENT: _ClassVar[MediaDirection]
MEDIA_DIRECTION_UNSPECIFIED: MediaDirection
MEDIA_DIRECTION_RECEIVED: MediaDirection
MEDIA_DIRECTION_SENT: MediaDirection

class CreateSessionRequest(_message.Message):
    __slots__ = ("session_id", "type", "wait_reply", "offer", "no_offer_trickle_ice", "no_answer_trickle_ice", "trickle_ice_timeout", "sdp_type", "backend", "master_id", "set_master_answer", "stop_after_peer", "wait_timeout", "ready_timeout", "subscribe", "subscriber", "event_body", "destroy_when_unwatched", "media", "user_id", "labels", "backend_options")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    WAIT_REPLY_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    NO_OFFER_TRICKLE_ICE_FIELD_NUMBER: _ClassVar[int]
    NO_ANSWER_TRICKLE_ICE_FIELD_NUMBER: _ClassVar[int]
    TRICKLE_ICE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    SDP_TYPE_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    MASTER_ID_FIELD_NUMBER: _ClassVar[int]
    SET_MASTER_ANSWER_FIELD_NUMBER: _ClassVar[int]
    STOP_AFTER_PEER_FIELD_NUMBER: _ClassVar[int]
    WAIT_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    READY_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBE_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIBER_FIELD_NUMBER: _ClassVar[int]
    EVENT_BODY_FIELD_NUMBER: _ClassVar[int]
    DESTROY_WHEN_UNWATCHED_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    BACKEND_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    type: _types_pb2.SessionType
    wait_reply: bool
    offer: _types_pb2.SessionDescription
    no_offer_trickle_ice: bool
    no_answer_trickle_ice: bool
    trickle_ice_timeout: _duration_pb2.Duration
    sdp_type: _types_pb2.SdpType
    backend: str
    master_id: str
    set_master_answer: bool
    stop_after_peer: bool
    wait_timeout: _duration_pb2.Duration
    ready_timeout: _duration_pb2.Duration
    subscribe: bool
    subscriber: str
    event_body: _struct_pb2.Struct
    destroy_when_unwatched: _duration_pb2.Duration
    media: _types_pb2.MediaUpdate
    user_id: str
    labels: _containers.ScalarMap[str, str]
    backend_options: _struct_pb2.Struct
    def __init__(self, session_id: _Optional[str] = ..., type: _Optional[_Union[_types_pb2.SessionType, _Mapping]] = ..., wait_reply: _Optional[bool] = ..., offer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ..., no_offer_trickle_ice: _Optional[bool] = ..., no_answer_trickle_ice: _Optional[bool] = ..., trickle_ice_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., sdp_type: _Optional[_Union[_types_pb2.SdpType, str]] = ..., backend: _Optional[str] = ..., master_id: _Optional[str] = ..., set_master_answer: _Optional[bool] = ..., stop_after_peer: _Optional[bool] = ..., wait_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., ready_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., subscribe: _Optional[bool] = ..., subscriber: _Optional[str] = ..., event_body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., destroy_when_unwatched: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., media: _Optional[_Union[_types_pb2.MediaUpdate, _Mapping]] = ..., user_id: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., backend_options: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class CreateSessionResponse(_message.Message):
    __slots__ = ("session_id", "offer", "answer", "session")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    offer: _types_pb2.SessionDescription
    answer: _types_pb2.SessionDescription
    session: _types_pb2.Session
    def __init__(self, session_id: _Optional[str] = ..., offer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ..., answer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ..., session: _Optional[_Union[_types_pb2.Session, _Mapping]] = ...) -> None: ...

class DestroySessionRequest(_message.Message):
    __slots__ = ("session_id", "message")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    message: str
    def __init__(self, session_id: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class DestroySessionResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetAnswerRequest(_message.Message):
    __slots__ = ("session_id", "answer")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    answer: _types_pb2.SessionDescription
    def __init__(self, session_id: _Optional[str] = ..., answer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ...) -> None: ...

class SetAnswerResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetSessionRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetSessionResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _types_pb2.Session
    def __init__(self, session: _Optional[_Union[_types_pb2.Session, _Mapping]] = ...) -> None: ...

class SessionFilter(_message.Message):
    __slots__ = ("types", "backends", "statuses", "user_id", "room_id", "labels")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TYPES_FIELD_NUMBER: _ClassVar[int]
    BACKENDS_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_ID_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedScalarFieldContainer[_types_pb2.SessionKind]
    backends: _containers.RepeatedScalarFieldContainer[str]
    statuses: _containers.RepeatedScalarFieldContainer[_types_pb2.SessionStatus]
    user_id: str
    room_id: str
    labels: _containers.ScalarMap[str, str]
    def __init__(self, types: _Optional[_Iterable[_Union[_types_pb2.SessionKind, str]]] = ..., backends: _Optional[_Iterable[str]] = ..., statuses: _Optional[_Iterable[_Union[_types_pb2.SessionStatus, str]]] = ..., user_id: _Optional[str] = ..., room_id: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ListSessionsRequest(_message.Message):
    __slots__ = ("filter", "page_size", "page_token")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    filter: SessionFilter
    page_size: int
    page_token: str
    def __init__(self, filter: _Optional[_Union[SessionFilter, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSessionsResponse(_message.Message):
    __slots__ = ("sessions", "next_page_token")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    sessions: _containers.RepeatedCompositeFieldContainer[_types_pb2.Session]
    next_page_token: str
    def __init__(self, sessions: _Optional[_Iterable[_Union[_types_pb2.Session, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetOfferRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetOfferResponse(_message.Message):
    __slots__ = ("offer",)
    OFFER_FIELD_NUMBER: _ClassVar[int]
    offer: _types_pb2.SessionDescription
    def __init__(self, offer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ...) -> None: ...

class GetAnswerRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetAnswerResponse(_message.Message):
    __slots__ = ("answer",)
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    answer: _types_pb2.SessionDescription
    def __init__(self, answer: _Optional[_Union[_types_pb2.SessionDescription, _Mapping]] = ...) -> None: ...

class UpdateMediaRequest(_message.Message):
    __slots__ = ("session_id", "media")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    media: _types_pb2.MediaUpdate
    def __init__(self, session_id: _Optional[str] = ..., media: _Optional[_Union[_types_pb2.MediaUpdate, _Mapping]] = ...) -> None: ...

class UpdateMediaResponse(_message.Message):
    __slots__ = ("media",)
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    media: _types_pb2.MediaUpdate
    def __init__(self, media: _Optional[_Union[_types_pb2.MediaUpdate, _Mapping]] = ...) -> None: ...

class SetTypeRequest(_message.Message):
    __slots__ = ("session_id", "type")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    type: _types_pb2.SessionType
    def __init__(self, session_id: _Optional[str] = ..., type: _Optional[_Union[_types_pb2.SessionType, _Mapping]] = ...) -> None: ...

class SetTypeResponse(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: _types_pb2.Session
    def __init__(self, session: _Optional[_Union[_types_pb2.Session, _Mapping]] = ...) -> None: ...

class RecorderActionRequest(_message.Message):
    __slots__ = ("session_id", "start", "stop", "pause", "resume", "get_actions")
    class Start(_message.Message):
        __slots__ = ("uri", "format")
        URI_FIELD_NUMBER: _ClassVar[int]
        FORMAT_FIELD_NUMBER: _ClassVar[int]
        uri: str
        format: str
        def __init__(self, uri: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...
    class Stop(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Pause(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Resume(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class GetActions(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    GET_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    start: RecorderActionRequest.Start
    stop: RecorderActionRequest.Stop
    pause: RecorderActionRequest.Pause
    resume: RecorderActionRequest.Resume
    get_actions: RecorderActionRequest.GetActions
    def __init__(self, session_id: _Optional[str] = ..., start: _Optional[_Union[RecorderActionRequest.Start, _Mapping]] = ..., stop: _Optional[_Union[RecorderActionRequest.Stop, _Mapping]] = ..., pause: _Optional[_Union[RecorderActionRequest.Pause, _Mapping]] = ..., resume: _Optional[_Union[RecorderActionRequest.Resume, _Mapping]] = ..., get_actions: _Optional[_Union[RecorderActionRequest.GetActions, _Mapping]] = ...) -> None: ...

class RecorderActionResponse(_message.Message):
    __slots__ = ("recording", "actions")
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    recording: _types_pb2.Recording
    actions: _containers.RepeatedScalarFieldContainer[_types_pb2.RecorderActionKind]
    def __init__(self, recording: _Optional[_Union[_types_pb2.Recording, _Mapping]] = ..., actions: _Optional[_Iterable[_Union[_types_pb2.RecorderActionKind, str]]] = ...) -> None: ...

class PlayerActionRequest(_message.Message):
    __slots__ = ("session_id", "start", "stop", "pause", "resume", "get_info", "get_position", "set_position", "get_actions")
    class Start(_message.Message):
        __slots__ = ("uri", "loops")
        URI_FIELD_NUMBER: _ClassVar[int]
        LOOPS_FIELD_NUMBER: _ClassVar[int]
        uri: str
        loops: int
        def __init__(self, uri: _Optional[str] = ..., loops: _Optional[int] = ...) -> None: ...
    class Stop(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Pause(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Resume(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class GetInfo(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class GetPosition(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class SetPosition(_message.Message):
        __slots__ = ("position",)
        POSITION_FIELD_NUMBER: _ClassVar[int]
        position: _duration_pb2.Duration
        def __init__(self, position: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class GetActions(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    STOP_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    GET_INFO_FIELD_NUMBER: _ClassVar[int]
    GET_POSITION_FIELD_NUMBER: _ClassVar[int]
    SET_POSITION_FIELD_NUMBER: _ClassVar[int]
    GET_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    start: PlayerActionRequest.Start
    stop: PlayerActionRequest.Stop
    pause: PlayerActionRequest.Pause
    resume: PlayerActionRequest.Resume
    get_info: PlayerActionRequest.GetInfo
    get_position: PlayerActionRequest.GetPosition
    set_position: PlayerActionRequest.SetPosition
    get_actions: PlayerActionRequest.GetActions
    def __init__(self, session_id: _Optional[str] = ..., start: _Optional[_Union[PlayerActionRequest.Start, _Mapping]] = ..., stop: _Optional[_Union[PlayerActionRequest.Stop, _Mapping]] = ..., pause: _Optional[_Union[PlayerActionRequest.Pause, _Mapping]] = ..., resume: _Optional[_Union[PlayerActionRequest.Resume, _Mapping]] = ..., get_info: _Optional[_Union[PlayerActionRequest.GetInfo, _Mapping]] = ..., get_position: _Optional[_Union[PlayerActionRequest.GetPosition, _Mapping]] = ..., set_position: _Optional[_Union[PlayerActionRequest.SetPosition, _Mapping]] = ..., get_actions: _Optional[_Union[PlayerActionRequest.GetActions, _Mapping]] = ...) -> None: ...

class PlayerActionResponse(_message.Message):
    __slots__ = ("player", "actions")
    PLAYER_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    player: _types_pb2.Player
    actions: _containers.RepeatedScalarFieldContainer[_types_pb2.PlayerActionKind]
    def __init__(self, player: _Optional[_Union[_types_pb2.Player, _Mapping]] = ..., actions: _Optional[_Iterable[_Union[_types_pb2.PlayerActionKind, str]]] = ...) -> None: ...

class RoomActionRequest(_message.Message):
    __slots__ = ("session_id", "set_layout", "get_actions", "list_members", "mute_member", "kick_member", "lock", "unlock", "play", "record")
    class SetLayout(_message.Message):
        __slots__ = ("layout",)
        LAYOUT_FIELD_NUMBER: _ClassVar[int]
        layout: str
        def __init__(self, layout: _Optional[str] = ...) -> None: ...
    class GetActions(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class ListMembers(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class MuteMember(_message.Message):
        __slots__ = ("member_id", "mute_audio", "mute_video")
        MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
        MUTE_AUDIO_FIELD_NUMBER: _ClassVar[int]
        MUTE_VIDEO_FIELD_NUMBER: _ClassVar[int]
        member_id: str
        mute_audio: bool
        mute_video: bool
        def __init__(self, member_id: _Optional[str] = ..., mute_audio: _Optional[bool] = ..., mute_video: _Optional[bool] = ...) -> None: ...
    class KickMember(_message.Message):
        __slots__ = ("member_id",)
        MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
        member_id: str
        def __init__(self, member_id: _Optional[str] = ...) -> None: ...
    class Lock(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Unlock(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class Play(_message.Message):
        __slots__ = ("uri", "stop")
        URI_FIELD_NUMBER: _ClassVar[int]
        STOP_FIELD_NUMBER: _ClassVar[int]
        uri: str
        stop: bool
        def __init__(self, uri: _Optional[str] = ..., stop: _Optional[bool] = ...) -> None: ...
    class Record(_message.Message):
        __slots__ = ("uri", "stop")
        URI_FIELD_NUMBER: _ClassVar[int]
        STOP_FIELD_NUMBER: _ClassVar[int]
        uri: str
        stop: bool
        def __init__(self, uri: _Optional[str] = ..., stop: _Optional[bool] = ...) -> None: ...
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SET_LAYOUT_FIELD_NUMBER: _ClassVar[int]
    GET_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    LIST_MEMBERS_FIELD_NUMBER: _ClassVar[int]
    MUTE_MEMBER_FIELD_NUMBER: _ClassVar[int]
    KICK_MEMBER_FIELD_NUMBER: _ClassVar[int]
    LOCK_FIELD_NUMBER: _ClassVar[int]
    UNLOCK_FIELD_NUMBER: _ClassVar[int]
    PLAY_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    set_layout: RoomActionRequest.SetLayout
    get_actions: RoomActionRequest.GetActions
    list_members: RoomActionRequest.ListMembers
    mute_member: RoomActionRequest.MuteMember
    kick_member: RoomActionRequest.KickMember
    lock: RoomActionRequest.Lock
    unlock: RoomActionRequest.Unlock
    play: RoomActionRequest.Play
    record: RoomActionRequest.Record
    def __init__(self, session_id: _Optional[str] = ..., set_layout: _Optional[_Union[RoomActionRequest.SetLayout, _Mapping]] = ..., get_actions: _Optional[_Union[RoomActionRequest.GetActions, _Mapping]] = ..., list_members: _Optional[_Union[RoomActionRequest.ListMembers, _Mapping]] = ..., mute_member: _Optional[_Union[RoomActionRequest.MuteMember, _Mapping]] = ..., kick_member: _Optional[_Union[RoomActionRequest.KickMember, _Mapping]] = ..., lock: _Optional[_Union[RoomActionRequest.Lock, _Mapping]] = ..., unlock: _Optional[_Union[RoomActionRequest.Unlock, _Mapping]] = ..., play: _Optional[_Union[RoomActionRequest.Play, _Mapping]] = ..., record: _Optional[_Union[RoomActionRequest.Record, _Mapping]] = ...) -> None: ...

class RoomActionResponse(_message.Message):
    __slots__ = ("actions", "members", "recording")
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    actions: _containers.RepeatedScalarFieldContainer[_types_pb2.RoomActionKind]
    members: _containers.RepeatedCompositeFieldContainer[_types_pb2.RoomMember]
    recording: _types_pb2.Recording
    def __init__(self, actions: _Optional[_Iterable[_Union[_types_pb2.RoomActionKind, str]]] = ..., members: _Optional[_Iterable[_Union[_types_pb2.RoomMember, _Mapping]]] = ..., recording: _Optional[_Union[_types_pb2.Recording, _Mapping]] = ...) -> None: ...

class SetCandidateRequest(_message.Message):
    __slots__ = ("session_id", "sdp_mid", "sdp_m_line_index", "candidate")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SDP_MID_FIELD_NUMBER: _ClassVar[int]
    SDP_M_LINE_INDEX_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    sdp_mid: str
    sdp_m_line_index: int
    candidate: str
    def __init__(self, session_id: _Optional[str] = ..., sdp_mid: _Optional[str] = ..., sdp_m_line_index: _Optional[int] = ..., candidate: _Optional[str] = ...) -> None: ...

class SetCandidateResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetCandidateEndRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class SetCandidateEndResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendDtmfRequest(_message.Message):
    __slots__ = ("session_id", "digits", "duration")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    DIGITS_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    digits: str
    duration: _duration_pb2.Duration
    def __init__(self, session_id: _Optional[str] = ..., digits: _Optional[str] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class SendDtmfResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendInfoRequest(_message.Message):
    __slots__ = ("session_id", "info", "body")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    INFO_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    info: str
    body: _struct_pb2.Struct
    def __init__(self, session_id: _Optional[str] = ..., info: _Optional[str] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class SendInfoResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetStatsRequest(_message.Message):
    __slots__ = ("session_id",)
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    def __init__(self, session_id: _Optional[str] = ...) -> None: ...

class GetStatsResponse(_message.Message):
    __slots__ = ("media",)
    MEDIA_FIELD_NUMBER: _ClassVar[int]
    media: _containers.RepeatedCompositeFieldContainer[MediaStats]
    def __init__(self, media: _Optional[_Iterable[_Union[MediaStats, _Mapping]]] = ...) -> None: ...

class MediaStats(_message.Message):
    __slots__ = ("kind", "mid", "direction", "codec", "packets", "bytes", "lost", "jitter", "rtt", "bitrate_kbps")
    KIND_FIELD_NUMBER: _ClassVar[int]
    MID_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    PACKETS_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    LOST_FIELD_NUMBER: _ClassVar[int]
    JITTER_FIELD_NUMBER: _ClassVar[int]
    RTT_FIELD_NUMBER: _ClassVar[int]
    BITRATE_KBPS_FIELD_NUMBER: _ClassVar[int]
    kind: _types_pb2.MediaKind
    mid: str
    direction: MediaDirection
    codec: str
    packets: int
    bytes: int
    lost: int
    jitter: _duration_pb2.Duration
    rtt: _duration_pb2.Duration
    bitrate_kbps: int
    def __init__(self, kind: _Optional[_Union[_types_pb2.MediaKind, str]] = ..., mid: _Optional[str] = ..., direction: _Optional[_Union[MediaDirection, str]] = ..., codec: _Optional[str] = ..., packets: _Optional[int] = ..., bytes: _Optional[int] = ..., lost: _Optional[int] = ..., jitter: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., rtt: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., bitrate_kbps: _Optional[int] = ...) -> None: ...
