import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SessionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_KIND_UNSPECIFIED: _ClassVar[SessionKind]
    SESSION_KIND_P2P: _ClassVar[SessionKind]
    SESSION_KIND_ECHO: _ClassVar[SessionKind]
    SESSION_KIND_PROXY: _ClassVar[SessionKind]
    SESSION_KIND_PUBLISH: _ClassVar[SessionKind]
    SESSION_KIND_LISTEN: _ClassVar[SessionKind]
    SESSION_KIND_PARK: _ClassVar[SessionKind]
    SESSION_KIND_MCU: _ClassVar[SessionKind]
    SESSION_KIND_BRIDGE: _ClassVar[SessionKind]
    SESSION_KIND_PLAY: _ClassVar[SessionKind]

class SessionStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SESSION_STATUS_UNSPECIFIED: _ClassVar[SessionStatus]
    SESSION_STATUS_STARTING: _ClassVar[SessionStatus]
    SESSION_STATUS_WAIT_OFFER: _ClassVar[SessionStatus]
    SESSION_STATUS_WAIT_ANSWER: _ClassVar[SessionStatus]
    SESSION_STATUS_READY: _ClassVar[SessionStatus]
    SESSION_STATUS_DESTROYED: _ClassVar[SessionStatus]

class BackendRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BACKEND_ROLE_UNSPECIFIED: _ClassVar[BackendRole]
    BACKEND_ROLE_OFFERER: _ClassVar[BackendRole]
    BACKEND_ROLE_OFFEREE: _ClassVar[BackendRole]

class SdpType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SDP_TYPE_UNSPECIFIED: _ClassVar[SdpType]
    SDP_TYPE_WEBRTC: _ClassVar[SdpType]
    SDP_TYPE_RTP: _ClassVar[SdpType]

class MediaKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEDIA_KIND_UNSPECIFIED: _ClassVar[MediaKind]
    MEDIA_KIND_AUDIO: _ClassVar[MediaKind]
    MEDIA_KIND_VIDEO: _ClassVar[MediaKind]
    MEDIA_KIND_DATA: _ClassVar[MediaKind]

