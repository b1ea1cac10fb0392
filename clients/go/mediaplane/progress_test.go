package mediaplane

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

var began = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)

func sessions(ids ...string) *mediaplanev1.WatchEventsRequest {
	return &mediaplanev1.WatchEventsRequest{Scope: &mediaplanev1.WatchEventsRequest_SessionIds_{
		SessionIds: &mediaplanev1.WatchEventsRequest_SessionIds{Ids: ids},
	}}
}

func everything() *mediaplanev1.WatchEventsRequest {
	all := &mediaplanev1.WatchEventsRequest_All_{All: &mediaplanev1.WatchEventsRequest_All{}}
	return &mediaplanev1.WatchEventsRequest{Scope: all}
}

func happened(id string, sequence uint64, at time.Time) *mediaplanev1.WatchEventsResponse {
	return &mediaplanev1.WatchEventsResponse{Item: &mediaplanev1.WatchEventsResponse_Event{Event: &mediaplanev1.Event{
		Sequence: sequence,
		Time:     timestamppb.New(at),
		Subject:  &mediaplanev1.Event_SessionId{SessionId: id},
		Kind:     &mediaplanev1.Event_Info_{Info: &mediaplanev1.Event_Info{}},
	}}}
}

func ended(id string, sequence uint64, at time.Time) *mediaplanev1.WatchEventsResponse {
	item := happened(id, sequence, at)
	item.GetEvent().Kind = &mediaplanev1.Event_Destroyed_{Destroyed: &mediaplanev1.Event_Destroyed{}}
	return item
}

func TestSeveralSessionsAreAskedForFromTheOneThatWasToldTheLeast(t *testing.T) {
	p := newProgress(sessions("a", "b", "c"))
	for _, item := range []*mediaplanev1.WatchEventsResponse{
		happened("a", 1, began), happened("a", 2, began), ended("b", 1, began), happened("c", 1, began),
		happened("c", 2, began), happened("c", 3, began),
	} {
		if !p.pass(item) {
			t.Fatalf("%v is new", item)
		}
	}
	request := p.request()
	if ids := request.GetSessionIds().GetIds(); !slices.Equal(ids, []string{"a", "c"}) || request.GetAfterSequence() != 2 {
		t.Fatalf("%v", request)
	}
	if p.pass(happened("c", 3, began)) || !p.pass(happened("c", 4, began)) {
		t.Fatal("each is told once")
	}
	if p.complete() || !p.pass(ended("a", 3, began)) || !p.pass(ended("c", 5, began)) || !p.complete() {
		t.Fatal("it is complete when all have ended")
	}
}

func TestWhatWasBeforeAWatchFromNowOnIsNotTold(t *testing.T) {
	asked := everything()
	asked.FromNow = true
	p := newProgress(asked)
	if !p.request().GetFromNow() {
		t.Fatal("nothing was told yet")
	}
	p.pass(happened("a", 7, began))
	if p.request().GetFromNow() {
		t.Fatal("what happened meanwhile is lost")
	}
	if p.pass(happened("b", 1, began.Add(-time.Second))) || p.pass(happened("a", 6, began)) {
		t.Fatal("it was before")
	}
	if !p.pass(happened("b", 2, began)) || !p.pass(happened("c", 1, began.Add(time.Second))) {
		t.Fatal("it was not before")
	}
}

func TestAGapOfWhatWasToldIsCutOff(t *testing.T) {
	p := newProgress(sessions("a"))
	gap := func(first, last uint64) *mediaplanev1.WatchEventsResponse {
		return &mediaplanev1.WatchEventsResponse{Item: &mediaplanev1.WatchEventsResponse_Gap{Gap: &mediaplanev1.Gap{
			Subject: &mediaplanev1.Gap_SessionId{SessionId: "a"}, FirstMissed: first, LastMissed: last,
		}}}
	}
	p.pass(happened("a", 5, began))
	if p.pass(gap(1, 5)) {
		t.Fatal("nothing is missing")
	}
	item := gap(1, 9)
	if !p.pass(item) || item.GetGap().GetFirstMissed() != 6 || p.pass(happened("a", 9, began)) {
		t.Fatalf("%v", item)
	}
}

func TestOldSessionsAreForgottenAndNotToldAgain(t *testing.T) {
	p := newProgress(everything())
	at := began
	for number := range 5 * kept {
		at = at.Add(time.Second)
		p.pass(ended(strconv.Itoa(number), 1, at))
	}
	if len(p.told) > 2*kept {
		t.Fatalf("%d are remembered", len(p.told))
	}
	if p.pass(ended("0", 1, began.Add(time.Second))) || !p.pass(ended("new", 1, at)) {
		t.Fatal("each is told once")
	}
}
