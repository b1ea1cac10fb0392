package mediaplane

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// After how long a silent connection with open calls is asked for a sign of life, and how long that may take.
const (
	pingAfter   = 30 * time.Second
	pingTimeout = 10 * time.Second
)

// Client has the three services of Mediaplane over one connection, which is opened when it is needed, and again when it breaks.
// It can be used by many goroutines at once.
type Client struct {
	// Sessions creates and controls sessions.
	Sessions mediaplanev1.SessionServiceClient
	// Rooms makes, shows and destroys rooms.
	Rooms mediaplanev1.RoomServiceClient
	// Backends shows the media servers, and takes them out of service and back.
	Backends mediaplanev1.BackendServiceClient

	connection *grpc.ClientConn
}

// Option says how to reach the service.
type Option func(*options)

type options struct {
	transport credentials.TransportCredentials
	token     TokenSource
	dial      []grpc.DialOption
}

// WithTLS sets what TLS trusts and shows. Without it, Dial uses TLS with the authorities of the system.
func WithTLS(config *tls.Config) Option {
	return func(o *options) { o.transport = credentials.NewTLS(config) }
}

// WithPlaintext uses no TLS. A token cannot be sent then.
func WithPlaintext() Option {
	return func(o *options) { o.transport = insecure.NewCredentials() }
}

// WithToken sends "authorization: Bearer <token>" with each call, to whoever checks tokens before the service.
func WithToken(token string) Option {
	return WithTokenSource(fixed(token))
}

// WithTokenSource asks for the token with each call.
func WithTokenSource(source TokenSource) Option {
	return func(o *options) { o.token = source }
}

// WithDialOptions adds options of gRPC: interceptors, for example.
func WithDialOptions(dial ...grpc.DialOption) Option {
	return func(o *options) { o.dial = append(o.dial, dial...) }
}

// Dial makes a client of the service at this target: a host and port, or any other name that gRPC resolves. Nothing is sent
// before the first call.
func Dial(target string, opts ...Option) (*Client, error) {
	o := options{transport: credentials.NewTLS(nil)}
	for _, option := range opts {
		option(&o)
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(o.transport),
		grpc.WithDefaultServiceConfig(serviceConfig()),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingAfter, Timeout: pingTimeout}),
		grpc.WithChainUnaryInterceptor(typedUnary),
		grpc.WithChainStreamInterceptor(typedStream),
	}
	if o.token != nil {
		dial = append(dial, grpc.WithPerRPCCredentials(bearer{o.token}))
	}
	connection, err := grpc.NewClient(target, append(dial, o.dial...)...)
	if err != nil {
		return nil, fmt.Errorf("mediaplane: cannot connect to %q: %w", target, err)
	}
	return &Client{
		Sessions:   mediaplanev1.NewSessionServiceClient(connection),
		Rooms:      mediaplanev1.NewRoomServiceClient(connection),
		Backends:   mediaplanev1.NewBackendServiceClient(connection),
		connection: connection,
	}, nil
}

// Close closes the connection. Calls and watches that still run fail.
func (c *Client) Close() error {
	return c.connection.Close()
}

func (c *Client) closed() bool {
	return c.connection.GetState() == connectivity.Shutdown
}

// serviceConfig has calls that only read tried again when the connection breaks under them: they change nothing, however often
// they are done.
func serviceConfig() string {
	var names []map[string]string
	for _, service := range []grpc.ServiceDesc{
		mediaplanev1.SessionService_ServiceDesc,
		mediaplanev1.RoomService_ServiceDesc,
		mediaplanev1.BackendService_ServiceDesc,
	} {
		for _, method := range service.Methods {
			if strings.HasPrefix(method.MethodName, "Get") || strings.HasPrefix(method.MethodName, "List") {
				names = append(names, map[string]string{"service": service.ServiceName, "method": method.MethodName})
			}
		}
	}
	config, err := json.Marshal(map[string]any{"methodConfig": []any{map[string]any{
		"name": names,
		"retryPolicy": map[string]any{
			"maxAttempts":          4,
			"initialBackoff":       "0.1s",
			"maxBackoff":           "1s",
			"backoffMultiplier":    2,
			"retryableStatusCodes": []string{"UNAVAILABLE"},
		},
	}}})
	if err != nil {
		panic(err)
	}
	return string(config)
}
