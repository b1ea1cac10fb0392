from mediaplane.v1 import types_pb2 as _types_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BackendStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    BACKEND_STATUS_UNSPECIFIED: _ClassVar[BackendStatus]
    BACKEND_STATUS_UP: _ClassVar[BackendStatus]
    BACKEND_STATUS_DOWN: _ClassVar[BackendStatus]
    BACKEND_STATUS_DRAINING: _ClassVar[BackendStatus]

class MediaUpdateKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEDIA_UPDATE_KIND_UNSPECIFIED: _ClassVar[MediaUpdateKind]
    MEDIA_UPDATE_KIND_MUTE_AUDIO: _ClassVar[MediaUpdateKind]
    MEDIA_UPDATE_KIND_MUTE_VIDEO: _ClassVar[MediaUpdateKind]
    MEDIA_UPDATE_KIND_MUTE_DATA: _ClassVar[MediaUpdateKind]
    MEDIA_UPDATE_KIND_BITRATE: _ClassVar[MediaUpdateKind]
    MEDIA_UPDATE_KIND_MAX_LAYER: _ClassVar[MediaUpdateKind]
    MEDIA_UPDATE_KIND_BITRATE_AT_CREATE: _ClassVar[MediaUpdateKind]
BACKEND_STATUS_UNSPECIFIED: BackendStatus
BACKEND_STATUS_UP: BackendStatus
BACKEND_STATUS_DOWN: BackendStatus
BACKEND_STATUS_DRAINING: BackendStatus
MEDIA_UPDATE_KIND_UNSPECIFIED: MediaUpdateKind
MEDIA_UPDATE_KIND_MUTE_AUDIO: MediaUpdateKind
MEDIA_UPDATE_KIND_MUTE_VIDEO: MediaUpdateKind
MEDIA_UPDATE_KIND_MUTE_DATA: MediaUpdateKind
MEDIA_UPDATE_KIND_BITRATE: MediaUpdateKind
MEDIA_UPDATE_KIND_MAX_LAYER: MediaUpdateKind
MEDIA_UPDATE_KIND_BITRATE_AT_CREATE: MediaUpdateKind

class Backend(_message.Message):
    __slots__ = ("name", "kind", "version", "status", "load", "limits", "capabilities", "status_message")
    NAME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LOAD_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    STATUS_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    kind: str
    version: str
    status: BackendStatus
    load: BackendLoad
    limits: BackendLimits
    capabilities: _containers.RepeatedCompositeFieldContainer[Capability]
    status_message: str
    def __init__(self, name: _Optional[str] = ..., kind: _Optional[str] = ..., version: _Optional[str] = ..., status: _Optional[_Union[BackendStatus, str]] = ..., load: _Optional[_Union[BackendLoad, _Mapping]] = ..., limits: _Optional[_Union[BackendLimits, _Mapping]] = ..., capabilities: _Optional[_Iterable[_Union[Capability, _Mapping]]] = ..., status_message: _Optional[str] = ...) -> None: ...

class BackendLoad(_message.Message):
    __slots__ = ("sessions", "bitrate_kbps", "cpu_percent")
    SESSIONS_FIELD_NUMBER: _ClassVar[int]
    BITRATE_KBPS_FIELD_NUMBER: _ClassVar[int]
    CPU_PERCENT_FIELD_NUMBER: _ClassVar[int]
    sessions: int
    bitrate_kbps: int
    cpu_percent: int
    def __init__(self, sessions: _Optional[int] = ..., bitrate_kbps: _Optional[int] = ..., cpu_percent: _Optional[int] = ...) -> None: ...

class BackendLimits(_message.Message):
    __slots__ = ("max_sessions",)
    MAX_SESSIONS_FIELD_NUMBER: _ClassVar[int]
    max_sessions: int
    def __init__(self, max_sessions: _Optional[int] = ...) -> None: ...

class Capability(_message.Message):
    __slots__ = ("type", "roles", "sdp_types", "recorder_actions", "player_actions", "room_actions", "media_updates", "set_type_targets", "trickle", "local_trickle", "dtmf", "stats")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ROLES_FIELD_NUMBER: _ClassVar[int]
    SDP_TYPES_FIELD_NUMBER: _ClassVar[int]
    RECORDER_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    PLAYER_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ROOM_ACTIONS_FIELD_NUMBER: _ClassVar[int]
    MEDIA_UPDATES_FIELD_NUMBER: _ClassVar[int]
    SET_TYPE_TARGETS_FIELD_NUMBER: _ClassVar[int]
    TRICKLE_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TRICKLE_FIELD_NUMBER: _ClassVar[int]
    DTMF_FIELD_NUMBER: _ClassVar[int]
    STATS_FIELD_NUMBER: _ClassVar[int]
    type: _types_pb2.SessionKind
    roles: _containers.RepeatedScalarFieldContainer[_types_pb2.BackendRole]
    sdp_types: _containers.RepeatedScalarFieldContainer[_types_pb2.SdpType]
    recorder_actions: _containers.RepeatedScalarFieldContainer[_types_pb2.RecorderActionKind]
    player_actions: _containers.RepeatedScalarFieldContainer[_types_pb2.PlayerActionKind]
    room_actions: _containers.RepeatedScalarFieldContainer[_types_pb2.RoomActionKind]
    media_updates: _containers.RepeatedScalarFieldContainer[MediaUpdateKind]
    set_type_targets: _containers.RepeatedScalarFieldContainer[_types_pb2.SessionKind]
    trickle: bool
    local_trickle: bool
    dtmf: bool
    stats: bool
    def __init__(self, type: _Optional[_Union[_types_pb2.SessionKind, str]] = ..., roles: _Optional[_Iterable[_Union[_types_pb2.BackendRole, str]]] = ..., sdp_types: _Optional[_Iterable[_Union[_types_pb2.SdpType, str]]] = ..., recorder_actions: _Optional[_Iterable[_Union[_types_pb2.RecorderActionKind, str]]] = ..., player_actions: _Optional[_Iterable[_Union[_types_pb2.PlayerActionKind, str]]] = ..., room_actions: _Optional[_Iterable[_Union[_types_pb2.RoomActionKind, str]]] = ..., media_updates: _Optional[_Iterable[_Union[MediaUpdateKind, str]]] = ..., set_type_targets: _Optional[_Iterable[_Union[_types_pb2.SessionKind, str]]] = ..., trickle: _Optional[bool] = ..., local_trickle: _Optional[bool] = ..., dtmf: _Optional[bool] = ..., stats: _Optional[bool] = ...) -> None: ...

class ListBackendsRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListBackendsResponse(_message.Message):
    __slots__ = ("backends",)
    BACKENDS_FIELD_NUMBER: _ClassVar[int]
    backends: _containers.RepeatedCompositeFieldContainer[Backend]
    def __init__(self, backends: _Optional[_Iterable[_Union[Backend, _Mapping]]] = ...) -> None: ...

class DrainBackendRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DrainBackendResponse(_message.Message):
    __slots__ = ("backend",)
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ...) -> None: ...

class UndrainBackendRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class UndrainBackendResponse(_message.Message):
    __slots__ = ("backend",)
    BACKEND_FIELD_NUMBER: _ClassVar[int]
    backend: Backend
    def __init__(self, backend: _Optional[_Union[Backend, _Mapping]] = ...) -> None: ...
