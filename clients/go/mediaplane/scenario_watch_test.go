package mediaplane_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/mediaplane/mediaplane/clients/go/mediaplane"
	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// Events that may wait for the runner.
const waiting = 1000

// recorded is a watch that is read all the time, and checked.
type recorded struct {
	watch *mediaplane.Watch
	after uint64
	// Sessions are told from when they enter a room.
	inRooms bool
	last    map[string]uint64
	events  chan *mediaplanev1.Event
	cancel  func()
	failed  error
}

func record(ctx context.Context, client *mediaplane.Client, request *mediaplanev1.WatchEventsRequest) *recorded {
	ctx, cancel := context.WithCancel(ctx)
	made := &recorded{
		watch:   client.Watch(ctx, request),
		after:   request.GetAfterSequence(),
		inRooms: request.GetRoomIds() != nil,
		last:    map[string]uint64{},
		events:  make(chan *mediaplanev1.Event, waiting),
		cancel:  cancel,
	}
	go made.read()
	return made
}

func (r *recorded) read() {
	defer close(r.events)
	for {
		item, err := r.watch.Recv()
		if err == nil {
			err = r.take(item)
		}
		if err != nil {
			r.failed = err
			return
		}
	}
}

// take fails if an event is missing or told again.
func (r *recorded) take(item *mediaplanev1.WatchEventsResponse) error {
	if gap := item.GetGap(); gap != nil {
		return fmt.Errorf("events are missing: %v", gap)
	}
	event := item.GetEvent()
	if event == nil {
		return nil
	}
	of := "session " + event.GetSessionId()
	if event.GetRoomId() != "" {
		of = "room " + event.GetRoomId()
	}
	last, known := r.last[of]
	if !known {
		last = r.after
	}
	entered := !known && r.inRooms && event.GetRoomId() == ""
	if event.GetSequence() != last+1 && !entered {
		return fmt.Errorf("%s was told %d after %d", of, event.GetSequence(), last)
	}
	r.last[of] = event.GetSequence()
	r.events <- event
	return nil
}

// next waits for the next event that matches.
func (r *recorded) next(deadline <-chan time.Time, expected any) error {
	var last error
	for {
		select {
		case event, ok := <-r.events:
			if !ok {
				return fmt.Errorf("the watch ended: %w", errors.Join(r.failed, last))
			}
			value, err := plain(event)
			if err != nil {
				return err
			}
			if last = matches(value, expected, "event"); last == nil {
				return nil
			}
		case <-deadline:
			return fmt.Errorf("no such event in time; the last: %w", last)
		}
	}
}

// close ends the watch; it must not have failed.
func (r *recorded) close() error {
	r.cancel()
	for range r.events {
	}
	var failed *mediaplane.Error
	if errors.Is(r.failed, io.EOF) || errors.As(r.failed, &failed) && failed.Code == codes.Canceled {
		return nil
	}
	return r.failed
}
