package mediaplane

import (
	"context"
	"errors"
	"io"
	"iter"
	"math/rand/v2"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// Watch tells the events of sessions and rooms, in order, each once. When its stream breaks, it opens another and goes on after
// the last event that it has told. It is for one goroutine at a time.
type Watch struct {
	ctx      context.Context
	client   *Client
	progress *progress
	trials   trials
	onRetry  func(*Error, time.Duration)

	stream grpc.ServerStreamingClient[mediaplanev1.WatchEventsResponse]
	cancel context.CancelFunc
	ended  error
}

// WatchOption says how a watch goes on when its stream breaks.
type WatchOption func(*Watch)

// WithBackoff sets the wait before the first new try, which doubles with each, and the longest. Default: 100 ms and 5 s.
func WithBackoff(shortest, longest time.Duration) WatchOption {
	return func(w *Watch) { w.trials.shortest, w.trials.longest = shortest, longest }
}

// WithGiveUpAfter sets how long to try until the watch fails. Default: 5 minutes, for which a service keeps the events of
// sessions that have ended, unless it is configured otherwise.
func WithGiveUpAfter(limit time.Duration) WatchOption {
	return func(w *Watch) { w.trials.giveUpAfter = limit }
}

// WithOnRetry has told of each broken stream, and of the wait before the next try.
func WithOnRetry(told func(err *Error, wait time.Duration)) WatchOption {
	return func(w *Watch) { w.onRetry = told }
}

// Watch watches what happens until the context ends:
//
//	for item, err := range client.Watch(ctx, request).All() {
//		if err != nil {
//			return err
//		}
//		fmt.Println(item.GetEvent())
//	}
func (c *Client) Watch(ctx context.Context, request *mediaplanev1.WatchEventsRequest, opts ...WatchOption) *Watch {
	watch := &Watch{
		ctx:      ctx,
		client:   c,
		progress: newProgress(request),
		trials:   trials{shortest: 100 * time.Millisecond, longest: 5 * time.Second, giveUpAfter: 5 * time.Minute},
		onRetry:  func(*Error, time.Duration) {},
	}
	for _, option := range opts {
		option(watch)
	}
	return watch
}

// Recv waits for the next item: an event; a gap, which tells of events that the service no longer has; or the snapshot that
// follows it. It yields io.EOF once each session that was asked for has ended; else an *Error, that of the context's end, or
// what the service fails for good. It yields the same ever after.
func (w *Watch) Recv() (*mediaplanev1.WatchEventsResponse, error) {
	for w.ended == nil {
		item, err := w.receive()
		if err == nil {
			w.trials.succeed()
			if w.progress.pass(item) {
				return item, nil
			}
			continue
		}
		w.close()
		w.ended = w.goesOn(err)
	}
	return nil, w.ended
}

// All iterates over what Recv yields, up to the first error; the end of the sessions is none. Leaving the loop closes
// the watch.
func (w *Watch) All() iter.Seq2[*mediaplanev1.WatchEventsResponse, error] {
	return func(yield func(*mediaplanev1.WatchEventsResponse, error) bool) {
		defer w.Close()
		for {
			item, err := w.Recv()
			if errors.Is(err, io.EOF) || !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// Close ends the watch: Recv yields io.EOF from now on. It is not for while Recv runs: end the context for that.
func (w *Watch) Close() {
	w.close()
	if w.ended == nil {
		w.ended = io.EOF
	}
}

func (w *Watch) receive() (*mediaplanev1.WatchEventsResponse, error) {
	if w.stream == nil {
		if w.progress.complete() {
			return nil, io.EOF
		}
		ctx, cancel := context.WithCancel(w.ctx)
		w.cancel = cancel
		w.trials.begin()
		stream, err := w.client.Sessions.WatchEvents(ctx, w.progress.request())
		if err != nil {
			return nil, err
		}
		w.stream = stream
	}
	return w.stream.Recv()
}

func (w *Watch) close() {
	if w.cancel != nil {
		w.cancel()
	}
	w.stream, w.cancel = nil, nil
}

// goesOn waits for the next try after a failure. It yields what the watch ends with if there is none.
func (w *Watch) goesOn(err error) error {
	if ended := w.ctx.Err(); ended != nil {
		return FromError(ended)
	}
	if errors.Is(err, io.EOF) && w.progress.endless() {
		err = status.Error(codes.Unavailable, "the service has ended the stream, as it does when it stops")
	}
	if errors.Is(err, io.EOF) || w.progress.complete() {
		return io.EOF
	}
	failed := FromError(err)
	if !failed.Transient() || w.client.closed() {
		return failed
	}
	atLeast, _ := failed.RetryAfter()
	wait, ok := w.trials.fail(atLeast)
	if !ok {
		return failed
	}
	w.onRetry(failed, wait)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-w.ctx.Done():
		return FromError(w.ctx.Err())
	}
}

// trials has the waits between tries: they double, are spread at random, and end.
type trials struct {
	shortest, longest, giveUpAfter time.Duration

	failed              int
	firstFailure, began time.Time
}

func (t *trials) begin() {
	t.began = time.Now()
}

func (t *trials) succeed() {
	t.failed = 0
}

// fail yields how long to wait now, and whether to try at all.
func (t *trials) fail(atLeast time.Duration) (time.Duration, bool) {
	now := time.Now()
	// A stream that stood longer than any wait was a success, even if nothing happened meanwhile.
	if now.Sub(t.began) > t.longest {
		t.failed = 0
	}
	if t.failed == 0 {
		t.firstFailure = now
	}
	if now.Sub(t.firstFailure) > t.giveUpAfter {
		return 0, false
	}
	wait := t.longest
	// Far beyond any sensible ratio of the two, and short of what a duration can hold.
	if t.failed < 20 {
		wait = min(t.shortest<<t.failed, t.longest)
	}
	t.failed++
	wait = wait/2 + time.Duration(rand.Int64N(int64(wait/2)+1))
	return min(max(wait, atLeast), t.longest), true
}
