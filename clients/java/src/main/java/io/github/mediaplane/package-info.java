/**
 * Client of Mediaplane: one typed gRPC API over WebRTC and SIP media servers. {@link io.github.mediaplane.MediaplaneClient} is where
 * to begin; the messages and stubs are in {@link io.github.mediaplane.v1}.
 */
package io.github.mediaplane;
