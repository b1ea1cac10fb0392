package mediaplane

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

const domain = "mediaplane"

// Error is a call that failed, in the words of the service where it gave them. Every call of a Client fails with it:
//
//	var failed *mediaplane.Error
//	if errors.As(err, &failed) && failed.Reason == "SESSION_NOT_FOUND" { … }
type Error struct {
	// Code is gRPC's.
	Code codes.Code
	// Reason is why, if the service itself said so: a name of mediaplanev1.ErrorReason without its prefix, as
	// SESSION_NOT_FOUND. It is empty where the call did not reach the service, or a proxy before it answered.
	Reason string
	// Message is for people: what was wrong, and what to do.
	Message string
	// Metadata is what the service adds to the reason: backend, type and action of NOT_SUPPORTED, for example.
	Metadata map[string]string
	// Violations are the fields that were wrong.
	Violations []FieldViolation

	retryAfter *time.Duration
	status     *status.Status
	cause      error
}

// FieldViolation is a field of a request that the service did not accept.
type FieldViolation struct {
	// Field is its path, as type.publish.room_id.
	Field string
	// Description is what is wrong with it.
	Description string
}

// FromError is err as an *Error. It is nil if err is.
func FromError(err error) *Error {
	if err == nil {
		return nil
	}
	var typed *Error
	if errors.As(err, &typed) {
		return typed
	}
	// FromContextError tells a context that has ended from what else is no status.
	found, ok := status.FromError(err)
	if !ok {
		found = status.FromContextError(err)
	}
	made := &Error{Code: found.Code(), Message: found.Message(), status: found, cause: err}
	for _, detail := range found.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			if detail.GetDomain() == domain {
				made.Reason, made.Metadata = detail.GetReason(), detail.GetMetadata()
			}
		case *errdetails.BadRequest:
			for _, one := range detail.GetFieldViolations() {
				made.Violations = append(made.Violations, FieldViolation{one.GetField(), one.GetDescription()})
			}
		case *errdetails.RetryInfo:
			delay := detail.GetRetryDelay().AsDuration()
			made.retryAfter = &delay
		}
	}
	return made
}

// HasReason says whether err is a call that the service failed for this reason.
func HasReason(err error, reason mediaplanev1.ErrorReason) bool {
	var typed *Error
	return errors.As(err, &typed) && typed.Reason != "" && "ERROR_REASON_"+typed.Reason == reason.String()
}

// Error has the code, the reason and the message.
func (e *Error) Error() string {
	name := code.Code(e.Code).String()
	if e.Reason == "" {
		return fmt.Sprintf("%s: %s", name, e.Message)
	}
	return fmt.Sprintf("%s: %s (%s)", name, e.Message, e.Reason)
}

// Unwrap yields what gRPC failed with.
func (e *Error) Unwrap() error {
	return e.cause
}

// GRPCStatus lets status.FromError and status.Code understand it.
func (e *Error) GRPCStatus() *status.Status {
	return e.status
}

// RetryAfter is when another try may help, and whether the service says that one may.
func (e *Error) RetryAfter() (time.Duration, bool) {
	if e.retryAfter == nil {
		return 0, false
	}
	return *e.retryAfter, true
}

// Transient says whether the same call may succeed later: the service says so, or it was not the service that failed it. A call
// that is not idempotent may have been done all the same.
func (e *Error) Transient() bool {
	if e.Reason != "" {
		return e.retryAfter != nil || e.Code == codes.Unavailable
	}
	switch e.Code {
	case codes.Canceled, codes.Unknown, codes.DeadlineExceeded, codes.ResourceExhausted, codes.Aborted,
		codes.Internal, codes.Unavailable, codes.DataLoss:
		return true
	}
	return false
}

func typedUnary(
	ctx context.Context, method string, request, reply any, connection *grpc.ClientConn, call grpc.UnaryInvoker,
	opts ...grpc.CallOption,
) error {
	return typed(call(ctx, method, request, reply, connection, opts...))
}

func typedStream(
	ctx context.Context, desc *grpc.StreamDesc, connection *grpc.ClientConn, method string, open grpc.Streamer,
	opts ...grpc.CallOption,
) (grpc.ClientStream, error) {
	stream, err := open(ctx, desc, connection, method, opts...)
	if err != nil {
		return nil, typed(err)
	}
	return typedMessages{stream}, nil
}

type typedMessages struct {
	grpc.ClientStream
}

func (t typedMessages) RecvMsg(message any) error {
	return typed(t.ClientStream.RecvMsg(message))
}

// typed leaves the end of a stream as it is, and keeps nil from becoming an error.
func typed(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	return FromError(err)
}
