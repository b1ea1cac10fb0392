package io.github.mediaplane.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
 * happens in it is told by `SessionService.WatchEvents`.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class RoomServiceGrpc {

  private RoomServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "mediaplane.v1.RoomService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.CreateRoomRequest,
      io.github.mediaplane.v1.CreateRoomResponse> getCreateRoomMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateRoom",
      requestType = io.github.mediaplane.v1.CreateRoomRequest.class,
      responseType = io.github.mediaplane.v1.CreateRoomResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.CreateRoomRequest,
      io.github.mediaplane.v1.CreateRoomResponse> getCreateRoomMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.CreateRoomRequest, io.github.mediaplane.v1.CreateRoomResponse> getCreateRoomMethod;
    if ((getCreateRoomMethod = RoomServiceGrpc.getCreateRoomMethod) == null) {
      synchronized (RoomServiceGrpc.class) {
        if ((getCreateRoomMethod = RoomServiceGrpc.getCreateRoomMethod) == null) {
          RoomServiceGrpc.getCreateRoomMethod = getCreateRoomMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.CreateRoomRequest, io.github.mediaplane.v1.CreateRoomResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateRoom"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.CreateRoomRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.CreateRoomResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RoomServiceMethodDescriptorSupplier("CreateRoom"))
              .build();
        }
      }
    }
    return getCreateRoomMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.DestroyRoomRequest,
      io.github.mediaplane.v1.DestroyRoomResponse> getDestroyRoomMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DestroyRoom",
      requestType = io.github.mediaplane.v1.DestroyRoomRequest.class,
      responseType = io.github.mediaplane.v1.DestroyRoomResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.DestroyRoomRequest,
      io.github.mediaplane.v1.DestroyRoomResponse> getDestroyRoomMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.DestroyRoomRequest, io.github.mediaplane.v1.DestroyRoomResponse> getDestroyRoomMethod;
    if ((getDestroyRoomMethod = RoomServiceGrpc.getDestroyRoomMethod) == null) {
      synchronized (RoomServiceGrpc.class) {
        if ((getDestroyRoomMethod = RoomServiceGrpc.getDestroyRoomMethod) == null) {
          RoomServiceGrpc.getDestroyRoomMethod = getDestroyRoomMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.DestroyRoomRequest, io.github.mediaplane.v1.DestroyRoomResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DestroyRoom"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.DestroyRoomRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.DestroyRoomResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RoomServiceMethodDescriptorSupplier("DestroyRoom"))
              .build();
        }
      }
    }
    return getDestroyRoomMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetRoomRequest,
      io.github.mediaplane.v1.GetRoomResponse> getGetRoomMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetRoom",
      requestType = io.github.mediaplane.v1.GetRoomRequest.class,
      responseType = io.github.mediaplane.v1.GetRoomResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetRoomRequest,
      io.github.mediaplane.v1.GetRoomResponse> getGetRoomMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.GetRoomRequest, io.github.mediaplane.v1.GetRoomResponse> getGetRoomMethod;
    if ((getGetRoomMethod = RoomServiceGrpc.getGetRoomMethod) == null) {
      synchronized (RoomServiceGrpc.class) {
        if ((getGetRoomMethod = RoomServiceGrpc.getGetRoomMethod) == null) {
          RoomServiceGrpc.getGetRoomMethod = getGetRoomMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.GetRoomRequest, io.github.mediaplane.v1.GetRoomResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetRoom"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetRoomRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.GetRoomResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RoomServiceMethodDescriptorSupplier("GetRoom"))
              .build();
        }
      }
    }
    return getGetRoomMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListRoomsRequest,
      io.github.mediaplane.v1.ListRoomsResponse> getListRoomsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListRooms",
      requestType = io.github.mediaplane.v1.ListRoomsRequest.class,
      responseType = io.github.mediaplane.v1.ListRoomsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListRoomsRequest,
      io.github.mediaplane.v1.ListRoomsResponse> getListRoomsMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListRoomsRequest, io.github.mediaplane.v1.ListRoomsResponse> getListRoomsMethod;
    if ((getListRoomsMethod = RoomServiceGrpc.getListRoomsMethod) == null) {
      synchronized (RoomServiceGrpc.class) {
        if ((getListRoomsMethod = RoomServiceGrpc.getListRoomsMethod) == null) {
          RoomServiceGrpc.getListRoomsMethod = getListRoomsMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.ListRoomsRequest, io.github.mediaplane.v1.ListRoomsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListRooms"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.ListRoomsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.ListRoomsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new RoomServiceMethodDescriptorSupplier("ListRooms"))
              .build();
        }
      }
    }
    return getListRoomsMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static RoomServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RoomServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RoomServiceStub>() {
        @java.lang.Override
        public RoomServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RoomServiceStub(channel, callOptions);
        }
      };
    return RoomServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static RoomServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RoomServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RoomServiceBlockingV2Stub>() {
        @java.lang.Override
        public RoomServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RoomServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return RoomServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static RoomServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RoomServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RoomServiceBlockingStub>() {
        @java.lang.Override
        public RoomServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RoomServiceBlockingStub(channel, callOptions);
        }
      };
    return RoomServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static RoomServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<RoomServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<RoomServiceFutureStub>() {
        @java.lang.Override
        public RoomServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new RoomServiceFutureStub(channel, callOptions);
        }
      };
    return RoomServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
   * happens in it is told by `SessionService.WatchEvents`.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Makes a room on a media server. A retry with the same id and the same request returns the same room;
     * a different request with that id is `ROOM_ALREADY_EXISTS`.
     * Reasons: `MISSING_FIELD`, `INVALID_FIELD`, `ROOM_ALREADY_EXISTS`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `NOT_SUPPORTED`, `LIMIT_REACHED`, `BACKEND_REJECTED`, `BACKEND_TIMEOUT`, `SERVER_SHUTDOWN`.
     * </pre>
     */
    default void createRoom(io.github.mediaplane.v1.CreateRoomRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.CreateRoomResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateRoomMethod(), responseObserver);
    }

    /**
     * <pre>
     * Destroys a room. Its sessions are destroyed with `ROOM_DESTROYED`.
     * Reasons: `ROOM_NOT_FOUND`, `BACKEND_TIMEOUT`.
     * </pre>
     */
    default void destroyRoom(io.github.mediaplane.v1.DestroyRoomRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DestroyRoomResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDestroyRoomMethod(), responseObserver);
    }

    /**
     * <pre>
     * Shows a room and its members.
     * Reasons: `ROOM_NOT_FOUND`.
     * </pre>
     */
    default void getRoom(io.github.mediaplane.v1.GetRoomRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetRoomResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetRoomMethod(), responseObserver);
    }

    /**
     * <pre>
     * Lists rooms by their id, a page at a time.
     * Reasons: `INVALID_FIELD`.
     * </pre>
     */
    default void listRooms(io.github.mediaplane.v1.ListRoomsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListRoomsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListRoomsMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service RoomService.
   * <pre>
   * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
   * happens in it is told by `SessionService.WatchEvents`.
   * </pre>
   */
  public static abstract class RoomServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return RoomServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service RoomService.
   * <pre>
   * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
   * happens in it is told by `SessionService.WatchEvents`.
   * </pre>
   */
  public static final class RoomServiceStub
      extends io.grpc.stub.AbstractAsyncStub<RoomServiceStub> {
    private RoomServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RoomServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RoomServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a room on a media server. A retry with the same id and the same request returns the same room;
     * a different request with that id is `ROOM_ALREADY_EXISTS`.
     * Reasons: `MISSING_FIELD`, `INVALID_FIELD`, `ROOM_ALREADY_EXISTS`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `NOT_SUPPORTED`, `LIMIT_REACHED`, `BACKEND_REJECTED`, `BACKEND_TIMEOUT`, `SERVER_SHUTDOWN`.
     * </pre>
     */
    public void createRoom(io.github.mediaplane.v1.CreateRoomRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.CreateRoomResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateRoomMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Destroys a room. Its sessions are destroyed with `ROOM_DESTROYED`.
     * Reasons: `ROOM_NOT_FOUND`, `BACKEND_TIMEOUT`.
     * </pre>
     */
    public void destroyRoom(io.github.mediaplane.v1.DestroyRoomRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DestroyRoomResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDestroyRoomMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Shows a room and its members.
     * Reasons: `ROOM_NOT_FOUND`.
     * </pre>
     */
    public void getRoom(io.github.mediaplane.v1.GetRoomRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetRoomResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetRoomMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Lists rooms by their id, a page at a time.
     * Reasons: `INVALID_FIELD`.
     * </pre>
     */
    public void listRooms(io.github.mediaplane.v1.ListRoomsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListRoomsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListRoomsMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service RoomService.
   * <pre>
   * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
   * happens in it is told by `SessionService.WatchEvents`.
   * </pre>
   */
  public static final class RoomServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<RoomServiceBlockingV2Stub> {
    private RoomServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RoomServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RoomServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a room on a media server. A retry with the same id and the same request returns the same room;
     * a different request with that id is `ROOM_ALREADY_EXISTS`.
     * Reasons: `MISSING_FIELD`, `INVALID_FIELD`, `ROOM_ALREADY_EXISTS`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `NOT_SUPPORTED`, `LIMIT_REACHED`, `BACKEND_REJECTED`, `BACKEND_TIMEOUT`, `SERVER_SHUTDOWN`.
     * </pre>
     */
    public io.github.mediaplane.v1.CreateRoomResponse createRoom(io.github.mediaplane.v1.CreateRoomRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateRoomMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Destroys a room. Its sessions are destroyed with `ROOM_DESTROYED`.
     * Reasons: `ROOM_NOT_FOUND`, `BACKEND_TIMEOUT`.
     * </pre>
     */
    public io.github.mediaplane.v1.DestroyRoomResponse destroyRoom(io.github.mediaplane.v1.DestroyRoomRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDestroyRoomMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows a room and its members.
     * Reasons: `ROOM_NOT_FOUND`.
     * </pre>
     */
    public io.github.mediaplane.v1.GetRoomResponse getRoom(io.github.mediaplane.v1.GetRoomRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetRoomMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists rooms by their id, a page at a time.
     * Reasons: `INVALID_FIELD`.
     * </pre>
     */
    public io.github.mediaplane.v1.ListRoomsResponse listRooms(io.github.mediaplane.v1.ListRoomsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListRoomsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service RoomService.
   * <pre>
   * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
   * happens in it is told by `SessionService.WatchEvents`.
   * </pre>
   */
  public static final class RoomServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<RoomServiceBlockingStub> {
    private RoomServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RoomServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RoomServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a room on a media server. A retry with the same id and the same request returns the same room;
     * a different request with that id is `ROOM_ALREADY_EXISTS`.
     * Reasons: `MISSING_FIELD`, `INVALID_FIELD`, `ROOM_ALREADY_EXISTS`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `NOT_SUPPORTED`, `LIMIT_REACHED`, `BACKEND_REJECTED`, `BACKEND_TIMEOUT`, `SERVER_SHUTDOWN`.
     * </pre>
     */
    public io.github.mediaplane.v1.CreateRoomResponse createRoom(io.github.mediaplane.v1.CreateRoomRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateRoomMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Destroys a room. Its sessions are destroyed with `ROOM_DESTROYED`.
     * Reasons: `ROOM_NOT_FOUND`, `BACKEND_TIMEOUT`.
     * </pre>
     */
    public io.github.mediaplane.v1.DestroyRoomResponse destroyRoom(io.github.mediaplane.v1.DestroyRoomRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDestroyRoomMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Shows a room and its members.
     * Reasons: `ROOM_NOT_FOUND`.
     * </pre>
     */
    public io.github.mediaplane.v1.GetRoomResponse getRoom(io.github.mediaplane.v1.GetRoomRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetRoomMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Lists rooms by their id, a page at a time.
     * Reasons: `INVALID_FIELD`.
     * </pre>
     */
    public io.github.mediaplane.v1.ListRoomsResponse listRooms(io.github.mediaplane.v1.ListRoomsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListRoomsMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service RoomService.
   * <pre>
   * Makes, shows and destroys rooms. Sessions enter a room by their type (`Publish`, `Listen`, `Mcu`); what
   * happens in it is told by `SessionService.WatchEvents`.
   * </pre>
   */
  public static final class RoomServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<RoomServiceFutureStub> {
    private RoomServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected RoomServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new RoomServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Makes a room on a media server. A retry with the same id and the same request returns the same room;
     * a different request with that id is `ROOM_ALREADY_EXISTS`.
     * Reasons: `MISSING_FIELD`, `INVALID_FIELD`, `ROOM_ALREADY_EXISTS`, `UNKNOWN_BACKEND`, `NO_MEDIASERVER`,
     * `NOT_SUPPORTED`, `LIMIT_REACHED`, `BACKEND_REJECTED`, `BACKEND_TIMEOUT`, `SERVER_SHUTDOWN`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.CreateRoomResponse> createRoom(
        io.github.mediaplane.v1.CreateRoomRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateRoomMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Destroys a room. Its sessions are destroyed with `ROOM_DESTROYED`.
     * Reasons: `ROOM_NOT_FOUND`, `BACKEND_TIMEOUT`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.DestroyRoomResponse> destroyRoom(
        io.github.mediaplane.v1.DestroyRoomRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDestroyRoomMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Shows a room and its members.
     * Reasons: `ROOM_NOT_FOUND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.GetRoomResponse> getRoom(
        io.github.mediaplane.v1.GetRoomRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetRoomMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Lists rooms by their id, a page at a time.
     * Reasons: `INVALID_FIELD`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.ListRoomsResponse> listRooms(
        io.github.mediaplane.v1.ListRoomsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListRoomsMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_CREATE_ROOM = 0;
  private static final int METHODID_DESTROY_ROOM = 1;
  private static final int METHODID_GET_ROOM = 2;
  private static final int METHODID_LIST_ROOMS = 3;

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
        case METHODID_CREATE_ROOM:
          serviceImpl.createRoom((io.github.mediaplane.v1.CreateRoomRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.CreateRoomResponse>) responseObserver);
          break;
        case METHODID_DESTROY_ROOM:
          serviceImpl.destroyRoom((io.github.mediaplane.v1.DestroyRoomRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DestroyRoomResponse>) responseObserver);
          break;
        case METHODID_GET_ROOM:
          serviceImpl.getRoom((io.github.mediaplane.v1.GetRoomRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.GetRoomResponse>) responseObserver);
          break;
        case METHODID_LIST_ROOMS:
          serviceImpl.listRooms((io.github.mediaplane.v1.ListRoomsRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListRoomsResponse>) responseObserver);
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
          getCreateRoomMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.CreateRoomRequest,
              io.github.mediaplane.v1.CreateRoomResponse>(
                service, METHODID_CREATE_ROOM)))
        .addMethod(
          getDestroyRoomMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.DestroyRoomRequest,
              io.github.mediaplane.v1.DestroyRoomResponse>(
                service, METHODID_DESTROY_ROOM)))
        .addMethod(
          getGetRoomMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.GetRoomRequest,
              io.github.mediaplane.v1.GetRoomResponse>(
                service, METHODID_GET_ROOM)))
        .addMethod(
          getListRoomsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.ListRoomsRequest,
              io.github.mediaplane.v1.ListRoomsResponse>(
                service, METHODID_LIST_ROOMS)))
        .build();
  }

  private static abstract class RoomServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    RoomServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.github.mediaplane.v1.RoomProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("RoomService");
    }
  }

  private static final class RoomServiceFileDescriptorSupplier
      extends RoomServiceBaseDescriptorSupplier {
    RoomServiceFileDescriptorSupplier() {}
  }

  private static final class RoomServiceMethodDescriptorSupplier
      extends RoomServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    RoomServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (RoomServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new RoomServiceFileDescriptorSupplier())
              .addMethod(getCreateRoomMethod())
              .addMethod(getDestroyRoomMethod())
              .addMethod(getGetRoomMethod())
              .addMethod(getListRoomsMethod())
              .build();
        }
      }
    }
    return result;
  }
}
