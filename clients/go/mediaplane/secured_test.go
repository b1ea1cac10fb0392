package mediaplane_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/mediaplane/mediaplane/clients/go/mediaplane"
	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// secured makes a client of the service behind TLS, and a context that ends long before a watch gives up.
func secured(t *testing.T, opts ...mediaplane.Option) (context.Context, *mediaplane.Client) {
	t.Helper()
	target := os.Getenv("MEDIAPLANE_TEST_TLS_TARGET")
	if target == "" {
		t.Skip("it needs a service: `cargo test --test clients go` at the root of the repository runs it")
	}
	client, err := mediaplane.Dial(target, opts...)
	check(t, err)
	t.Cleanup(func() { check(t, client.Close()) })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx, client
}

// trusted trusts the authority of the proxy, and no other.
func trusted(t *testing.T) mediaplane.Option {
	t.Helper()
	pem, err := os.ReadFile(os.Getenv("MEDIAPLANE_TEST_CA"))
	if err != nil {
		t.Skip("it needs a service: `cargo test --test clients go` at the root of the repository runs it")
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate")
	}
	return mediaplane.WithTLS(&tls.Config{RootCAs: roots})
}

func backends(ctx context.Context, client *mediaplane.Client) (*mediaplanev1.ListBackendsResponse, error) {
	return client.Backends.ListBackends(ctx, &mediaplanev1.ListBackendsRequest{})
}

func TestItReachesTheServiceByTLSWithAToken(t *testing.T) {
	ctx, client := secured(t, trusted(t), mediaplane.WithToken(os.Getenv("MEDIAPLANE_TEST_TOKEN")))
	reply, err := backends(ctx, client)
	check(t, err)
	if len(reply.GetBackends()) == 0 {
		t.Fatal("there are no media servers")
	}
	_, err = client.Watch(ctx, &mediaplanev1.WatchEventsRequest{Scope: &mediaplanev1.WatchEventsRequest_SessionIds_{
		SessionIds: &mediaplanev1.WatchEventsRequest_SessionIds{Ids: []string{"nobody"}},
	}}).Recv()
	if !mediaplane.HasReason(err, mediaplanev1.ErrorReason_ERROR_REASON_SESSION_NOT_FOUND) {
		t.Fatal(err)
	}
}

func TestWhoShowsNoTokenOrAWrongOneIsTold(t *testing.T) {
	for _, which := range []struct {
		name, words string
		options     []mediaplane.Option
	}{
		{name: "none"},
		{name: "wrong", words: "get a new one", options: []mediaplane.Option{mediaplane.WithToken("wrong")}},
	} {
		t.Run(which.name, func(t *testing.T) {
			ctx, client := secured(t, append(which.options, trusted(t))...)
			_, called := backends(ctx, client)
			_, watched := client.Watch(ctx, &mediaplanev1.WatchEventsRequest{
				Scope: &mediaplanev1.WatchEventsRequest_All_{All: &mediaplanev1.WatchEventsRequest_All{}},
			}).Recv()
			for _, err := range []error{called, watched} {
				var failed *mediaplane.Error
				if !errors.As(err, &failed) || failed.Code != codes.Unauthenticated || failed.Reason != "" ||
					failed.Transient() || !strings.Contains(failed.Message, which.words) {
					t.Errorf("%#v", err)
				}
			}
		})
	}
}

func TestAServiceOfAnUnknownAuthorityIsRefused(t *testing.T) {
	ctx, client := secured(t, mediaplane.WithToken(os.Getenv("MEDIAPLANE_TEST_TOKEN")))
	_, err := backends(ctx, client)
	var failed *mediaplane.Error
	if !errors.As(err, &failed) || failed.Code != codes.Unavailable || !strings.Contains(failed.Message, "certificate") {
		t.Fatal(err)
	}
}

func TestATokenThatCannotBeHadFailsTheCall(t *testing.T) {
	locked := errors.New("the vault is locked")
	ctx, client := secured(t, trusted(t), mediaplane.WithTokenSource(mediaplane.TokenFunc(
		func(context.Context) (string, error) { return "", locked },
	)))
	_, err := backends(ctx, client)
	var failed *mediaplane.Error
	if !errors.As(err, &failed) || failed.Code != codes.Unauthenticated || !strings.Contains(failed.Message, locked.Error()) {
		t.Fatal(err)
	}
}
