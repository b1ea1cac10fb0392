package io.github.mediaplane.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Creates and controls sessions.
 * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
 * deadline bounds each command to a media server made for it.
 * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
 * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
 * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class SessionServiceGrpc {

  private SessionServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "mediaplane.v1.SessionService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.CreateSessionRequest,
      io.github.mediaplane.v1.CreateSessionResponse> getCreateSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateSession",
      requestType = io.github.mediaplane.v1.CreateSessionRequest.class,
      responseType = io.github.mediaplane.v1.CreateSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.CreateSessionRequest,
      io.github.mediaplane.v1.CreateSessionResponse> getCreateSessionMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.CreateSessionRequest, io.github.mediaplane.v1.CreateSessionResponse> getCreateSessionMethod;
    if ((getCreateSessionMethod = SessionServiceGrpc.getCreateSessionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getCreateSessionMethod = SessionServiceGrpc.getCreateSessionMethod) == null) {
          SessionServiceGrpc.getCreateSessionMethod = getCreateSessionMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.CreateSessionRequest, io.github.mediaplane.v1.CreateSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateSession"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.CreateSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.CreateSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("CreateSession"))
              .build();
        }
      }
    }
    return getCreateSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.DestroySessionRequest,
      io.github.mediaplane.v1.DestroySessionResponse> getDestroySessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DestroySession",
      requestType = io.github.mediaplane.v1.DestroySessionRequest.class,
      responseType = io.github.mediaplane.v1.DestroySessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.DestroySessionRequest,
      io.github.mediaplane.v1.DestroySessionResponse> getDestroySessionMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.DestroySessionRequest, io.github.mediaplane.v1.DestroySessionResponse> getDestroySessionMethod;
    if ((getDestroySessionMethod = SessionServiceGrpc.getDestroySessionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getDestroySessionMethod = SessionServiceGrpc.getDestroySessionMethod) == null) {
          SessionServiceGrpc.getDestroySessionMethod = getDestroySessionMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.DestroySessionRequest, io.github.mediaplane.v1.DestroySessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DestroySession"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.DestroySessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.DestroySessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("DestroySession"))
              .build();
        }
      }
    }
    return getDestroySessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetAnswerRequest,
      io.github.mediaplane.v1.SetAnswerResponse> getSetAnswerMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetAnswer",
      requestType = io.github.mediaplane.v1.SetAnswerRequest.class,
      responseType = io.github.mediaplane.v1.SetAnswerResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetAnswerRequest,
      io.github.mediaplane.v1.SetAnswerResponse> getSetAnswerMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetAnswerRequest, io.github.mediaplane.v1.SetAnswerResponse> getSetAnswerMethod;
    if ((getSetAnswerMethod = SessionServiceGrpc.getSetAnswerMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getSetAnswerMethod = SessionServiceGrpc.getSetAnswerMethod) == null) {
          SessionServiceGrpc.getSetAnswerMethod = getSetAnswerMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.SetAnswerRequest, io.github.mediaplane.v1.SetAnswerResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetAnswer"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetAnswerRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetAnswerResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("SetAnswer"))
              .build();
        }
      }
    }
    return getSetAnswerMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetSessionRequest,
      io.github.mediaplane.v1.GetSessionResponse> getGetSessionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetSession",
      requestType = io.github.mediaplane.v1.GetSessionRequest.class,
      responseType = io.github.mediaplane.v1.GetSessionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetSessionRequest,
      io.github.mediaplane.v1.GetSessionResponse> getGetSessionMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetSessionRequest, io.github.mediaplane.v1.GetSessionResponse> getGetSessionMethod;
    if ((getGetSessionMethod = SessionServiceGrpc.getGetSessionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getGetSessionMethod = SessionServiceGrpc.getGetSessionMethod) == null) {
          SessionServiceGrpc.getGetSessionMethod = getGetSessionMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.GetSessionRequest, io.github.mediaplane.v1.GetSessionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetSession"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetSessionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetSessionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("GetSession"))
              .build();
        }
      }
    }
    return getGetSessionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListSessionsRequest,
      io.github.mediaplane.v1.ListSessionsResponse> getListSessionsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListSessions",
      requestType = io.github.mediaplane.v1.ListSessionsRequest.class,
      responseType = io.github.mediaplane.v1.ListSessionsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListSessionsRequest,
      io.github.mediaplane.v1.ListSessionsResponse> getListSessionsMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListSessionsRequest, io.github.mediaplane.v1.ListSessionsResponse> getListSessionsMethod;
    if ((getListSessionsMethod = SessionServiceGrpc.getListSessionsMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getListSessionsMethod = SessionServiceGrpc.getListSessionsMethod) == null) {
          SessionServiceGrpc.getListSessionsMethod = getListSessionsMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.ListSessionsRequest, io.github.mediaplane.v1.ListSessionsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListSessions"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.ListSessionsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.ListSessionsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("ListSessions"))
              .build();
        }
      }
    }
    return getListSessionsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetOfferRequest,
      io.github.mediaplane.v1.GetOfferResponse> getGetOfferMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetOffer",
      requestType = io.github.mediaplane.v1.GetOfferRequest.class,
      responseType = io.github.mediaplane.v1.GetOfferResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetOfferRequest,
      io.github.mediaplane.v1.GetOfferResponse> getGetOfferMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetOfferRequest, io.github.mediaplane.v1.GetOfferResponse> getGetOfferMethod;
    if ((getGetOfferMethod = SessionServiceGrpc.getGetOfferMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getGetOfferMethod = SessionServiceGrpc.getGetOfferMethod) == null) {
          SessionServiceGrpc.getGetOfferMethod = getGetOfferMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.GetOfferRequest, io.github.mediaplane.v1.GetOfferResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetOffer"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetOfferRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetOfferResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("GetOffer"))
              .build();
        }
      }
    }
    return getGetOfferMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetAnswerRequest,
      io.github.mediaplane.v1.GetAnswerResponse> getGetAnswerMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetAnswer",
      requestType = io.github.mediaplane.v1.GetAnswerRequest.class,
      responseType = io.github.mediaplane.v1.GetAnswerResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetAnswerRequest,
      io.github.mediaplane.v1.GetAnswerResponse> getGetAnswerMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetAnswerRequest, io.github.mediaplane.v1.GetAnswerResponse> getGetAnswerMethod;
    if ((getGetAnswerMethod = SessionServiceGrpc.getGetAnswerMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getGetAnswerMethod = SessionServiceGrpc.getGetAnswerMethod) == null) {
          SessionServiceGrpc.getGetAnswerMethod = getGetAnswerMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.GetAnswerRequest, io.github.mediaplane.v1.GetAnswerResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetAnswer"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetAnswerRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetAnswerResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("GetAnswer"))
              .build();
        }
      }
    }
    return getGetAnswerMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.UpdateMediaRequest,
      io.github.mediaplane.v1.UpdateMediaResponse> getUpdateMediaMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UpdateMedia",
      requestType = io.github.mediaplane.v1.UpdateMediaRequest.class,
      responseType = io.github.mediaplane.v1.UpdateMediaResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.UpdateMediaRequest,
      io.github.mediaplane.v1.UpdateMediaResponse> getUpdateMediaMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.UpdateMediaRequest, io.github.mediaplane.v1.UpdateMediaResponse> getUpdateMediaMethod;
    if ((getUpdateMediaMethod = SessionServiceGrpc.getUpdateMediaMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getUpdateMediaMethod = SessionServiceGrpc.getUpdateMediaMethod) == null) {
          SessionServiceGrpc.getUpdateMediaMethod = getUpdateMediaMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.UpdateMediaRequest, io.github.mediaplane.v1.UpdateMediaResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UpdateMedia"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.UpdateMediaRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.UpdateMediaResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("UpdateMedia"))
              .build();
        }
      }
    }
    return getUpdateMediaMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetTypeRequest,
      io.github.mediaplane.v1.SetTypeResponse> getSetTypeMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetType",
      requestType = io.github.mediaplane.v1.SetTypeRequest.class,
      responseType = io.github.mediaplane.v1.SetTypeResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetTypeRequest,
      io.github.mediaplane.v1.SetTypeResponse> getSetTypeMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetTypeRequest, io.github.mediaplane.v1.SetTypeResponse> getSetTypeMethod;
    if ((getSetTypeMethod = SessionServiceGrpc.getSetTypeMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getSetTypeMethod = SessionServiceGrpc.getSetTypeMethod) == null) {
          SessionServiceGrpc.getSetTypeMethod = getSetTypeMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.SetTypeRequest, io.github.mediaplane.v1.SetTypeResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetType"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetTypeRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetTypeResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("SetType"))
              .build();
        }
      }
    }
    return getSetTypeMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.RecorderActionRequest,
      io.github.mediaplane.v1.RecorderActionResponse> getRecorderActionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RecorderAction",
      requestType = io.github.mediaplane.v1.RecorderActionRequest.class,
      responseType = io.github.mediaplane.v1.RecorderActionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.RecorderActionRequest,
      io.github.mediaplane.v1.RecorderActionResponse> getRecorderActionMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.RecorderActionRequest, io.github.mediaplane.v1.RecorderActionResponse> getRecorderActionMethod;
    if ((getRecorderActionMethod = SessionServiceGrpc.getRecorderActionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getRecorderActionMethod = SessionServiceGrpc.getRecorderActionMethod) == null) {
          SessionServiceGrpc.getRecorderActionMethod = getRecorderActionMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.RecorderActionRequest, io.github.mediaplane.v1.RecorderActionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RecorderAction"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.RecorderActionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.RecorderActionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("RecorderAction"))
              .build();
        }
      }
    }
    return getRecorderActionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.PlayerActionRequest,
      io.github.mediaplane.v1.PlayerActionResponse> getPlayerActionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PlayerAction",
      requestType = io.github.mediaplane.v1.PlayerActionRequest.class,
      responseType = io.github.mediaplane.v1.PlayerActionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.PlayerActionRequest,
      io.github.mediaplane.v1.PlayerActionResponse> getPlayerActionMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.PlayerActionRequest, io.github.mediaplane.v1.PlayerActionResponse> getPlayerActionMethod;
    if ((getPlayerActionMethod = SessionServiceGrpc.getPlayerActionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getPlayerActionMethod = SessionServiceGrpc.getPlayerActionMethod) == null) {
          SessionServiceGrpc.getPlayerActionMethod = getPlayerActionMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.PlayerActionRequest, io.github.mediaplane.v1.PlayerActionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PlayerAction"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.PlayerActionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.PlayerActionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("PlayerAction"))
              .build();
        }
      }
    }
    return getPlayerActionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.RoomActionRequest,
      io.github.mediaplane.v1.RoomActionResponse> getRoomActionMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RoomAction",
      requestType = io.github.mediaplane.v1.RoomActionRequest.class,
      responseType = io.github.mediaplane.v1.RoomActionResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.RoomActionRequest,
      io.github.mediaplane.v1.RoomActionResponse> getRoomActionMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.RoomActionRequest, io.github.mediaplane.v1.RoomActionResponse> getRoomActionMethod;
    if ((getRoomActionMethod = SessionServiceGrpc.getRoomActionMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getRoomActionMethod = SessionServiceGrpc.getRoomActionMethod) == null) {
          SessionServiceGrpc.getRoomActionMethod = getRoomActionMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.RoomActionRequest, io.github.mediaplane.v1.RoomActionResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RoomAction"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.RoomActionRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.RoomActionResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("RoomAction"))
              .build();
        }
      }
    }
    return getRoomActionMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetCandidateRequest,
      io.github.mediaplane.v1.SetCandidateResponse> getSetCandidateMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetCandidate",
      requestType = io.github.mediaplane.v1.SetCandidateRequest.class,
      responseType = io.github.mediaplane.v1.SetCandidateResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetCandidateRequest,
      io.github.mediaplane.v1.SetCandidateResponse> getSetCandidateMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetCandidateRequest, io.github.mediaplane.v1.SetCandidateResponse> getSetCandidateMethod;
    if ((getSetCandidateMethod = SessionServiceGrpc.getSetCandidateMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getSetCandidateMethod = SessionServiceGrpc.getSetCandidateMethod) == null) {
          SessionServiceGrpc.getSetCandidateMethod = getSetCandidateMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.SetCandidateRequest, io.github.mediaplane.v1.SetCandidateResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetCandidate"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetCandidateRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetCandidateResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("SetCandidate"))
              .build();
        }
      }
    }
    return getSetCandidateMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetCandidateEndRequest,
      io.github.mediaplane.v1.SetCandidateEndResponse> getSetCandidateEndMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetCandidateEnd",
      requestType = io.github.mediaplane.v1.SetCandidateEndRequest.class,
      responseType = io.github.mediaplane.v1.SetCandidateEndResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetCandidateEndRequest,
      io.github.mediaplane.v1.SetCandidateEndResponse> getSetCandidateEndMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.SetCandidateEndRequest, io.github.mediaplane.v1.SetCandidateEndResponse> getSetCandidateEndMethod;
    if ((getSetCandidateEndMethod = SessionServiceGrpc.getSetCandidateEndMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getSetCandidateEndMethod = SessionServiceGrpc.getSetCandidateEndMethod) == null) {
          SessionServiceGrpc.getSetCandidateEndMethod = getSetCandidateEndMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.SetCandidateEndRequest, io.github.mediaplane.v1.SetCandidateEndResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetCandidateEnd"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetCandidateEndRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SetCandidateEndResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("SetCandidateEnd"))
              .build();
        }
      }
    }
    return getSetCandidateEndMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.WatchEventsRequest,
      io.github.mediaplane.v1.WatchEventsResponse> getWatchEventsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WatchEvents",
      requestType = io.github.mediaplane.v1.WatchEventsRequest.class,
      responseType = io.github.mediaplane.v1.WatchEventsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.WatchEventsRequest,
      io.github.mediaplane.v1.WatchEventsResponse> getWatchEventsMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.WatchEventsRequest, io.github.mediaplane.v1.WatchEventsResponse> getWatchEventsMethod;
    if ((getWatchEventsMethod = SessionServiceGrpc.getWatchEventsMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getWatchEventsMethod = SessionServiceGrpc.getWatchEventsMethod) == null) {
          SessionServiceGrpc.getWatchEventsMethod = getWatchEventsMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.WatchEventsRequest, io.github.mediaplane.v1.WatchEventsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WatchEvents"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.WatchEventsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.WatchEventsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("WatchEvents"))
              .build();
        }
      }
    }
    return getWatchEventsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.SendDtmfRequest,
      io.github.mediaplane.v1.SendDtmfResponse> getSendDtmfMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SendDtmf",
      requestType = io.github.mediaplane.v1.SendDtmfRequest.class,
      responseType = io.github.mediaplane.v1.SendDtmfResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.SendDtmfRequest,
      io.github.mediaplane.v1.SendDtmfResponse> getSendDtmfMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.SendDtmfRequest, io.github.mediaplane.v1.SendDtmfResponse> getSendDtmfMethod;
    if ((getSendDtmfMethod = SessionServiceGrpc.getSendDtmfMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getSendDtmfMethod = SessionServiceGrpc.getSendDtmfMethod) == null) {
          SessionServiceGrpc.getSendDtmfMethod = getSendDtmfMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.SendDtmfRequest, io.github.mediaplane.v1.SendDtmfResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SendDtmf"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SendDtmfRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SendDtmfResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("SendDtmf"))
              .build();
        }
      }
    }
    return getSendDtmfMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.SendInfoRequest,
      io.github.mediaplane.v1.SendInfoResponse> getSendInfoMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SendInfo",
      requestType = io.github.mediaplane.v1.SendInfoRequest.class,
      responseType = io.github.mediaplane.v1.SendInfoResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.SendInfoRequest,
      io.github.mediaplane.v1.SendInfoResponse> getSendInfoMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.SendInfoRequest, io.github.mediaplane.v1.SendInfoResponse> getSendInfoMethod;
    if ((getSendInfoMethod = SessionServiceGrpc.getSendInfoMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getSendInfoMethod = SessionServiceGrpc.getSendInfoMethod) == null) {
          SessionServiceGrpc.getSendInfoMethod = getSendInfoMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.SendInfoRequest, io.github.mediaplane.v1.SendInfoResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SendInfo"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SendInfoRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.SendInfoResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("SendInfo"))
              .build();
        }
      }
    }
    return getSendInfoMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetStatsRequest,
      io.github.mediaplane.v1.GetStatsResponse> getGetStatsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetStats",
      requestType = io.github.mediaplane.v1.GetStatsRequest.class,
      responseType = io.github.mediaplane.v1.GetStatsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetStatsRequest,
      io.github.mediaplane.v1.GetStatsResponse> getGetStatsMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetStatsRequest, io.github.mediaplane.v1.GetStatsResponse> getGetStatsMethod;
    if ((getGetStatsMethod = SessionServiceGrpc.getGetStatsMethod) == null) {
      synchronized (SessionServiceGrpc.class) {
        if ((getGetStatsMethod = SessionServiceGrpc.getGetStatsMethod) == null) {
          SessionServiceGrpc.getGetStatsMethod = getGetStatsMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.GetStatsRequest, io.github.mediaplane.v1.GetStatsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetStats"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetStatsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetStatsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new SessionServiceMethodDescriptorSupplier("GetStats"))
              .build();
        }
      }
    }
    return getGetStatsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static SessionServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceStub>() {
        @java.lang.Override
        public SessionServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceStub(channel, callOptions);
        }
      };
    return SessionServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static SessionServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingV2Stub>() {
        @java.lang.Override
        public SessionServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return SessionServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static SessionServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceBlockingStub>() {
        @java.lang.Override
        public SessionServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceBlockingStub(channel, callOptions);
        }
      };
    return SessionServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static SessionServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<SessionServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<SessionServiceFutureStub>() {
        @java.lang.Override
        public SessionServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new SessionServiceFutureStub(channel, callOptions);
        }
      };
    return SessionServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Creates and controls sessions.
   * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
   * deadline bounds each command to a media server made for it.
   * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
   * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
   * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Creates a session. With an offer the backend answers it; without one the backend makes the offer. A retry with the
     * same id and the same request returns the same reply.
     * Reasons: `MISSING_SDP`, `INVALID_SDP`, `INVALID_URI`, `INVALID_PUBLISHER`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `DIFFERENT_MEDIASERVER`, `NOT_SUPPORTED`, `INCOMPATIBLE_SESSION`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `SESSION_ALREADY_EXISTS`, `SERVER_SHUTDOWN`. With `wait_reply` also every reason that ends a session.
     * </pre>
     */
    default void createSession(io.github.mediaplane.v1.CreateSessionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.CreateSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Ends a session with the reason `USER_STOP` and releases all it holds. On a session that has already ended and is
     * still in the history it changes nothing and succeeds.
     * </pre>
     */
    default void destroySession(io.github.mediaplane.v1.DestroySessionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DestroySessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDestroySessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Sets the answer of a session whose offer came from the backend or from its peer.
     * Reasons: `OFFER_NOT_SET`, `ANSWER_ALREADY_SET`, `INVALID_SDP`, `MISSING_SDP`, `INCOMPATIBLE_SESSION` (the backend makes
     * this session's answer).
     * </pre>
     */
    default void setAnswer(io.github.mediaplane.v1.SetAnswerRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetAnswerResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetAnswerMethod(), responseObserver);
    }

    /**
     * <pre>
     * Shows a session.
     * </pre>
     */
    default void getSession(io.github.mediaplane.v1.GetSessionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetSessionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetSessionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists sessions that have not ended, by their id, a page at a time. Ended ones that are still in the history are listed
     * if `filter.statuses` names DESTROYED.
     * </pre>
     */
    default void listSessions(io.github.mediaplane.v1.ListSessionsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListSessionsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListSessionsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns the offer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `OFFER_NOT_SET` when the wait is over.
     * </pre>
     */
    default void getOffer(io.github.mediaplane.v1.GetOfferRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetOfferResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetOfferMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns the answer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `ANSWER_NOT_SET` when the wait is over.
     * </pre>
     */
    default void getAnswer(io.github.mediaplane.v1.GetAnswerRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetAnswerResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetAnswerMethod(), responseObserver);
    }

    /**
     * <pre>
     * Mutes, unmutes, caps the bitrate or picks a layer. The controls hold until they are changed again.
     * Reasons: `NOT_SUPPORTED`, `OFFER_NOT_SET`, `ANSWER_NOT_SET`.
     * </pre>
     */
    default void updateMedia(io.github.mediaplane.v1.UpdateMediaRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.UpdateMediaResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUpdateMediaMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a live session another type, without a new negotiation. Which changes there are is told by
     * `Capability.set_type_targets`.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`, `INVALID_PUBLISHER`, `INVALID_URI`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `DIFFERENT_MEDIASERVER`, `INCOMPATIBLE_SESSION`.
     * </pre>
     */
    default void setType(io.github.mediaplane.v1.SetTypeRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetTypeResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetTypeMethod(), responseObserver);
    }

    /**
     * <pre>
     * Controls the session's recording.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_RECORDER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    default void recorderAction(io.github.mediaplane.v1.RecorderActionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.RecorderActionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRecorderActionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Controls what is played to the session.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_PLAYER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    default void playerAction(io.github.mediaplane.v1.PlayerActionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.PlayerActionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPlayerActionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Controls the room that the session is in.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_ROOM`, `INVALID_URI`, `SESSION_NOT_FOUND` (the member is not in the room).
     * </pre>
     */
    default void roomAction(io.github.mediaplane.v1.RoomActionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.RoomActionResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRoomActionMethod(), responseObserver);
    }

    /**
     * <pre>
     * Adds an ICE candidate of the session's client. Candidates that come too late are dropped.
     * Reasons: `INVALID_FIELD` (no candidate line, or no such media section).
     * </pre>
     */
    default void setCandidate(io.github.mediaplane.v1.SetCandidateRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetCandidateResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetCandidateMethod(), responseObserver);
    }

    /**
     * <pre>
     * Says that the session's client has no more ICE candidates.
     * </pre>
     */
    default void setCandidateEnd(io.github.mediaplane.v1.SetCandidateEndRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetCandidateEndResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetCandidateEndMethod(), responseObserver);
    }

    /**
     * <pre>
     * Streams what happens to sessions and rooms: first the replay that was asked for, then live. Within one session or
     * room the order is that of what happened. A watcher that reads too slowly gets a `Gap` and then a `Snapshot`.
     * Reasons: `SESSION_NOT_FOUND`, `ROOM_NOT_FOUND`.
     * </pre>
     */
    default void watchEvents(io.github.mediaplane.v1.WatchEventsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.WatchEventsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchEventsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Sends DTMF to the other side.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`.
     * </pre>
     */
    default void sendDtmf(io.github.mediaplane.v1.SendDtmfRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SendDtmfResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSendDtmfMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes an `info` event with the caller's own name and body, for those who watch the session.
     * </pre>
     */
    default void sendInfo(io.github.mediaplane.v1.SendInfoRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SendInfoResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSendInfoMethod(), responseObserver);
    }

    /**
     * <pre>
     * Returns what the backend has measured of each media, now.
     * Reasons: `NOT_SUPPORTED`.
     * </pre>
     */
    default void getStats(io.github.mediaplane.v1.GetStatsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetStatsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetStatsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service SessionService.
   * <pre>
   * Creates and controls sessions.
   * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
   * deadline bounds each command to a media server made for it.
   * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
   * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
   * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
   * </pre>
   */
  public static abstract class SessionServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return SessionServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service SessionService.
   * <pre>
   * Creates and controls sessions.
   * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
   * deadline bounds each command to a media server made for it.
   * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
   * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
   * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
   * </pre>
   */
  public static final class SessionServiceStub
      extends io.grpc.stub.AbstractAsyncStub<SessionServiceStub> {
    private SessionServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a session. With an offer the backend answers it; without one the backend makes the offer. A retry with the
     * same id and the same request returns the same reply.
     * Reasons: `MISSING_SDP`, `INVALID_SDP`, `INVALID_URI`, `INVALID_PUBLISHER`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `DIFFERENT_MEDIASERVER`, `NOT_SUPPORTED`, `INCOMPATIBLE_SESSION`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `SESSION_ALREADY_EXISTS`, `SERVER_SHUTDOWN`. With `wait_reply` also every reason that ends a session.
     * </pre>
     */
    public void createSession(io.github.mediaplane.v1.CreateSessionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.CreateSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Ends a session with the reason `USER_STOP` and releases all it holds. On a session that has already ended and is
     * still in the history it changes nothing and succeeds.
     * </pre>
     */
    public void destroySession(io.github.mediaplane.v1.DestroySessionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DestroySessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDestroySessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Sets the answer of a session whose offer came from the backend or from its peer.
     * Reasons: `OFFER_NOT_SET`, `ANSWER_ALREADY_SET`, `INVALID_SDP`, `MISSING_SDP`, `INCOMPATIBLE_SESSION` (the backend makes
     * this session's answer).
     * </pre>
     */
    public void setAnswer(io.github.mediaplane.v1.SetAnswerRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetAnswerResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetAnswerMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Shows a session.
     * </pre>
     */
    public void getSession(io.github.mediaplane.v1.GetSessionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetSessionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetSessionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists sessions that have not ended, by their id, a page at a time. Ended ones that are still in the history are listed
     * if `filter.statuses` names DESTROYED.
     * </pre>
     */
    public void listSessions(io.github.mediaplane.v1.ListSessionsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListSessionsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListSessionsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns the offer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `OFFER_NOT_SET` when the wait is over.
     * </pre>
     */
    public void getOffer(io.github.mediaplane.v1.GetOfferRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetOfferResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetOfferMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns the answer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `ANSWER_NOT_SET` when the wait is over.
     * </pre>
     */
    public void getAnswer(io.github.mediaplane.v1.GetAnswerRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetAnswerResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetAnswerMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Mutes, unmutes, caps the bitrate or picks a layer. The controls hold until they are changed again.
     * Reasons: `NOT_SUPPORTED`, `OFFER_NOT_SET`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public void updateMedia(io.github.mediaplane.v1.UpdateMediaRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.UpdateMediaResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUpdateMediaMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a live session another type, without a new negotiation. Which changes there are is told by
     * `Capability.set_type_targets`.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`, `INVALID_PUBLISHER`, `INVALID_URI`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `DIFFERENT_MEDIASERVER`, `INCOMPATIBLE_SESSION`.
     * </pre>
     */
    public void setType(io.github.mediaplane.v1.SetTypeRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetTypeResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetTypeMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Controls the session's recording.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_RECORDER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public void recorderAction(io.github.mediaplane.v1.RecorderActionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.RecorderActionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRecorderActionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Controls what is played to the session.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_PLAYER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public void playerAction(io.github.mediaplane.v1.PlayerActionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.PlayerActionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPlayerActionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Controls the room that the session is in.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_ROOM`, `INVALID_URI`, `SESSION_NOT_FOUND` (the member is not in the room).
     * </pre>
     */
    public void roomAction(io.github.mediaplane.v1.RoomActionRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.RoomActionResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRoomActionMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Adds an ICE candidate of the session's client. Candidates that come too late are dropped.
     * Reasons: `INVALID_FIELD` (no candidate line, or no such media section).
     * </pre>
     */
    public void setCandidate(io.github.mediaplane.v1.SetCandidateRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetCandidateResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetCandidateMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Says that the session's client has no more ICE candidates.
     * </pre>
     */
    public void setCandidateEnd(io.github.mediaplane.v1.SetCandidateEndRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetCandidateEndResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetCandidateEndMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Streams what happens to sessions and rooms: first the replay that was asked for, then live. Within one session or
     * room the order is that of what happened. A watcher that reads too slowly gets a `Gap` and then a `Snapshot`.
     * Reasons: `SESSION_NOT_FOUND`, `ROOM_NOT_FOUND`.
     * </pre>
     */
    public void watchEvents(io.github.mediaplane.v1.WatchEventsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.WatchEventsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchEventsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Sends DTMF to the other side.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public void sendDtmf(io.github.mediaplane.v1.SendDtmfRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SendDtmfResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSendDtmfMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes an `info` event with the caller's own name and body, for those who watch the session.
     * </pre>
     */
    public void sendInfo(io.github.mediaplane.v1.SendInfoRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SendInfoResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSendInfoMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Returns what the backend has measured of each media, now.
     * Reasons: `NOT_SUPPORTED`.
     * </pre>
     */
    public void getStats(io.github.mediaplane.v1.GetStatsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetStatsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetStatsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service SessionService.
   * <pre>
   * Creates and controls sessions.
   * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
   * deadline bounds each command to a media server made for it.
   * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
   * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
   * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
   * </pre>
   */
  public static final class SessionServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<SessionServiceBlockingV2Stub> {
    private SessionServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a session. With an offer the backend answers it; without one the backend makes the offer. A retry with the
     * same id and the same request returns the same reply.
     * Reasons: `MISSING_SDP`, `INVALID_SDP`, `INVALID_URI`, `INVALID_PUBLISHER`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `DIFFERENT_MEDIASERVER`, `NOT_SUPPORTED`, `INCOMPATIBLE_SESSION`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `SESSION_ALREADY_EXISTS`, `SERVER_SHUTDOWN`. With `wait_reply` also every reason that ends a session.
     * </pre>
     */
    public io.github.mediaplane.v1.CreateSessionResponse createSession(io.github.mediaplane.v1.CreateSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a session with the reason `USER_STOP` and releases all it holds. On a session that has already ended and is
     * still in the history it changes nothing and succeeds.
     * </pre>
     */
    public io.github.mediaplane.v1.DestroySessionResponse destroySession(io.github.mediaplane.v1.DestroySessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDestroySessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sets the answer of a session whose offer came from the backend or from its peer.
     * Reasons: `OFFER_NOT_SET`, `ANSWER_ALREADY_SET`, `INVALID_SDP`, `MISSING_SDP`, `INCOMPATIBLE_SESSION` (the backend makes
     * this session's answer).
     * </pre>
     */
    public io.github.mediaplane.v1.SetAnswerResponse setAnswer(io.github.mediaplane.v1.SetAnswerRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetAnswerMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows a session.
     * </pre>
     */
    public io.github.mediaplane.v1.GetSessionResponse getSession(io.github.mediaplane.v1.GetSessionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists sessions that have not ended, by their id, a page at a time. Ended ones that are still in the history are listed
     * if `filter.statuses` names DESTROYED.
     * </pre>
     */
    public io.github.mediaplane.v1.ListSessionsResponse listSessions(io.github.mediaplane.v1.ListSessionsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListSessionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the offer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `OFFER_NOT_SET` when the wait is over.
     * </pre>
     */
    public io.github.mediaplane.v1.GetOfferResponse getOffer(io.github.mediaplane.v1.GetOfferRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetOfferMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the answer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `ANSWER_NOT_SET` when the wait is over.
     * </pre>
     */
    public io.github.mediaplane.v1.GetAnswerResponse getAnswer(io.github.mediaplane.v1.GetAnswerRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetAnswerMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Mutes, unmutes, caps the bitrate or picks a layer. The controls hold until they are changed again.
     * Reasons: `NOT_SUPPORTED`, `OFFER_NOT_SET`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.UpdateMediaResponse updateMedia(io.github.mediaplane.v1.UpdateMediaRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUpdateMediaMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a live session another type, without a new negotiation. Which changes there are is told by
     * `Capability.set_type_targets`.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`, `INVALID_PUBLISHER`, `INVALID_URI`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `DIFFERENT_MEDIASERVER`, `INCOMPATIBLE_SESSION`.
     * </pre>
     */
    public io.github.mediaplane.v1.SetTypeResponse setType(io.github.mediaplane.v1.SetTypeRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetTypeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Controls the session's recording.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_RECORDER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.RecorderActionResponse recorderAction(io.github.mediaplane.v1.RecorderActionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRecorderActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Controls what is played to the session.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_PLAYER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.PlayerActionResponse playerAction(io.github.mediaplane.v1.PlayerActionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPlayerActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Controls the room that the session is in.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_ROOM`, `INVALID_URI`, `SESSION_NOT_FOUND` (the member is not in the room).
     * </pre>
     */
    public io.github.mediaplane.v1.RoomActionResponse roomAction(io.github.mediaplane.v1.RoomActionRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRoomActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds an ICE candidate of the session's client. Candidates that come too late are dropped.
     * Reasons: `INVALID_FIELD` (no candidate line, or no such media section).
     * </pre>
     */
    public io.github.mediaplane.v1.SetCandidateResponse setCandidate(io.github.mediaplane.v1.SetCandidateRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetCandidateMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says that the session's client has no more ICE candidates.
     * </pre>
     */
    public io.github.mediaplane.v1.SetCandidateEndResponse setCandidateEnd(io.github.mediaplane.v1.SetCandidateEndRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetCandidateEndMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Streams what happens to sessions and rooms: first the replay that was asked for, then live. Within one session or
     * room the order is that of what happened. A watcher that reads too slowly gets a `Gap` and then a `Snapshot`.
     * Reasons: `SESSION_NOT_FOUND`, `ROOM_NOT_FOUND`.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, io.github.mediaplane.v1.WatchEventsResponse>
        watchEvents(io.github.mediaplane.v1.WatchEventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sends DTMF to the other side.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.SendDtmfResponse sendDtmf(io.github.mediaplane.v1.SendDtmfRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSendDtmfMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes an `info` event with the caller's own name and body, for those who watch the session.
     * </pre>
     */
    public io.github.mediaplane.v1.SendInfoResponse sendInfo(io.github.mediaplane.v1.SendInfoRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSendInfoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what the backend has measured of each media, now.
     * Reasons: `NOT_SUPPORTED`.
     * </pre>
     */
    public io.github.mediaplane.v1.GetStatsResponse getStats(io.github.mediaplane.v1.GetStatsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetStatsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service SessionService.
   * <pre>
   * Creates and controls sessions.
   * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
   * deadline bounds each command to a media server made for it.
   * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
   * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
   * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
   * </pre>
   */
  public static final class SessionServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<SessionServiceBlockingStub> {
    private SessionServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a session. With an offer the backend answers it; without one the backend makes the offer. A retry with the
     * same id and the same request returns the same reply.
     * Reasons: `MISSING_SDP`, `INVALID_SDP`, `INVALID_URI`, `INVALID_PUBLISHER`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `DIFFERENT_MEDIASERVER`, `NOT_SUPPORTED`, `INCOMPATIBLE_SESSION`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `SESSION_ALREADY_EXISTS`, `SERVER_SHUTDOWN`. With `wait_reply` also every reason that ends a session.
     * </pre>
     */
    public io.github.mediaplane.v1.CreateSessionResponse createSession(io.github.mediaplane.v1.CreateSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Ends a session with the reason `USER_STOP` and releases all it holds. On a session that has already ended and is
     * still in the history it changes nothing and succeeds.
     * </pre>
     */
    public io.github.mediaplane.v1.DestroySessionResponse destroySession(io.github.mediaplane.v1.DestroySessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDestroySessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sets the answer of a session whose offer came from the backend or from its peer.
     * Reasons: `OFFER_NOT_SET`, `ANSWER_ALREADY_SET`, `INVALID_SDP`, `MISSING_SDP`, `INCOMPATIBLE_SESSION` (the backend makes
     * this session's answer).
     * </pre>
     */
    public io.github.mediaplane.v1.SetAnswerResponse setAnswer(io.github.mediaplane.v1.SetAnswerRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetAnswerMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows a session.
     * </pre>
     */
    public io.github.mediaplane.v1.GetSessionResponse getSession(io.github.mediaplane.v1.GetSessionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetSessionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists sessions that have not ended, by their id, a page at a time. Ended ones that are still in the history are listed
     * if `filter.statuses` names DESTROYED.
     * </pre>
     */
    public io.github.mediaplane.v1.ListSessionsResponse listSessions(io.github.mediaplane.v1.ListSessionsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListSessionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the offer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `OFFER_NOT_SET` when the wait is over.
     * </pre>
     */
    public io.github.mediaplane.v1.GetOfferResponse getOffer(io.github.mediaplane.v1.GetOfferRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetOfferMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns the answer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `ANSWER_NOT_SET` when the wait is over.
     * </pre>
     */
    public io.github.mediaplane.v1.GetAnswerResponse getAnswer(io.github.mediaplane.v1.GetAnswerRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetAnswerMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Mutes, unmutes, caps the bitrate or picks a layer. The controls hold until they are changed again.
     * Reasons: `NOT_SUPPORTED`, `OFFER_NOT_SET`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.UpdateMediaResponse updateMedia(io.github.mediaplane.v1.UpdateMediaRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUpdateMediaMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a live session another type, without a new negotiation. Which changes there are is told by
     * `Capability.set_type_targets`.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`, `INVALID_PUBLISHER`, `INVALID_URI`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `DIFFERENT_MEDIASERVER`, `INCOMPATIBLE_SESSION`.
     * </pre>
     */
    public io.github.mediaplane.v1.SetTypeResponse setType(io.github.mediaplane.v1.SetTypeRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetTypeMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Controls the session's recording.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_RECORDER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.RecorderActionResponse recorderAction(io.github.mediaplane.v1.RecorderActionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRecorderActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Controls what is played to the session.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_PLAYER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.PlayerActionResponse playerAction(io.github.mediaplane.v1.PlayerActionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPlayerActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Controls the room that the session is in.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_ROOM`, `INVALID_URI`, `SESSION_NOT_FOUND` (the member is not in the room).
     * </pre>
     */
    public io.github.mediaplane.v1.RoomActionResponse roomAction(io.github.mediaplane.v1.RoomActionRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRoomActionMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Adds an ICE candidate of the session's client. Candidates that come too late are dropped.
     * Reasons: `INVALID_FIELD` (no candidate line, or no such media section).
     * </pre>
     */
    public io.github.mediaplane.v1.SetCandidateResponse setCandidate(io.github.mediaplane.v1.SetCandidateRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetCandidateMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Says that the session's client has no more ICE candidates.
     * </pre>
     */
    public io.github.mediaplane.v1.SetCandidateEndResponse setCandidateEnd(io.github.mediaplane.v1.SetCandidateEndRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetCandidateEndMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Streams what happens to sessions and rooms: first the replay that was asked for, then live. Within one session or
     * room the order is that of what happened. A watcher that reads too slowly gets a `Gap` and then a `Snapshot`.
     * Reasons: `SESSION_NOT_FOUND`, `ROOM_NOT_FOUND`.
     * </pre>
     */
    public java.util.Iterator<io.github.mediaplane.v1.WatchEventsResponse> watchEvents(
        io.github.mediaplane.v1.WatchEventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Sends DTMF to the other side.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public io.github.mediaplane.v1.SendDtmfResponse sendDtmf(io.github.mediaplane.v1.SendDtmfRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSendDtmfMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes an `info` event with the caller's own name and body, for those who watch the session.
     * </pre>
     */
    public io.github.mediaplane.v1.SendInfoResponse sendInfo(io.github.mediaplane.v1.SendInfoRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSendInfoMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Returns what the backend has measured of each media, now.
     * Reasons: `NOT_SUPPORTED`.
     * </pre>
     */
    public io.github.mediaplane.v1.GetStatsResponse getStats(io.github.mediaplane.v1.GetStatsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetStatsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service SessionService.
   * <pre>
   * Creates and controls sessions.
   * A session has one offer and one answer, a type that may change while it lives, and it ends once. The caller's gRPC
   * deadline bounds each command to a media server made for it.
   * Besides the reasons named at each RPC, any that reads a field may answer `MISSING_FIELD` or `INVALID_FIELD`, any that
   * names a session `SESSION_NOT_FOUND`, and any that reaches a media server `BACKEND_REJECTED`, `BACKEND_TIMEOUT`,
   * `BACKEND_LOST` or `LIMIT_REACHED`. A call on a session that ends meanwhile fails with the reason it ended for.
   * </pre>
   */
  public static final class SessionServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<SessionServiceFutureStub> {
    private SessionServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected SessionServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new SessionServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Creates a session. With an offer the backend answers it; without one the backend makes the offer. A retry with the
     * same id and the same request returns the same reply.
     * Reasons: `MISSING_SDP`, `INVALID_SDP`, `INVALID_URI`, `INVALID_PUBLISHER`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `DIFFERENT_MEDIASERVER`, `NOT_SUPPORTED`, `INCOMPATIBLE_SESSION`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `SESSION_ALREADY_EXISTS`, `SERVER_SHUTDOWN`. With `wait_reply` also every reason that ends a session.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.CreateSessionResponse> createSession(
        io.github.mediaplane.v1.CreateSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Ends a session with the reason `USER_STOP` and releases all it holds. On a session that has already ended and is
     * still in the history it changes nothing and succeeds.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.DestroySessionResponse> destroySession(
        io.github.mediaplane.v1.DestroySessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDestroySessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Sets the answer of a session whose offer came from the backend or from its peer.
     * Reasons: `OFFER_NOT_SET`, `ANSWER_ALREADY_SET`, `INVALID_SDP`, `MISSING_SDP`, `INCOMPATIBLE_SESSION` (the backend makes
     * this session's answer).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.SetAnswerResponse> setAnswer(
        io.github.mediaplane.v1.SetAnswerRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetAnswerMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Shows a session.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.GetSessionResponse> getSession(
        io.github.mediaplane.v1.GetSessionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetSessionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists sessions that have not ended, by their id, a page at a time. Ended ones that are still in the history are listed
     * if `filter.statuses` names DESTROYED.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.ListSessionsResponse> listSessions(
        io.github.mediaplane.v1.ListSessionsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListSessionsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns the offer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `OFFER_NOT_SET` when the wait is over.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.GetOfferResponse> getOffer(
        io.github.mediaplane.v1.GetOfferRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetOfferMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns the answer, and waits for it until the caller's deadline, or 30 s without one.
     * Reasons: `ANSWER_NOT_SET` when the wait is over.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.GetAnswerResponse> getAnswer(
        io.github.mediaplane.v1.GetAnswerRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetAnswerMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Mutes, unmutes, caps the bitrate or picks a layer. The controls hold until they are changed again.
     * Reasons: `NOT_SUPPORTED`, `OFFER_NOT_SET`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.UpdateMediaResponse> updateMedia(
        io.github.mediaplane.v1.UpdateMediaRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUpdateMediaMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a live session another type, without a new negotiation. Which changes there are is told by
     * `Capability.set_type_targets`.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`, `INVALID_PUBLISHER`, `INVALID_URI`, `ROOM_NOT_FOUND`, `PEER_SESSION_NOT_FOUND`,
     * `DIFFERENT_MEDIASERVER`, `INCOMPATIBLE_SESSION`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.SetTypeResponse> setType(
        io.github.mediaplane.v1.SetTypeRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetTypeMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Controls the session's recording.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_RECORDER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.RecorderActionResponse> recorderAction(
        io.github.mediaplane.v1.RecorderActionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRecorderActionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Controls what is played to the session.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_PLAYER`, `INVALID_URI`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.PlayerActionResponse> playerAction(
        io.github.mediaplane.v1.PlayerActionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPlayerActionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Controls the room that the session is in.
     * Reasons: `NOT_SUPPORTED`, `NO_ACTIVE_ROOM`, `INVALID_URI`, `SESSION_NOT_FOUND` (the member is not in the room).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.RoomActionResponse> roomAction(
        io.github.mediaplane.v1.RoomActionRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRoomActionMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Adds an ICE candidate of the session's client. Candidates that come too late are dropped.
     * Reasons: `INVALID_FIELD` (no candidate line, or no such media section).
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.SetCandidateResponse> setCandidate(
        io.github.mediaplane.v1.SetCandidateRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetCandidateMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Says that the session's client has no more ICE candidates.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.SetCandidateEndResponse> setCandidateEnd(
        io.github.mediaplane.v1.SetCandidateEndRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetCandidateEndMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Sends DTMF to the other side.
     * Reasons: `NOT_SUPPORTED`, `ANSWER_NOT_SET`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.SendDtmfResponse> sendDtmf(
        io.github.mediaplane.v1.SendDtmfRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSendDtmfMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes an `info` event with the caller's own name and body, for those who watch the session.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.SendInfoResponse> sendInfo(
        io.github.mediaplane.v1.SendInfoRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSendInfoMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Returns what the backend has measured of each media, now.
     * Reasons: `NOT_SUPPORTED`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.GetStatsResponse> getStats(
        io.github.mediaplane.v1.GetStatsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetStatsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CREATE_SESSION = 0;
  private static final int METHODID_DESTROY_SESSION = 1;
  private static final int METHODID_SET_ANSWER = 2;
  private static final int METHODID_GET_SESSION = 3;
  private static final int METHODID_LIST_SESSIONS = 4;
  private static final int METHODID_GET_OFFER = 5;
  private static final int METHODID_GET_ANSWER = 6;
  private static final int METHODID_UPDATE_MEDIA = 7;
  private static final int METHODID_SET_TYPE = 8;
  private static final int METHODID_RECORDER_ACTION = 9;
  private static final int METHODID_PLAYER_ACTION = 10;
  private static final int METHODID_ROOM_ACTION = 11;
  private static final int METHODID_SET_CANDIDATE = 12;
  private static final int METHODID_SET_CANDIDATE_END = 13;
  private static final int METHODID_WATCH_EVENTS = 14;
  private static final int METHODID_SEND_DTMF = 15;
  private static final int METHODID_SEND_INFO = 16;
  private static final int METHODID_GET_STATS = 17;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_CREATE_SESSION:
          serviceImpl.createSession((io.github.mediaplane.v1.CreateSessionRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.CreateSessionResponse>) responseObserver);
          break;
        case METHODID_DESTROY_SESSION:
          serviceImpl.destroySession((io.github.mediaplane.v1.DestroySessionRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DestroySessionResponse>) responseObserver);
          break;
        case METHODID_SET_ANSWER:
          serviceImpl.setAnswer((io.github.mediaplane.v1.SetAnswerRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetAnswerResponse>) responseObserver);
          break;
        case METHODID_GET_SESSION:
          serviceImpl.getSession((io.github.mediaplane.v1.GetSessionRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetSessionResponse>) responseObserver);
          break;
        case METHODID_LIST_SESSIONS:
          serviceImpl.listSessions((io.github.mediaplane.v1.ListSessionsRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListSessionsResponse>) responseObserver);
          break;
        case METHODID_GET_OFFER:
          serviceImpl.getOffer((io.github.mediaplane.v1.GetOfferRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetOfferResponse>) responseObserver);
          break;
        case METHODID_GET_ANSWER:
          serviceImpl.getAnswer((io.github.mediaplane.v1.GetAnswerRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetAnswerResponse>) responseObserver);
          break;
        case METHODID_UPDATE_MEDIA:
          serviceImpl.updateMedia((io.github.mediaplane.v1.UpdateMediaRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.UpdateMediaResponse>) responseObserver);
          break;
        case METHODID_SET_TYPE:
          serviceImpl.setType((io.github.mediaplane.v1.SetTypeRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetTypeResponse>) responseObserver);
          break;
        case METHODID_RECORDER_ACTION:
          serviceImpl.recorderAction((io.github.mediaplane.v1.RecorderActionRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.RecorderActionResponse>) responseObserver);
          break;
        case METHODID_PLAYER_ACTION:
          serviceImpl.playerAction((io.github.mediaplane.v1.PlayerActionRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.PlayerActionResponse>) responseObserver);
          break;
        case METHODID_ROOM_ACTION:
          serviceImpl.roomAction((io.github.mediaplane.v1.RoomActionRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.RoomActionResponse>) responseObserver);
          break;
        case METHODID_SET_CANDIDATE:
          serviceImpl.setCandidate((io.github.mediaplane.v1.SetCandidateRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetCandidateResponse>) responseObserver);
          break;
        case METHODID_SET_CANDIDATE_END:
          serviceImpl.setCandidateEnd((io.github.mediaplane.v1.SetCandidateEndRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SetCandidateEndResponse>) responseObserver);
          break;
        case METHODID_WATCH_EVENTS:
          serviceImpl.watchEvents((io.github.mediaplane.v1.WatchEventsRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.WatchEventsResponse>) responseObserver);
          break;
        case METHODID_SEND_DTMF:
          serviceImpl.sendDtmf((io.github.mediaplane.v1.SendDtmfRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SendDtmfResponse>) responseObserver);
          break;
        case METHODID_SEND_INFO:
          serviceImpl.sendInfo((io.github.mediaplane.v1.SendInfoRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.SendInfoResponse>) responseObserver);
          break;
        case METHODID_GET_STATS:
          serviceImpl.getStats((io.github.mediaplane.v1.GetStatsRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetStatsResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getCreateSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.CreateSessionRequest,
              io.github.mediaplane.v1.CreateSessionResponse>(
                service, METHODID_CREATE_SESSION)))
        .addMethod(
          getDestroySessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.DestroySessionRequest,
              io.github.mediaplane.v1.DestroySessionResponse>(
                service, METHODID_DESTROY_SESSION)))
        .addMethod(
          getSetAnswerMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.SetAnswerRequest,
              io.github.mediaplane.v1.SetAnswerResponse>(
                service, METHODID_SET_ANSWER)))
        .addMethod(
          getGetSessionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.GetSessionRequest,
              io.github.mediaplane.v1.GetSessionResponse>(
                service, METHODID_GET_SESSION)))
        .addMethod(
          getListSessionsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.ListSessionsRequest,
              io.github.mediaplane.v1.ListSessionsResponse>(
                service, METHODID_LIST_SESSIONS)))
        .addMethod(
          getGetOfferMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.GetOfferRequest,
              io.github.mediaplane.v1.GetOfferResponse>(
                service, METHODID_GET_OFFER)))
        .addMethod(
          getGetAnswerMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.GetAnswerRequest,
              io.github.mediaplane.v1.GetAnswerResponse>(
                service, METHODID_GET_ANSWER)))
        .addMethod(
          getUpdateMediaMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.UpdateMediaRequest,
              io.github.mediaplane.v1.UpdateMediaResponse>(
                service, METHODID_UPDATE_MEDIA)))
        .addMethod(
          getSetTypeMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.SetTypeRequest,
              io.github.mediaplane.v1.SetTypeResponse>(
                service, METHODID_SET_TYPE)))
        .addMethod(
          getRecorderActionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.RecorderActionRequest,
              io.github.mediaplane.v1.RecorderActionResponse>(
                service, METHODID_RECORDER_ACTION)))
        .addMethod(
          getPlayerActionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.PlayerActionRequest,
              io.github.mediaplane.v1.PlayerActionResponse>(
                service, METHODID_PLAYER_ACTION)))
        .addMethod(
          getRoomActionMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.RoomActionRequest,
              io.github.mediaplane.v1.RoomActionResponse>(
                service, METHODID_ROOM_ACTION)))
        .addMethod(
          getSetCandidateMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.SetCandidateRequest,
              io.github.mediaplane.v1.SetCandidateResponse>(
                service, METHODID_SET_CANDIDATE)))
        .addMethod(
          getSetCandidateEndMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.SetCandidateEndRequest,
              io.github.mediaplane.v1.SetCandidateEndResponse>(
                service, METHODID_SET_CANDIDATE_END)))
        .addMethod(
          getWatchEventsMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              io.github.mediaplane.v1.WatchEventsRequest,
              io.github.mediaplane.v1.WatchEventsResponse>(
                service, METHODID_WATCH_EVENTS)))
        .addMethod(
          getSendDtmfMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.SendDtmfRequest,
              io.github.mediaplane.v1.SendDtmfResponse>(
                service, METHODID_SEND_DTMF)))
        .addMethod(
          getSendInfoMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.SendInfoRequest,
              io.github.mediaplane.v1.SendInfoResponse>(
                service, METHODID_SEND_INFO)))
        .addMethod(
          getGetStatsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.GetStatsRequest,
              io.github.mediaplane.v1.GetStatsResponse>(
                service, METHODID_GET_STATS)))
        .build();
  }

  private static abstract class SessionServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    SessionServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.github.mediaplane.v1.SessionProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("SessionService");
    }
  }

  private static final class SessionServiceFileDescriptorSupplier
      extends SessionServiceBaseDescriptorSupplier {
    SessionServiceFileDescriptorSupplier() {}
  }

  private static final class SessionServiceMethodDescriptorSupplier
      extends SessionServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    SessionServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (SessionServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new SessionServiceFileDescriptorSupplier())
              .addMethod(getCreateSessionMethod())
              .addMethod(getDestroySessionMethod())
              .addMethod(getSetAnswerMethod())
              .addMethod(getGetSessionMethod())
              .addMethod(getListSessionsMethod())
              .addMethod(getGetOfferMethod())
              .addMethod(getGetAnswerMethod())
              .addMethod(getUpdateMediaMethod())
              .addMethod(getSetTypeMethod())
              .addMethod(getRecorderActionMethod())
              .addMethod(getPlayerActionMethod())
              .addMethod(getRoomActionMethod())
              .addMethod(getSetCandidateMethod())
              .addMethod(getSetCandidateEndMethod())
              .addMethod(getWatchEventsMethod())
              .addMethod(getSendDtmfMethod())
              .addMethod(getSendInfoMethod())
              .addMethod(getGetStatsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
