// Echo sends a second of audio to an echo session, as a telephone does, and counts what comes back.
package main

import (
	"context"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"net"
	"regexp"
	"time"

	"github.com/mediaplane/mediaplane/clients/go/mediaplane"
	mediaplanev1 "github.com/mediaplane/mediaplane/clients/go/mediaplane/v1"
)

// A second of G.711: each packet has 160 samples, which are 20 ms.
const (
	packets = 50
	samples = 160
)

func main() {
	target := flag.String("target", "localhost:50051", "where the service is, which is reached in plain text")
	backend := flag.String("backend", "embedded", "the media server, one that takes plain RTP")
	address := flag.String("address", "127.0.0.1", "an address of this machine that the media server reaches")
	flag.Parse()
	client, err := mediaplane.Dial(*target, mediaplane.WithPlaintext())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := echo(ctx, client, *backend, *address); err != nil {
		log.Fatal(err)
	}
}

func echo(ctx context.Context, client *mediaplane.Client, backend, address string) error {
	socket, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(address)})
	if err != nil {
		return err
	}
	defer socket.Close()
	port := socket.LocalAddr().(*net.UDPAddr).Port
	reply, err := client.Sessions.CreateSession(ctx, &mediaplanev1.CreateSessionRequest{
		Type:      &mediaplanev1.SessionType{Kind: &mediaplanev1.SessionType_Echo{Echo: &mediaplanev1.Echo{}}},
		Backend:   backend,
		SdpType:   mediaplanev1.SdpType_SDP_TYPE_RTP,
		Offer:     &mediaplanev1.SessionDescription{Sdp: offer(address, port), SdpType: mediaplanev1.SdpType_SDP_TYPE_RTP},
		WaitReply: true,
	})
	if err != nil {
		return err
	}
	fmt.Println("session", reply.GetSessionId(), "on", reply.GetSession().GetBackend().GetName())
	server, err := media(reply.GetAnswer().GetSdp())
	if err != nil {
		return err
	}
	go send(socket, server)
	if err := receive(socket); err != nil {
		return err
	}
	_, err = client.Sessions.DestroySession(ctx, &mediaplanev1.DestroySessionRequest{SessionId: reply.GetSessionId()})
	return err
}

func offer(address string, port int) string {
	return fmt.Sprintf("v=0\r\no=- 1 1 IN IP4 %[1]s\r\ns=-\r\nc=IN IP4 %[1]s\r\nt=0 0\r\n"+
		"m=audio %[2]d RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n", address, port)
}

// media is where the server listens.
func media(answer string) (*net.UDPAddr, error) {
	address := regexp.MustCompile(`(?m)^c=IN IP4 (\S+)`).FindStringSubmatch(answer)
	port := regexp.MustCompile(`(?m)^m=audio (\d+) `).FindStringSubmatch(answer)
	if address == nil || port == nil {
		return nil, fmt.Errorf("the answer has no address of audio:\n%s", answer)
	}
	return net.ResolveUDPAddr("udp", net.JoinHostPort(address[1], port[1]))
}

// send sends silence in RTP packets (RFC 3550), each when it is due.
func send(socket *net.UDPConn, server *net.UDPAddr) {
	packet := make([]byte, 12+samples)
	for index := range packet {
		packet[index] = 0xff
	}
	packet[0], packet[1] = 0x80, 0
	binary.BigEndian.PutUint32(packet[8:], 7)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for number := range uint32(packets) {
		binary.BigEndian.PutUint16(packet[2:], uint16(number))
		binary.BigEndian.PutUint32(packet[4:], number*samples)
		if _, err := socket.WriteToUDP(packet, server); err != nil {
			log.Print(err)
		}
		<-tick.C
	}
}

// receive counts what comes within two seconds, and fails if it is less than half of what was sent.
func receive(socket *net.UDPConn) error {
	if err := socket.SetReadDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return err
	}
	buffer := make([]byte, 2048)
	count := 0
	for count < packets {
		length, _, err := socket.ReadFromUDP(buffer)
		if err != nil {
			break
		}
		if length == 12+samples && buffer[1]&0x7f == 0 {
			count++
		}
	}
	fmt.Printf("%d of %d packets came back\n", count, packets)
	if count < packets/2 {
		return fmt.Errorf("too few packets came back: does a firewall drop UDP?")
	}
	return nil
}
