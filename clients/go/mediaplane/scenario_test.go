package mediaplane_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/mediaplane/mediaplane/clients/go/mediaplane"
	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// step is one of any kind; what it does not know fails.
type step struct {
	Call    string            `json:"call"`
	Watch   string            `json:"watch"`
	Events  string            `json:"events"`
	Cut     bool              `json:"cut"`
	Close   string            `json:"close"`
	Request any               `json:"request"`
	Expect  any               `json:"expect"`
	Within  string            `json:"within"`
	Save    map[string]string `json:"save"`
	Error   *refusal          `json:"error"`
}

type refusal struct {
	Code   string `json:"code"`
	Reason string `json:"reason"`
	Field  string `json:"field"`
	Retry  bool   `json:"retry"`
}

// TestScenarios plays the scenarios that all clients of Mediaplane share, against a service that tests/clients.rs starts.
func TestScenarios(t *testing.T) {
	path := os.Getenv("MEDIAPLANE_TEST_SCENARIO")
	if path == "" {
		t.Skip("it needs a service: `cargo test --test clients go` at the root of the repository runs it")
	}
	file, err := os.Open(path)
	check(t, err)
	defer file.Close()
	var all struct {
		Scenarios []struct {
			Name, Doc string
			Steps     []step
		}
	}
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	check(t, decoder.Decode(&all))
	if len(all.Scenarios) == 0 {
		t.Fatal("there are no scenarios")
	}
	for _, scenario := range all.Scenarios {
		t.Run(scenario.Name, func(t *testing.T) {
			run := start(t)
			for index, step := range scenario.Steps {
				if err := run.step(step); err != nil {
					told, _ := json.Marshal(step)
					t.Fatalf("step %d, %s: %v", index, told, err)
				}
			}
		})
	}
}

type run struct {
	t       *testing.T
	client  *mediaplane.Client
	names   map[string]string
	watches map[string]*recorded
}

func start(t *testing.T) *run {
	client, err := mediaplane.Dial(os.Getenv("MEDIAPLANE_TEST_TARGET"), mediaplane.WithPlaintext())
	check(t, err)
	t.Cleanup(func() { check(t, client.Close()) })
	names := map[string]string{"run": strings.ToLower(rand.Text()[:8])}
	return &run{t, client, names, map[string]*recorded{}}
}

func (r *run) step(s step) error {
	var err error
	if s.Request, err = filled(s.Request, r.names); err != nil {
		return err
	}
	if s.Expect, err = filled(s.Expect, r.names); err != nil {
		return err
	}
	switch {
	case s.Call != "":
		return r.call(s)
	case s.Watch != "":
		request := &mediaplanev1.WatchEventsRequest{}
		if err := parse(s.Request, request); err != nil {
			return err
		}
		r.watches[s.Watch] = record(r.t.Context(), r.client, request)
		return nil
	case s.Events != "":
		return r.events(s)
	case s.Cut:
		return cut()
	case s.Close != "":
		defer delete(r.watches, s.Close)
		return r.watches[s.Close].close()
	}
	return fmt.Errorf("an unknown kind of step")
}

func (r *run) call(s step) error {
	service, name, _ := strings.Cut(s.Call, ".")
	stub, known := map[string]any{
		"SessionService": r.client.Sessions, "RoomService": r.client.Rooms, "BackendService": r.client.Backends,
	}[service]
	method := reflect.ValueOf(stub).MethodByName(name)
	if !known || !method.IsValid() {
		return fmt.Errorf("there is no call %s", s.Call)
	}
	request := reflect.New(method.Type().In(1).Elem()).Interface().(proto.Message)
	if err := parse(s.Request, request); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), 20*time.Second)
	defer cancel()
	got := method.Call([]reflect.Value{reflect.ValueOf(ctx), reflect.ValueOf(request)})
	err, _ := got[1].Interface().(error)
	if s.Error != nil {
		return s.Error.matches(err)
	}
	if err != nil {
		return err
	}
	reply, err := plain(got[0].Interface().(proto.Message))
	if err != nil {
		return err
	}
	for name, path := range s.Save {
		if r.names[name], err = picked(reply, path); err != nil {
			return err
		}
	}
	return matches(reply, s.Expect, "reply")
}

func (r *run) events(s step) error {
	within := 10 * time.Second
	if s.Within != "" {
		var err error
		if within, err = time.ParseDuration(s.Within); err != nil {
			return err
		}
	}
	deadline := time.After(within)
	for _, expected := range s.Expect.([]any) {
		if err := r.watches[s.Events].next(deadline, expected); err != nil {
			return err
		}
	}
	return nil
}

func cut() error {
	reply, err := http.Get(os.Getenv("MEDIAPLANE_TEST_CUT"))
	if err != nil {
		return err
	}
	defer reply.Body.Close()
	if reply.StatusCode != http.StatusOK {
		return fmt.Errorf("the line is not cut: %s", reply.Status)
	}
	return nil
}

func parse(value any, message proto.Message) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return protojson.Unmarshal(text, message)
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
