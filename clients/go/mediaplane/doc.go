// Package mediaplane is the client of Mediaplane: one typed gRPC API over WebRTC and SIP media servers.
//
//	client, err := mediaplane.Dial("media.example.org:443", mediaplane.WithToken(token))
//	if err != nil {
//		return err
//	}
//	defer client.Close()
//	reply, err := client.Sessions.GetSession(ctx, &mediaplanev1.GetSessionRequest{SessionId: id})
//
// The messages and calls are in the package mediaplanev1, generated from the API. What is added here:
//
//   - Dial connects with TLS and a token, and tries calls that only read again when the connection has broken under them.
//   - Every call fails with an *Error, which has the service's reason, the fields that were wrong and when to try again.
//   - Client.Watch tells events in order and each once, over broken connections too.
package mediaplane
