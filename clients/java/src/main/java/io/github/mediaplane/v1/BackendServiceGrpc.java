package io.github.mediaplane.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Shows the configured media servers and takes them out of service and back.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class BackendServiceGrpc {

  private BackendServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "mediaplane.v1.BackendService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListBackendsRequest,
      io.github.mediaplane.v1.ListBackendsResponse> getListBackendsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListBackends",
      requestType = io.github.mediaplane.v1.ListBackendsRequest.class,
      responseType = io.github.mediaplane.v1.ListBackendsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListBackendsRequest,
      io.github.mediaplane.v1.ListBackendsResponse> getListBackendsMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.ListBackendsRequest, io.github.mediaplane.v1.ListBackendsResponse> getListBackendsMethod;
    if ((getListBackendsMethod = BackendServiceGrpc.getListBackendsMethod) == null) {
      synchronized (BackendServiceGrpc.class) {
        if ((getListBackendsMethod = BackendServiceGrpc.getListBackendsMethod) == null) {
          BackendServiceGrpc.getListBackendsMethod = getListBackendsMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.ListBackendsRequest, io.github.mediaplane.v1.ListBackendsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListBackends"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.ListBackendsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.ListBackendsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BackendServiceMethodDescriptorSupplier("ListBackends"))
              .build();
        }
      }
    }
    return getListBackendsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.DrainBackendRequest,
      io.github.mediaplane.v1.DrainBackendResponse> getDrainBackendMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DrainBackend",
      requestType = io.github.mediaplane.v1.DrainBackendRequest.class,
      responseType = io.github.mediaplane.v1.DrainBackendResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.DrainBackendRequest,
      io.github.mediaplane.v1.DrainBackendResponse> getDrainBackendMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.DrainBackendRequest, io.github.mediaplane.v1.DrainBackendResponse> getDrainBackendMethod;
    if ((getDrainBackendMethod = BackendServiceGrpc.getDrainBackendMethod) == null) {
      synchronized (BackendServiceGrpc.class) {
        if ((getDrainBackendMethod = BackendServiceGrpc.getDrainBackendMethod) == null) {
          BackendServiceGrpc.getDrainBackendMethod = getDrainBackendMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.DrainBackendRequest, io.github.mediaplane.v1.DrainBackendResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DrainBackend"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.DrainBackendRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.DrainBackendResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BackendServiceMethodDescriptorSupplier("DrainBackend"))
              .build();
        }
      }
    }
    return getDrainBackendMethod;
  }

  private static volatile io.grpc.MethodDescriptor<io.github.mediaplane.v1.UndrainBackendRequest,
      io.github.mediaplane.v1.UndrainBackendResponse> getUndrainBackendMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "UndrainBackend",
      requestType = io.github.mediaplane.v1.UndrainBackendRequest.class,
      responseType = io.github.mediaplane.v1.UndrainBackendResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<io.github.mediaplane.v1.UndrainBackendRequest,
      io.github.mediaplane.v1.UndrainBackendResponse> getUndrainBackendMethod() {
    io.grpc.MethodDescriptor<io.github.mediaplane.v1.UndrainBackendRequest, io.github.mediaplane.v1.UndrainBackendResponse> getUndrainBackendMethod;
    if ((getUndrainBackendMethod = BackendServiceGrpc.getUndrainBackendMethod) == null) {
      synchronized (BackendServiceGrpc.class) {
        if ((getUndrainBackendMethod = BackendServiceGrpc.getUndrainBackendMethod) == null) {
          BackendServiceGrpc.getUndrainBackendMethod = getUndrainBackendMethod =
              io.grpc.MethodDescriptor.<io.github.mediaplane.v1.UndrainBackendRequest, io.github.mediaplane.v1.UndrainBackendResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "UndrainBackend"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.UndrainBackendRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  io.github.mediaplane.v1.UndrainBackendResponse.getDefaultInstance()))
              .setSchemaDescriptor(new BackendServiceMethodDescriptorSupplier("UndrainBackend"))
              .build();
        }
      }
    }
    return getUndrainBackendMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static BackendServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BackendServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BackendServiceStub>() {
        @java.lang.Override
        public BackendServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BackendServiceStub(channel, callOptions);
        }
      };
    return BackendServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static BackendServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BackendServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BackendServiceBlockingV2Stub>() {
        @java.lang.Override
        public BackendServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BackendServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return BackendServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static BackendServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BackendServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BackendServiceBlockingStub>() {
        @java.lang.Override
        public BackendServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BackendServiceBlockingStub(channel, callOptions);
        }
      };
    return BackendServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static BackendServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<BackendServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<BackendServiceFutureStub>() {
        @java.lang.Override
        public BackendServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new BackendServiceFutureStub(channel, callOptions);
        }
      };
    return BackendServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Shows the configured media servers and takes them out of service and back.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Lists all configured backends, in the order of their priority.
     * </pre>
     */
    default void listBackends(io.github.mediaplane.v1.ListBackendsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListBackendsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListBackendsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a backend no new sessions and rooms; those it has go on. `Backend.load` shows the progress.
     * Draining a draining backend changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    default void drainBackend(io.github.mediaplane.v1.DrainBackendRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DrainBackendResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDrainBackendMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a draining backend new sessions again. For one that is not draining it changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    default void undrainBackend(io.github.mediaplane.v1.UndrainBackendRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.UndrainBackendResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUndrainBackendMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service BackendService.
   * <pre>
   * Shows the configured media servers and takes them out of service and back.
   * </pre>
   */
  public static abstract class BackendServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return BackendServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service BackendService.
   * <pre>
   * Shows the configured media servers and takes them out of service and back.
   * </pre>
   */
  public static final class BackendServiceStub
      extends io.grpc.stub.AbstractAsyncStub<BackendServiceStub> {
    private BackendServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BackendServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BackendServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists all configured backends, in the order of their priority.
     * </pre>
     */
    public void listBackends(io.github.mediaplane.v1.ListBackendsRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListBackendsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListBackendsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a backend no new sessions and rooms; those it has go on. `Backend.load` shows the progress.
     * Draining a draining backend changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public void drainBackend(io.github.mediaplane.v1.DrainBackendRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DrainBackendResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDrainBackendMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a draining backend new sessions again. For one that is not draining it changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public void undrainBackend(io.github.mediaplane.v1.UndrainBackendRequest request,
        io.grpc.stub.StreamObserver<io.github.mediaplane.v1.UndrainBackendResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUndrainBackendMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service BackendService.
   * <pre>
   * Shows the configured media servers and takes them out of service and back.
   * </pre>
   */
  public static final class BackendServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<BackendServiceBlockingV2Stub> {
    private BackendServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BackendServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BackendServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists all configured backends, in the order of their priority.
     * </pre>
     */
    public io.github.mediaplane.v1.ListBackendsResponse listBackends(io.github.mediaplane.v1.ListBackendsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListBackendsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a backend no new sessions and rooms; those it has go on. `Backend.load` shows the progress.
     * Draining a draining backend changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public io.github.mediaplane.v1.DrainBackendResponse drainBackend(io.github.mediaplane.v1.DrainBackendRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDrainBackendMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a draining backend new sessions again. For one that is not draining it changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public io.github.mediaplane.v1.UndrainBackendResponse undrainBackend(io.github.mediaplane.v1.UndrainBackendRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUndrainBackendMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service BackendService.
   * <pre>
   * Shows the configured media servers and takes them out of service and back.
   * </pre>
   */
  public static final class BackendServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<BackendServiceBlockingStub> {
    private BackendServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BackendServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BackendServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists all configured backends, in the order of their priority.
     * </pre>
     */
    public io.github.mediaplane.v1.ListBackendsResponse listBackends(io.github.mediaplane.v1.ListBackendsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListBackendsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a backend no new sessions and rooms; those it has go on. `Backend.load` shows the progress.
     * Draining a draining backend changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public io.github.mediaplane.v1.DrainBackendResponse drainBackend(io.github.mediaplane.v1.DrainBackendRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDrainBackendMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a draining backend new sessions again. For one that is not draining it changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public io.github.mediaplane.v1.UndrainBackendResponse undrainBackend(io.github.mediaplane.v1.UndrainBackendRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUndrainBackendMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service BackendService.
   * <pre>
   * Shows the configured media servers and takes them out of service and back.
   * </pre>
   */
  public static final class BackendServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<BackendServiceFutureStub> {
    private BackendServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected BackendServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new BackendServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Lists all configured backends, in the order of their priority.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.ListBackendsResponse> listBackends(
        io.github.mediaplane.v1.ListBackendsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListBackendsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a backend no new sessions and rooms; those it has go on. `Backend.load` shows the progress.
     * Draining a draining backend changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.DrainBackendResponse> drainBackend(
        io.github.mediaplane.v1.DrainBackendRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDrainBackendMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a draining backend new sessions again. For one that is not draining it changes nothing.
     * Reasons: `MISSING_FIELD`, `UNKNOWN_BACKEND`.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<io.github.mediaplane.v1.UndrainBackendResponse> undrainBackend(
        io.github.mediaplane.v1.UndrainBackendRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUndrainBackendMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_LIST_BACKENDS = 0;
  private static final int METHODID_DRAIN_BACKEND = 1;
  private static final int METHODID_UNDRAIN_BACKEND = 2;

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
        case METHODID_LIST_BACKENDS:
          serviceImpl.listBackends((io.github.mediaplane.v1.ListBackendsRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.ListBackendsResponse>) responseObserver);
          break;
        case METHODID_DRAIN_BACKEND:
          serviceImpl.drainBackend((io.github.mediaplane.v1.DrainBackendRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.DrainBackendResponse>) responseObserver);
          break;
        case METHODID_UNDRAIN_BACKEND:
          serviceImpl.undrainBackend((io.github.mediaplane.v1.UndrainBackendRequest) request,
              (io.grpc.stub.StreamObserver<io.github.mediaplane.v1.UndrainBackendResponse>) responseObserver);
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
          getListBackendsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.ListBackendsRequest,
              io.github.mediaplane.v1.ListBackendsResponse>(
                service, METHODID_LIST_BACKENDS)))
        .addMethod(
          getDrainBackendMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.DrainBackendRequest,
              io.github.mediaplane.v1.DrainBackendResponse>(
                service, METHODID_DRAIN_BACKEND)))
        .addMethod(
          getUndrainBackendMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              io.github.mediaplane.v1.UndrainBackendRequest,
              io.github.mediaplane.v1.UndrainBackendResponse>(
                service, METHODID_UNDRAIN_BACKEND)))
        .build();
  }

  private static abstract class BackendServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    BackendServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return io.github.mediaplane.v1.BackendProto.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("BackendService");
    }
  }

  private static final class BackendServiceFileDescriptorSupplier
      extends BackendServiceBaseDescriptorSupplier {
    BackendServiceFileDescriptorSupplier() {}
  }

  private static final class BackendServiceMethodDescriptorSupplier
      extends BackendServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    BackendServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (BackendServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new BackendServiceFileDescriptorSupplier())
              .addMethod(getListBackendsMethod())
              .addMethod(getDrainBackendMethod())
              .addMethod(getUndrainBackendMethod())
              .build();
        }
      }
    }
    return result;
  }
}
