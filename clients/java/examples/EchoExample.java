import io.github.mediaplane.MediaplaneClient;
import io.github.mediaplane.v1.CreateSessionRequest;
import io.github.mediaplane.v1.DestroySessionRequest;
import io.github.mediaplane.v1.Echo;
import io.github.mediaplane.v1.SdpType;
import io.github.mediaplane.v1.SessionDescription;
import io.github.mediaplane.v1.SessionType;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Sends a second of audio to an echo session, as a telephone does, and counts what comes back. Argument: where the service is. */
public final class EchoExample {
    /** A second of G.711: each packet has 160 samples, which are 20 ms. */
    private static final int PACKETS = 50;

    private static final int SAMPLES = 160;
    private static final int RTP_HEADER = 12;
    private static final Pattern ADDRESS = Pattern.compile("^c=IN IP4 (\\S+)", Pattern.MULTILINE);
    private static final Pattern PORT = Pattern.compile("^m=audio (\\d+) ", Pattern.MULTILINE);

    private EchoExample() {}

    public static void main(String[] args) throws Exception {
        var target = args.length > 0 ? args[0] : "localhost:50051";
        try (var client = MediaplaneClient.builder(target).plaintext().build();
                var line = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
            var sessions = client.sessions().withDeadlineAfter(20, TimeUnit.SECONDS);
            var session = sessions.createSession(request(line));
            System.out.println("session " + session.getSessionId());
            send(line, media(session.getAnswer().getSdp()));
            var count = receive(line);
            sessions.destroySession(DestroySessionRequest.newBuilder()
                    .setSessionId(session.getSessionId())
                    .build());
            System.out.println(count + " of " + PACKETS + " packets came back");
            if (count < PACKETS / 2) {
                throw new IOException("too few packets came back: does a firewall drop UDP?");
            }
        }
    }

    private static CreateSessionRequest request(DatagramSocket line) {
        var address = line.getLocalAddress().getHostAddress();
        var sdp = "v=0\r\no=- 1 1 IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\n"
                + "m=audio " + line.getLocalPort() + " RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n";
        return CreateSessionRequest.newBuilder()
                .setType(SessionType.newBuilder().setEcho(Echo.getDefaultInstance()))
                .setBackend("embedded")
                .setSdpType(SdpType.SDP_TYPE_RTP)
                .setOffer(SessionDescription.newBuilder().setSdp(sdp).setSdpType(SdpType.SDP_TYPE_RTP))
                .setWaitReply(true)
                .build();
    }

    /** Where the server listens. */
    private static InetSocketAddress media(String answer) throws IOException {
        var address = ADDRESS.matcher(answer);
        var port = PORT.matcher(answer);
        if (!address.find() || !port.find()) {
            throw new IOException("the answer has no address of audio:\n" + answer);
        }
        return new InetSocketAddress(address.group(1), Integer.parseInt(port.group(1)));
    }

    /** Sends silence in RTP packets (RFC 3550), each when it is due. */
    private static void send(DatagramSocket line, InetSocketAddress server) throws Exception {
        var packet = new byte[RTP_HEADER + SAMPLES];
        Arrays.fill(packet, (byte) 0xff);
        for (var number = 0; number < PACKETS; number++) {
            ByteBuffer.wrap(packet)
                    .put((byte) 0x80)
                    .put((byte) 0)
                    .putShort((short) number)
                    .putInt(number * SAMPLES)
                    .putInt(7);
            line.send(new DatagramPacket(packet, packet.length, server));
            Thread.sleep(20);
        }
    }

    /** How many packets came back: those that wait, and what comes until a second is silent. */
    private static int receive(DatagramSocket line) throws IOException {
        line.setSoTimeout(1000);
        var packet = new DatagramPacket(new byte[2048], 2048);
        var count = 0;
        try {
            while (count < PACKETS) {
                line.receive(packet);
                count += packet.getLength() == RTP_HEADER + SAMPLES ? 1 : 0;
            }
        } catch (SocketTimeoutException e) {
            return count;
        }
        return count;
    }
}
