package mediaplane

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// scripted answers each watch with the next of its streams.
type scripted struct {
	mediaplanev1.UnimplementedSessionServiceServer
	streams []func(grpc.ServerStreamingServer[mediaplanev1.WatchEventsResponse]) error
	asked   []*mediaplanev1.WatchEventsRequest
}

func (s *scripted) WatchEvents(
	request *mediaplanev1.WatchEventsRequest, stream grpc.ServerStreamingServer[mediaplanev1.WatchEventsResponse],
) error {
	s.asked = append(s.asked, request)
	return s.streams[len(s.asked)-1](stream)
}

func serve(t *testing.T, service *scripted) *Client {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	mediaplanev1.RegisterSessionServiceServer(server, service)
	go func() { _ = server.Serve(listener) }()
	client, err := Dial(listener.Addr().String(), WithPlaintext())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = client.Close()
		server.Stop()
	})
	return client
}

func refused(code codes.Code, reason string) error {
	made, err := status.New(code, "as the test wants").WithDetails(
		&errdetails.ErrorInfo{Domain: domain, Reason: reason},
		&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{{Field: "scope"}}},
	)
	return errors.Join(made.Err(), err)
}

type stream = grpc.ServerStreamingServer[mediaplanev1.WatchEventsResponse]

func TestABrokenStreamIsTakenUpAndAPermanentErrorEndsTheWatch(t *testing.T) {
	service := &scripted{streams: []func(stream) error{
		func(s stream) error {
			return errors.Join(s.Send(happened("a", 1, began)), status.Error(codes.Unavailable, "broken"))
		},
		func(stream) error { return status.Error(codes.Internal, "broken again") },
		func(s stream) error {
			return errors.Join(s.Send(happened("a", 2, began)), refused(codes.NotFound, "SESSION_NOT_FOUND"))
		},
	}}
	client := serve(t, service)
	var told []codes.Code
	watch := client.Watch(t.Context(), sessions("a"), WithBackoff(time.Millisecond, time.Second),
		WithOnRetry(func(err *Error, _ time.Duration) { told = append(told, err.Code) }))
	for sequence := range uint64(2) {
		item, err := watch.Recv()
		if err != nil || item.GetEvent().GetSequence() != sequence+1 {
			t.Fatalf("%v, %v", item, err)
		}
	}
	_, err := watch.Recv()
	var failed *Error
	if !errors.As(err, &failed) || !HasReason(err, mediaplanev1.ErrorReason_ERROR_REASON_SESSION_NOT_FOUND) {
		t.Fatalf("%v", err)
	}
	if status.Code(err) != codes.NotFound || failed.Violations[0].Field != "scope" || failed.Transient() {
		t.Fatalf("%+v", failed)
	}
	if _, again := watch.Recv(); again != err {
		t.Fatalf("%v", again)
	}
	if len(told) != 2 || told[0] != codes.Unavailable || told[1] != codes.Internal {
		t.Fatalf("%v", told)
	}
	if after := service.asked[2].GetAfterSequence(); after != 1 {
		t.Fatalf("asked for what is after %d", after)
	}
}

func TestItGivesUpAndEndsWithItsContext(t *testing.T) {
	broken := func(stream) error { return status.Error(codes.Unavailable, "broken") }
	client := serve(t, &scripted{streams: []func(stream) error{broken, broken, broken}})
	watch := client.Watch(t.Context(), sessions("a"), WithGiveUpAfter(-1))
	if _, err := watch.Recv(); status.Code(err) != codes.Unavailable {
		t.Fatalf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	stop := WithOnRetry(func(*Error, time.Duration) { cancel() })
	watch = client.Watch(ctx, sessions("a"), stop, WithBackoff(time.Hour, time.Hour))
	if _, err := watch.Recv(); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}

func TestItFailsWhenItsClientIsClosed(t *testing.T) {
	client := serve(t, &scripted{streams: []func(stream) error{
		func(s stream) error {
			err := s.Send(happened("a", 1, began))
			<-s.Context().Done()
			return err
		},
	}})
	watch := client.Watch(t.Context(), sessions("a"), WithBackoff(time.Hour, time.Hour))
	if _, err := watch.Recv(); err != nil {
		t.Fatal(err)
	}
	if err := client.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := watch.Recv(); status.Code(err) != codes.Canceled {
		t.Fatalf("%v", err)
	}
}

func TestAWatchOfEverythingGoesOnAfterTheServiceHasStopped(t *testing.T) {
	client := serve(t, &scripted{streams: []func(stream) error{
		func(s stream) error { return s.Send(happened("a", 1, began)) },
		func(s stream) error { return s.Send(happened("b", 1, began)) },
		func(stream) error { return refused(codes.InvalidArgument, "INVALID_FIELD") },
	}})
	everything := &mediaplanev1.WatchEventsRequest{
		Scope: &mediaplanev1.WatchEventsRequest_All_{All: &mediaplanev1.WatchEventsRequest_All{}},
	}
	watch := client.Watch(t.Context(), everything, WithBackoff(time.Millisecond, time.Millisecond))
	for _, id := range []string{"a", "b"} {
		item, err := watch.Recv()
		if err != nil || item.GetEvent().GetSessionId() != id {
			t.Fatalf("%v, %v", item, err)
		}
	}
	if _, err := watch.Recv(); status.Code(err) != codes.InvalidArgument {
		t.Fatalf("%v", err)
	}
}

func TestTheServiceMayEndIt(t *testing.T) {
	client := serve(t, &scripted{streams: []func(stream) error{
		func(s stream) error { return s.Send(ended("a", 1, began)) },
	}})
	seen := 0
	watch := client.Watch(t.Context(), sessions("a"))
	for _, err := range watch.All() {
		if err != nil {
			t.Fatal(err)
		}
		seen++
	}
	if _, err := watch.Recv(); seen != 1 || !errors.Is(err, io.EOF) {
		t.Fatalf("%d, %v", seen, err)
	}
}

func TestATokenIsNeverSentInPlainText(t *testing.T) {
	if _, err := Dial("localhost:1", WithPlaintext(), WithToken("secret")); err == nil {
		t.Fatal("it must be refused")
	}
}
