package mediaplane_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/mediaplane/mediaplane/clients/go/mediaplane"
)

var name = regexp.MustCompile(`\$\{(\w+)\}`)

// filled is the value with ${name} in its strings replaced.
func filled(value any, names map[string]string) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	for _, found := range name.FindAllSubmatch(text, -1) {
		if _, known := names[string(found[1])]; !known {
			return nil, fmt.Errorf("nothing was saved as %s", found[1])
		}
	}
	replaced := name.ReplaceAllStringFunc(string(text), func(found string) string {
		quoted, _ := json.Marshal(names[found[2:len(found)-1]])
		return strings.Trim(string(quoted), `"`)
	})
	var made any
	return made, json.Unmarshal([]byte(replaced), &made)
}

// plain is the message as JSON, with defaults written out.
func plain(message proto.Message) (any, error) {
	text, err := protojson.MarshalOptions{EmitDefaultValues: true}.Marshal(message)
	if err != nil {
		return nil, err
	}
	var made any
	return made, json.Unmarshal(text, &made)
}

// matches fails unless all that is expected is there.
func matches(actual, expected any, path string) error {
	switch expected := expected.(type) {
	case nil:
		// null in a list; nothing is expected of a reply.
		if path != "reply" && actual != nil {
			return fmt.Errorf("%s is %v, not null", path, actual)
		}
		return nil
	case map[string]any:
		object, ok := actual.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %v, no object", path, actual)
		}
		for key, item := range expected {
			if err := matches(object[key], item, path+"."+key); err != nil {
				return err
			}
		}
		return nil
	case []any:
		list, _ := actual.([]any)
		if len(list) != len(expected) {
			return fmt.Errorf("%s is %v, not %v", path, actual, expected)
		}
		for index, item := range expected {
			if err := matches(list[index], item, fmt.Sprintf("%s[%d]", path, index)); err != nil {
				return err
			}
		}
		return nil
	}
	if expected == "*" && isEmpty(actual) || expected != "*" && !reflect.DeepEqual(actual, expected) {
		return fmt.Errorf("%s is %v, not %v", path, actual, expected)
	}
	return nil
}

func isEmpty(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return false
}

// picked is the string at a dotted path.
func picked(value any, path string) (string, error) {
	for key := range strings.SplitSeq(path, ".") {
		object, _ := value.(map[string]any)
		value = object[key]
	}
	if text, ok := value.(string); ok && text != "" {
		return text, nil
	}
	return "", fmt.Errorf("there is no %s", path)
}

func (r *refusal) matches(err error) error {
	var failed *mediaplane.Error
	if !errors.As(err, &failed) {
		return fmt.Errorf("it must fail with a typed error, not %v", err)
	}
	named := func(one mediaplane.FieldViolation) bool { return one.Field == r.Field && one.Description != "" }
	delay, retry := failed.RetryAfter()
	switch {
	case code.Code(failed.Code).String() != r.Code || failed.Reason != r.Reason || failed.Message == "":
	case r.Field != "" && !slices.ContainsFunc(failed.Violations, named):
	case r.Retry && (!retry || delay <= 0 || !failed.Transient()):
	default:
		return nil
	}
	return fmt.Errorf("it must fail with %+v, not %+v", *r, failed)
}
