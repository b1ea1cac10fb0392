package mediaplane

import (
	"time"

	"google.golang.org/protobuf/proto"

	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// How many sessions and rooms are remembered at least, and how long more are: longer than a watch tries to go on.
const (
	kept    = 10_000
	keptFor = 10 * time.Minute
)

// subject is a session or a room.
type subject struct {
	isRoom bool
	id     string
}

// reached is how far a session or room was told.
type reached struct {
	sequence uint64
	at       time.Time
}

// progress is how far a watch has come: what it need not be told again, and what to ask for when its stream breaks.
type progress struct {
	asked *mediaplanev1.WatchEventsRequest
	told  map[subject]reached
	// The sessions and rooms that were asked for by their ids and have ended.
	ended map[subject]bool
	// What happened until then to what is not in told was told and is forgotten, or is not to be told.
	floor time.Time
	// When the last event happened, by the clock of the service.
	latest time.Time
	// How many may be in told before those that are old are looked for.
	room int
}

func newProgress(request *mediaplanev1.WatchEventsRequest) *progress {
	return &progress{
		asked:  proto.CloneOf(request),
		told:   map[subject]reached{},
		ended:  map[subject]bool{},
		latest: time.Now(),
		room:   kept,
	}
}

// complete says whether there is nothing more to come: each session that was asked for has ended, and that was told. Of a room
// there is always more, since its sessions end after it.
func (p *progress) complete() bool {
	ids := p.asked.GetSessionIds().GetIds()
	return len(ids) > 0 && len(p.open(ids, false)) == 0
}

// endless says whether there is always more to come: only a watch of sessions by their ids has an end.
func (p *progress) endless() bool {
	return p.asked.GetSessionIds() == nil
}

// request is what to ask for now. The service counts the events of each session and room by themselves: of several, those are
// asked for that the one which was told the least lacks, and pass drops the others.
func (p *progress) request() *mediaplanev1.WatchEventsRequest {
	request := proto.CloneOf(p.asked)
	if len(p.told) == 0 {
		return request
	}
	request.Snapshot, request.FromNow = false, false
	switch scope := request.GetScope().(type) {
	case *mediaplanev1.WatchEventsRequest_SessionIds_:
		ids := p.open(scope.SessionIds.GetIds(), false)
		scope.SessionIds.Ids = ids
		least := p.told[subject{id: ids[0]}].sequence
		for _, id := range ids {
			least = min(least, p.told[subject{id: id}].sequence)
		}
		request.AfterSequence = max(request.GetAfterSequence(), least)
	case *mediaplanev1.WatchEventsRequest_RoomIds_:
		if ids := p.open(scope.RoomIds.GetIds(), true); len(ids) > 0 {
			scope.RoomIds.Ids = ids
		}
	}
	return request
}

// pass says whether to tell the item. Of a gap it cuts off what was told before it opened.
func (p *progress) pass(item *mediaplanev1.WatchEventsResponse) bool {
	switch item := item.GetItem().(type) {
	case *mediaplanev1.WatchEventsResponse_Event:
		return p.event(item.Event)
	case *mediaplanev1.WatchEventsResponse_Gap:
		return p.gap(item.Gap)
	case *mediaplanev1.WatchEventsResponse_Snapshot:
		p.snapshot(item.Snapshot)
		return true
	}
	return false
}

func (p *progress) event(event *mediaplanev1.Event) bool {
	of := subject{id: event.GetSessionId()}
	if _, isRoom := event.GetSubject().(*mediaplanev1.Event_RoomId); isRoom {
		of = subject{isRoom: true, id: event.GetRoomId()}
	}
	at := event.GetTime().AsTime()
	last, known := p.told[of]
	if known && event.GetSequence() <= last.sequence || !known && !at.After(p.floor) {
		return false
	}
	if p.asked.GetFromNow() && p.floor.IsZero() {
		p.floor = at.Add(-time.Nanosecond)
	}
	p.told[of], p.latest = reached{event.GetSequence(), at}, at
	if event.GetDestroyed() != nil || event.GetRoomDestroyed() != nil {
		p.end(of)
	}
	p.forget()
	return true
}

// end remembers the end of what was asked for by its id: no more than what was asked for.
func (p *progress) end(of subject) {
	ids := p.asked.GetSessionIds().GetIds()
	if of.isRoom {
		ids = p.asked.GetRoomIds().GetIds()
	}
	for _, id := range ids {
		if id == of.id {
			p.ended[of] = true
		}
	}
}

// forget forgets those of which nothing was told for long, if there are too many.
func (p *progress) forget() {
	if len(p.told) <= p.room {
		return
	}
	for of, last := range p.told {
		if p.latest.Sub(last.at) > keptFor {
			delete(p.told, of)
			if last.at.After(p.floor) {
				p.floor = last.at
			}
		}
	}
	p.room = max(kept, 2*len(p.told))
}

func (p *progress) gap(gap *mediaplanev1.Gap) bool {
	of := subject{id: gap.GetSessionId()}
	if _, isRoom := gap.GetSubject().(*mediaplanev1.Gap_RoomId); isRoom {
		of = subject{isRoom: true, id: gap.GetRoomId()}
	}
	last := p.told[of]
	if gap.GetLastMissed() <= last.sequence {
		return false
	}
	gap.FirstMissed = max(gap.GetFirstMissed(), last.sequence+1)
	p.told[of] = reached{gap.GetLastMissed(), p.latest}
	return true
}

func (p *progress) snapshot(snapshot *mediaplanev1.Snapshot) {
	of := subject{id: snapshot.GetSession().GetSessionId()}
	if snapshot.GetRoom() != nil {
		of = subject{isRoom: true, id: snapshot.GetRoom().GetRoomId()}
	}
	if snapshot.GetSequence() > p.told[of].sequence {
		p.told[of] = reached{snapshot.GetSequence(), p.latest}
	}
}

// open yields those of the ids that have not ended.
func (p *progress) open(ids []string, isRoom bool) []string {
	var open []string
	for _, id := range ids {
		if !p.ended[subject{isRoom, id}] {
			open = append(open, id)
		}
	}
	return open
}
