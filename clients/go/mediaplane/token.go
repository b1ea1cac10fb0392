package mediaplane

import "context"

// TokenSource yields the token to send with a call.
type TokenSource interface {
	Token(ctx context.Context) (string, error)
}

// TokenFunc is a TokenSource that is a function.
type TokenFunc func(ctx context.Context) (string, error)

// Token calls the function.
func (f TokenFunc) Token(ctx context.Context) (string, error) {
	return f(ctx)
}

type fixed string

func (f fixed) Token(context.Context) (string, error) {
	return string(f), nil
}

// bearer sends a token as gRPC's credentials of a call.
type bearer struct {
	source TokenSource
}

func (b bearer) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := b.source.Token(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

// RequireTransportSecurity keeps the token from being sent in plain text.
func (bearer) RequireTransportSecurity() bool {
	return true
}