class MemberRole(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_ROLE_UNSPECIFIED: _ClassVar[MemberRole]
    MEMBER_ROLE_PUBLISHER: _ClassVar[MemberRole]
    MEMBER_ROLE_LISTENER: _ClassVar[MemberRole]
    MEMBER_ROLE_PARTICIPANT: _ClassVar[MemberRole]

class RecordingState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORDING_STATE_UNSPECIFIED: _ClassVar[RecordingState]
    RECORDING_STATE_ACTIVE: _ClassVar[RecordingState]
    RECORDING_STATE_PAUSED: _ClassVar[RecordingState]
    RECORDING_STATE_STOPPED: _ClassVar[RecordingState]
    RECORDING_STATE_FAILED: _ClassVar[RecordingState]
    RECORDING_STATE_UPLOADING: _ClassVar[RecordingState]
    RECORDING_STATE_AVAILABLE: _ClassVar[RecordingState]

class PlayerState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAYER_STATE_UNSPECIFIED: _ClassVar[PlayerState]
    PLAYER_STATE_PLAYING: _ClassVar[PlayerState]
    PLAYER_STATE_PAUSED: _ClassVar[PlayerState]
    PLAYER_STATE_STOPPED: _ClassVar[PlayerState]
    PLAYER_STATE_FAILED: _ClassVar[PlayerState]

class RecorderActionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORDER_ACTION_KIND_UNSPECIFIED: _ClassVar[RecorderActionKind]
    RECORDER_ACTION_KIND_START: _ClassVar[RecorderActionKind]
    RECORDER_ACTION_KIND_STOP: _ClassVar[RecorderActionKind]
    RECORDER_ACTION_KIND_PAUSE: _ClassVar[RecorderActionKind]
    RECORDER_ACTION_KIND_RESUME: _ClassVar[RecorderActionKind]

class PlayerActionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAYER_ACTION_KIND_UNSPECIFIED: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_START: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_STOP: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_PAUSE: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_RESUME: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_GET_INFO: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_GET_POSITION: _ClassVar[PlayerActionKind]
    PLAYER_ACTION_KIND_SET_POSITION: _ClassVar[PlayerActionKind]

class RoomActionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROOM_ACTION_KIND_UNSPECIFIED: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_SET_LAYOUT: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_LIST_MEMBERS: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_MUTE_MEMBER: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_KICK_MEMBER: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_LOCK: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_UNLOCK: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_PLAY: _ClassVar[RoomActionKind]
    ROOM_ACTION_KIND_RECORD: _ClassVar[RoomActionKind]

class ErrorReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ERROR_REASON_UNSPECIFIED: _ClassVar[ErrorReason]
    ERROR_REASON_UNWATCHED: _ClassVar[ErrorReason]
    ERROR_REASON_USER_STOP: _ClassVar[ErrorReason]
    ERROR_REASON_SESSION_TIMEOUT: _ClassVar[ErrorReason]
    ERROR_REASON_NO_MEDIASERVER: _ClassVar[ErrorReason]
    ERROR_REASON_DIFFERENT_MEDIASERVER: _ClassVar[ErrorReason]
    ERROR_REASON_UNKNOWN_BACKEND: _ClassVar[ErrorReason]
    ERROR_REASON_SESSION_FAILED: _ClassVar[ErrorReason]
    ERROR_REASON_INCOMPATIBLE_SESSION: _ClassVar[ErrorReason]
    ERROR_REASON_OFFER_NOT_SET: _ClassVar[ErrorReason]
    ERROR_REASON_OFFER_ALREADY_SET: _ClassVar[ErrorReason]
    ERROR_REASON_ANSWER_NOT_SET: _ClassVar[ErrorReason]
    ERROR_REASON_ANSWER_ALREADY_SET: _ClassVar[ErrorReason]
    ERROR_REASON_NO_ICE_CANDIDATES: _ClassVar[ErrorReason]
    ERROR_REASON_MISSING_SDP: _ClassVar[ErrorReason]
    ERROR_REASON_BRIDGE_STOP: _ClassVar[ErrorReason]
    ERROR_REASON_PEER_STOPPED: _ClassVar[ErrorReason]
    ERROR_REASON_NO_ACTIVE_RECORDER: _ClassVar[ErrorReason]
    ERROR_REASON_NO_ACTIVE_PLAYER: _ClassVar[ErrorReason]
    ERROR_REASON_NO_ACTIVE_ROOM: _ClassVar[ErrorReason]
    ERROR_REASON_SERVER_SHUTDOWN: _ClassVar[ErrorReason]
    ERROR_REASON_BACKEND_HANGUP: _ClassVar[ErrorReason]
    ERROR_REASON_ROOM_DESTROYED: _ClassVar[ErrorReason]
    ERROR_REASON_BACKEND_LOST: _ClassVar[ErrorReason]
    ERROR_REASON_BACKEND_TIMEOUT: _ClassVar[ErrorReason]
    ERROR_REASON_BACKEND_REJECTED: _ClassVar[ErrorReason]
    ERROR_REASON_SESSION_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_ROOM_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_PEER_SESSION_NOT_FOUND: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_MISSING_FIELD: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_SDP: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_PUBLISHER: _ClassVar[ErrorReason]
    ERROR_REASON_INVALID_URI: _ClassVar[ErrorReason]
    ERROR_REASON_NOT_SUPPORTED: _ClassVar[ErrorReason]
    ERROR_REASON_SESSION_ALREADY_EXISTS: _ClassVar[ErrorReason]
    ERROR_REASON_ROOM_ALREADY_EXISTS: _ClassVar[ErrorReason]
    ERROR_REASON_LIMIT_REACHED: _ClassVar[ErrorReason]
    ERROR_REASON_READ_ONLY: _ClassVar[ErrorReason]
SESSION_KIND_UNSPECIFIED: SessionKind
SESSION_KIND_P2P: SessionKind
SESSION_KIND_ECHO: SessionKind
SESSION_KIND_PROXY: SessionKind
SESSION_KIND_PUBLISH: SessionKind
SESSION_KIND_LISTEN: SessionKind
SESSION_KIND_PARK: SessionKind
SESSION_KIND_MCU: SessionKind
SESSION_KIND_BRIDGE: SessionKind
SESSION_KIND_PLAY: SessionKind
SESSION_STATUS_UNSPECIFIED: SessionStatus
SESSION_STATUS_STARTING: SessionStatus
SESSION_STATUS_WAIT_OFFER: SessionStatus
SESSION_STATUS_WAIT_ANSWER: SessionStatus
SESSION_STATUS_READY: SessionStatus
SESSION_STATUS_DESTROYED: SessionStatus
BACKEND_ROLE_UNSPECIFIED: BackendRole
BACKEND_ROLE_OFFERER: BackendRole
BACKEND_ROLE_OFFEREE: BackendRole
SDP_TYPE_UNSPECIFIED: SdpType
SDP_TYPE_WEBRTC: SdpType
SDP_TYPE_RTP: SdpType
MEDIA_KIND_UNSPECIFIED: MediaKind
MEDIA_KIND_AUDIO: MediaKind
MEDIA_KIND_VIDEO: MediaKind
MEDIA_KIND_DATA: MediaKind
MEMBER_ROLE_UNSPECIFIED: MemberRole
MEMBER_ROLE_PUBLISHER: MemberRole
MEMBER_ROLE_LISTENER: MemberRole
MEMBER_ROLE_PARTICIPANT: MemberRole
RECORDING_STATE_UNSPECIFIED: RecordingState
RECORDING_STATE_ACTIVE: RecordingState
RECORDING_STATE_PAUSED: RecordingState
RECORDING_STATE_STOPPED: RecordingState
RECORDING_STATE_FAILED: RecordingState
RECORDING_STATE_UPLOADING: RecordingState
RECORDING_STATE_AVAILABLE: RecordingState
PLAYER_STATE_UNSPECIFIED: PlayerState
PLAYER_STATE_PLAYING: PlayerState
PLAYER_STATE_PAUSED: PlayerState
PLAYER_STATE_STOPPED: PlayerState
PLAYER_STATE_FAILED: PlayerState
RECORDER_ACTION_KIND_UNSPECIFIED: RecorderActionKind
RECORDER_ACTION_KIND_START: RecorderActionKind
RECORDER_ACTION_KIND_STOP: RecorderActionKind
RECORDER_ACTION_KIND_PAUSE: RecorderActionKind
RECORDER_ACTION_KIND_RESUME: RecorderActionKind
PLAYER_ACTION_KIND_UNSPECIFIED: PlayerActionKind
PLAYER_ACTION_KIND_START: PlayerActionKind
PLAYER_ACTION_KIND_STOP: PlayerActionKind
PLAYER_ACTION_KIND_PAUSE: PlayerActionKind
PLAYER_ACTION_KIND_RESUME: PlayerActionKind
PLAYER_ACTION_KIND_GET_INFO: PlayerActionKind
PLAYER_ACTION_KIND_GET_POSITION: PlayerActionKind
PLAYER_ACTION_KIND_SET_POSITION: PlayerActionKind
ROOM_ACTION_KIND_UNSPECIFIED: RoomActionKind
ROOM_ACTION_KIND_SET_LAYOUT: RoomActionKind
ROOM_ACTION_KIND_LIST_MEMBERS: RoomActionKind
ROOM_ACTION_KIND_MUTE_MEMBER: RoomActionKind
ROOM_ACTION_KIND_KICK_MEMBER: RoomActionKind
ROOM_ACTION_KIND_LOCK: RoomActionKind
ROOM_ACTION_KIND_UNLOCK: RoomActionKind
ROOM_ACTION_KIND_PLAY: RoomActionKind
ROOM_ACTION_KIND_RECORD: RoomActionKind
ERROR_REASON_UNSPECIFIED: ErrorReason
ERROR_REASON_UNWATCHED: ErrorReason
ERROR_REASON_USER_STOP: ErrorReason
ERROR_REASON_SESSION_TIMEOUT: ErrorReason
ERROR_REASON_NO_MEDIASERVER: ErrorReason
ERROR_REASON_DIFFERENT_MEDIASERVER: ErrorReason
ERROR_REASON_UNKNOWN_BACKEND: ErrorReason
ERROR_REASON_SESSION_FAILED: ErrorReason
ERROR_REASON_INCOMPATIBLE_SESSION: ErrorReason
ERROR_REASON_OFFER_NOT_SET: ErrorReason
ERROR_REASON_OFFER_ALREADY_SET: ErrorReason
ERROR_REASON_ANSWER_NOT_SET: ErrorReason
ERROR_REASON_ANSWER_ALREADY_SET: ErrorReason
ERROR_REASON_NO_ICE_CANDIDATES: ErrorReason
ERROR_REASON_MISSING_SDP: ErrorReason
ERROR_REASON_BRIDGE_STOP: ErrorReason
ERROR_REASON_PEER_STOPPED: ErrorReason
ERROR_REASON_NO_ACTIVE_RECORDER: ErrorReason
ERROR_REASON_NO_ACTIVE_PLAYER: ErrorReason
ERROR_REASON_NO_ACTIVE_ROOM: ErrorReason
ERROR_REASON_SERVER_SHUTDOWN: ErrorReason
ERROR_REASON_BACKEND_HANGUP: ErrorReason
ERROR_REASON_ROOM_DESTROYED: ErrorReason
ERROR_REASON_BACKEND_LOST: ErrorReason
ERROR_REASON_BACKEND_TIMEOUT: ErrorReason
ERROR_REASON_BACKEND_REJECTED: ErrorReason
ERROR_REASON_SESSION_NOT_FOUND: ErrorReason
ERROR_REASON_ROOM_NOT_FOUND: ErrorReason
ERROR_REASON_PEER_SESSION_NOT_FOUND: ErrorReason
ERROR_REASON_INVALID_FIELD: ErrorReason
ERROR_REASON_MISSING_FIELD: ErrorReason
ERROR_REASON_INVALID_SDP: ErrorReason
ERROR_REASON_INVALID_PUBLISHER: ErrorReason
ERROR_REASON_INVALID_URI: ErrorReason
ERROR_REASON_NOT_SUPPORTED: ErrorReason
ERROR_REASON_SESSION_ALREADY_EXISTS: ErrorReason
ERROR_REASON_ROOM_ALREADY_EXISTS: ErrorReason
ERROR_REASON_LIMIT_REACHED: ErrorReason
ERROR_REASON_READ_ONLY: ErrorReason

class SessionType(_message.Message):
    __slots__ = ("p2p", "echo", "proxy", "publish", "listen", "park", "mcu", "bridge", "play")
    P2P_FIELD_NUMBER: _ClassVar[int]
    ECHO_FIELD_NUMBER: _ClassVar[int]
    PROXY_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_FIELD_NUMBER: _ClassVar[int]
    LISTEN_FIELD_NUMBER: _ClassVar[int]
    PARK_FIELD_NUMBER: _ClassVar[int]
    MCU_FIELD_NUMBER: _ClassVar[int]
    BRIDGE_FIELD_NUMBER: _ClassVar[int]
    PLAY_FIELD_NUMBER: _ClassVar[int]
    p2p: P2p
    echo: Echo
    proxy: Proxy
    publish: Publish
    listen: Listen
    park: Park
    mcu: Mcu
    bridge: Bridge
    play: Play
    def __init__(self, p2p: _Optional[_Union[P2p, _Mapping]] = ..., echo: _Optional[_Union[Echo, _Mapping]] = ..., proxy: _Optional[_Union[Proxy, _Mapping]] = ..., publish: _Optional[_Union[Publish, _Mapping]] = ..., listen: _Optional[_Union[Listen, _Mapping]] = ..., park: _Optional[_Union[Park, _Mapping]] = ..., mcu: _Optional[_Union[Mcu, _Mapping]] = ..., bridge: _Optional[_Union[Bridge, _Mapping]] = ..., play: _Optional[_Union[Play, _Mapping]] = ...) -> None: ...

class P2p(_message.Message):
    __slots__ = ("peer_id",)
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    peer_id: str
    def __init__(self, peer_id: _Optional[str] = ...) -> None: ...

class Echo(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Proxy(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Publish(_message.Message):
    __slots__ = ("room_id", "create_room", "room_options")
    ROOM_ID_FIELD_NUMBER: _ClassVar[int]
    CREATE_ROOM_FIELD_NUMBER: _ClassVar[int]
    ROOM_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    room_id: str
    create_room: bool
    room_options: RoomOptions
    def __init__(self, room_id: _Optional[str] = ..., create_room: _Optional[bool] = ..., room_options: _Optional[_Union[RoomOptions, _Mapping]] = ...) -> None: ...

class Listen(_message.Message):
    __slots__ = ("publisher_id",)
    PUBLISHER_ID_FIELD_NUMBER: _ClassVar[int]
    publisher_id: str
    def __init__(self, publisher_id: _Optional[str] = ...) -> None: ...

class Park(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Mcu(_message.Message):
    __slots__ = ("room_id", "profile", "layout")
    ROOM_ID_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_FIELD_NUMBER: _ClassVar[int]
    room_id: str
    profile: str
    layout: str
    def __init__(self, room_id: _Optional[str] = ..., profile: _Optional[str] = ..., layout: _Optional[str] = ...) -> None: ...

class Bridge(_message.Message):
    __slots__ = ("peer_id",)
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    peer_id: str
    def __init__(self, peer_id: _Optional[str] = ...) -> None: ...

class Play(_message.Message):
    __slots__ = ("uri", "loops")
    URI_FIELD_NUMBER: _ClassVar[int]
    LOOPS_FIELD_NUMBER: _ClassVar[int]
    uri: str
    loops: int
    def __init__(self, uri: _Optional[str] = ..., loops: _Optional[int] = ...) -> None: ...

class TypeExt(_message.Message):
    __slots__ = ("room_id", "peer_id", "publisher_id", "role", "layout", "profile", "uri", "loops")
    ROOM_ID_FIELD_NUMBER: _ClassVar[int]
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    PUBLISHER_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_FIELD_NUMBER: _ClassVar[int]
    PROFILE_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    LOOPS_FIELD_NUMBER: _ClassVar[int]
    room_id: str
    peer_id: str
    publisher_id: str
    role: MemberRole
    layout: str
    profile: str
    uri: str
    loops: int
    def __init__(self, room_id: _Optional[str] = ..., peer_id: _Optional[str] = ..., publisher_id: _Optional[str] = ..., role: _Optional[_Union[MemberRole, str]] = ..., layout: _Optional[str] = ..., profile: _Optional[str] = ..., uri: _Optional[str] = ..., loops: _Optional[int] = ...) -> None: ...

class BackendRef(_message.Message):
    __slots__ = ("name", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ...) -> None: ...

class SessionDescription(_message.Message):
    __slots__ = ("sdp", "sdp_type", "trickle_ice")
    SDP_FIELD_NUMBER: _ClassVar[int]
    SDP_TYPE_FIELD_NUMBER: _ClassVar[int]
    TRICKLE_ICE_FIELD_NUMBER: _ClassVar[int]
    sdp: str
    sdp_type: SdpType
    trickle_ice: bool
    def __init__(self, sdp: _Optional[str] = ..., sdp_type: _Optional[_Union[SdpType, str]] = ..., trickle_ice: _Optional[bool] = ...) -> None: ...

class IceCandidate(_message.Message):
    __slots__ = ("sdp_mid", "sdp_m_line_index", "candidate")
    SDP_MID_FIELD_NUMBER: _ClassVar[int]
    SDP_M_LINE_INDEX_FIELD_NUMBER: _ClassVar[int]
    CANDIDATE_FIELD_NUMBER: _ClassVar[int]
    sdp_mid: str
    sdp_m_line_index: int
    candidate: str
    def __init__(self, sdp_mid: _Optional[str] = ..., sdp_m_line_index: _Optional[int] = ..., candidate: _Optional[str] = ...) -> None: ...

class MediaUpdate(_message.Message):
    __slots__ = ("mute_audio", "mute_video", "mute_data", "bitrate_kbps", "max_layer")
    MUTE_AUDIO_FIELD_NUMBER: _ClassVar[int]
    MUTE_VIDEO_FIELD_NUMBER: _ClassVar[int]
    MUTE_DATA_FIELD_NUMBER: _ClassVar[int]
    BITRATE_KBPS_FIELD_NUMBER: _ClassVar[int]
    MAX_LAYER_FIELD_NUMBER: _ClassVar[int]
    mute_audio: bool
    mute_video: bool
    mute_data: bool
    bitrate_kbps: int
    max_layer: int
    def __init__(self, mute_audio: _Optional[bool] = ..., mute_video: _Optional[bool] = ..., mute_data: _Optional[bool] = ..., bitrate_kbps: _Optional[int] = ..., max_layer: _Optional[int] = ...) -> None: ...

class RoomOptions(_message.Message):
    __slots__ = ("audio_codec", "video_codec", "bitrate_kbps", "timeout")
    AUDIO_CODEC_FIELD_NUMBER: _ClassVar[int]
    VIDEO_CODEC_FIELD_NUMBER: _ClassVar[int]
    BITRATE_KBPS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    audio_codec: str
    video_codec: str
    bitrate_kbps: int
    timeout: _duration_pb2.Duration
    def __init__(self, audio_codec: _Optional[str] = ..., video_codec: _Optional[str] = ..., bitrate_kbps: _Optional[int] = ..., timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RoomMember(_message.Message):
    __slots__ = ("session_id", "role", "user_id", "peer_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    PEER_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    role: MemberRole
    user_id: str
    peer_id: str
    def __init__(self, session_id: _Optional[str] = ..., role: _Optional[_Union[MemberRole, str]] = ..., user_id: _Optional[str] = ..., peer_id: _Optional[str] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ("session_id", "type", "type_ext", "status", "backend", "backend_role", "offer", "answer", "no_offer_trickle_ice", "no_answer_trickle_ice", "trickle_ice_timeout", "sdp_type", "master_id", "slave_id", "set_master_answer", "stop_after_peer", "wait_timeout", "ready_timeout", "subscribe", "subscriber", "event_body", "destroy_when_unwatched", "media", "user_id", "labels", "backend_options", "created_at", "ready_at", "expires_at", "recording", "player", "backend_status")
    class LabelsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class BackendStatusEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: _struct_pb2.Struct
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    TYPE_EXT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    BACKEND_ROLE_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    NO_OFFER_TRICKLE_ICE_FIELD_NUMBER: _ClassVar[int]
    NO_ANSWER_TRICKLE_ICE_FIELD_NUMBER: _ClassVar[int]
    TRICKLE_ICE_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    SDP_TYPE_FIELD_NUMBER: _ClassVar[int]
    MASTER_ID_FIELD_NUMBER: _ClassVar[int]
    SLAVE_ID_FIELD_NUMBER: _ClassVar[int]
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
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    READY_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    RECORDING_FIELD_NUMBER: _ClassVar[int]
    PLAYER_FIELD_NUMBER: _ClassVar[int]
    BACKEND_STATUS_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    type: SessionKind
    type_ext: TypeExt
    status: SessionStatus
    backend: BackendRef
    backend_role: BackendRole
    offer: SessionDescription
    answer: SessionDescription
    no_offer_trickle_ice: bool
    no_answer_trickle_ice: bool
    trickle_ice_timeout: _duration_pb2.Duration
    sdp_type: SdpType
    master_id: str
    slave_id: str
    set_master_answer: bool
    stop_after_peer: bool
    wait_timeout: _duration_pb2.Duration
    ready_timeout: _duration_pb2.Duration
    subscribe: bool
    subscriber: str
    event_body: _struct_pb2.Struct
    destroy_when_unwatched: _duration_pb2.Duration
    media: MediaUpdate
    user_id: str
    labels: _containers.ScalarMap[str, str]
    backend_options: _struct_pb2.Struct
    created_at: _timestamp_pb2.Timestamp
    ready_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    recording: Recording
    player: Player
    backend_status: _containers.MessageMap[str, _struct_pb2.Struct]
    def __init__(self, session_id: _Optional[str] = ..., type: _Optional[_Union[SessionKind, str]] = ..., type_ext: _Optional[_Union[TypeExt, _Mapping]] = ..., status: _Optional[_Union[SessionStatus, str]] = ..., backend: _Optional[_Union[BackendRef, _Mapping]] = ..., backend_role: _Optional[_Union[BackendRole, str]] = ..., offer: _Optional[_Union[SessionDescription, _Mapping]] = ..., answer: _Optional[_Union[SessionDescription, _Mapping]] = ..., no_offer_trickle_ice: _Optional[bool] = ..., no_answer_trickle_ice: _Optional[bool] = ..., trickle_ice_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., sdp_type: _Optional[_Union[SdpType, str]] = ..., master_id: _Optional[str] = ..., slave_id: _Optional[str] = ..., set_master_answer: _Optional[bool] = ..., stop_after_peer: _Optional[bool] = ..., wait_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., ready_timeout: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., subscribe: _Optional[bool] = ..., subscriber: _Optional[str] = ..., event_body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., destroy_when_unwatched: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., media: _Optional[_Union[MediaUpdate, _Mapping]] = ..., user_id: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., backend_options: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ready_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recording: _Optional[_Union[Recording, _Mapping]] = ..., player: _Optional[_Union[Player, _Mapping]] = ..., backend_status: _Optional[_Mapping[str, _struct_pb2.Struct]] = ...) -> None: ...

class Recording(_message.Message):
    __slots__ = ("state", "files", "error")
    STATE_FIELD_NUMBER: _ClassVar[int]
    FILES_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    state: RecordingState
    files: _containers.RepeatedCompositeFieldContainer[RecordedFile]
    error: str
    def __init__(self, state: _Optional[_Union[RecordingState, str]] = ..., files: _Optional[_Iterable[_Union[RecordedFile, _Mapping]]] = ..., error: _Optional[str] = ...) -> None: ...

class RecordedFile(_message.Message):
    __slots__ = ("uri", "format", "bytes", "duration", "kind", "sha256")
    URI_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    BYTES_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SHA256_FIELD_NUMBER: _ClassVar[int]
    uri: str
    format: str
    bytes: int
    duration: _duration_pb2.Duration
    kind: MediaKind
    sha256: str
    def __init__(self, uri: _Optional[str] = ..., format: _Optional[str] = ..., bytes: _Optional[int] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., kind: _Optional[_Union[MediaKind, str]] = ..., sha256: _Optional[str] = ...) -> None: ...

class Player(_message.Message):
    __slots__ = ("state", "uri", "position", "duration", "error")
    STATE_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    POSITION_FIELD_NUMBER: _ClassVar[int]
    DURATION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    state: PlayerState
    uri: str
    position: _duration_pb2.Duration
    duration: _duration_pb2.Duration
    error: str
    def __init__(self, state: _Optional[_Union[PlayerState, str]] = ..., uri: _Optional[str] = ..., position: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., duration: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., error: _Optional[str] = ...) -> None: ...
