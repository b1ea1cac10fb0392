// Watch prints what happens to all sessions and rooms, until it is interrupted.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/mediaplane/mediaplane/clients/go/mediaplane"
	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

func main() {
	target := flag.String("target", "localhost:50051", "where the service is")
	plaintext := flag.Bool("plaintext", false, "use no TLS")
	flag.Parse()
	var options []mediaplane.Option
	if *plaintext {
		options = append(options, mediaplane.WithPlaintext())
	} else if token := os.Getenv("MEDIAPLANE_TOKEN"); token != "" {
		options = append(options, mediaplane.WithToken(token))
	}
	client, err := mediaplane.Dial(*target, options...)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	everything := &mediaplanev1.WatchEventsRequest{
		Scope:    &mediaplanev1.WatchEventsRequest_All_{All: &mediaplanev1.WatchEventsRequest_All{}},
		Snapshot: true,
	}
	watch := client.Watch(ctx, everything, mediaplane.WithOnRetry(func(err *mediaplane.Error, wait time.Duration) {
		log.Printf("%v; the next try is in %v", err, wait)
	}))
	for item, err := range watch.All() {
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(protojson.Format(item))
	}
}
