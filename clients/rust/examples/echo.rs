//! Sends a second of audio to an echo session, as a telephone does, and counts what comes back:
//! `echo [URL [BACKEND [ADDRESS]]]`. The address is one of this machine that the media server reaches.

use std::{env, error::Error, net::SocketAddr, sync::Arc, time::Duration};

use mediaplane_client::{
    Client,
    proto::{
        CreateSessionRequest, DestroySessionRequest, Echo, SdpType, SessionDescription,
        SessionType, create_session_response::Description, session_type::Kind,
    },
};
use tokio::{
    net::UdpSocket,
    time::{interval, timeout},
};

/// A second of G.711: each packet has 160 samples, which are 20 ms.
const PACKETS: u16 = 50;
const SAMPLES: usize = 160;
const HEADER: usize = 12;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let argument = |index, default| arguments.get(index).map_or(default, String::as_str);
    let client = Client::connect(argument(1, "http://localhost:50051"))?;
    let address = argument(3, "127.0.0.1");
    let socket = Arc::new(UdpSocket::bind((address, 0)).await?);
    let request = CreateSessionRequest {
        r#type: Some(SessionType {
            kind: Some(Kind::Echo(Echo {})),
        }),
        backend: argument(2, "embedded").to_owned(),
        sdp_type: SdpType::Rtp.into(),
        offer: Some(SessionDescription {
            sdp: offer(address, socket.local_addr()?.port()),
            sdp_type: SdpType::Rtp.into(),
            trickle_ice: false,
        }),
        wait_reply: true,
        ..CreateSessionRequest::default()
    };
    let reply = client
        .sessions()
        .create_session(request)
        .await?
        .into_inner();
    println!("session {}", reply.session_id);
    let Some(Description::Answer(answer)) = reply.description else {
        return Err("the service gave no answer".into());
    };
    let server = media(&answer.sdp).ok_or("the answer has no address of audio")?;
    let sending = tokio::spawn(send(socket.clone(), server));
    let count = timeout(Duration::from_secs(2), receive(&socket)).await;
    sending.await??;
    let destroy = DestroySessionRequest {
        session_id: reply.session_id,
        ..DestroySessionRequest::default()
    };
    client.sessions().destroy_session(destroy).await?;
    count.map_err(|_| "too few packets came back: does a firewall drop UDP?")??;
    println!("the audio came back");
    Ok(())
}

fn offer(address: &str, port: u16) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 {address}\r\ns=-\r\nc=IN IP4 {address}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n"
    )
}

/// Where the server listens.
fn media(answer: &str) -> Option<SocketAddr> {
    let find = |start| answer.lines().find_map(|line| line.strip_prefix(start));
    let port = find("m=audio ")?.split(' ').next()?.parse().ok()?;
    Some(SocketAddr::new(find("c=IN IP4 ")?.parse().ok()?, port))
}

/// Sends silence in RTP packets (RFC 3550), each when it is due.
async fn send(socket: Arc<UdpSocket>, server: SocketAddr) -> std::io::Result<()> {
    let mut tick = interval(Duration::from_millis(20));
    for number in 0..PACKETS {
        tick.tick().await;
        let time = u32::from(number) * 160;
        let mut packet = vec![0x80, 0];
        packet.extend(number.to_be_bytes());
        packet.extend(time.to_be_bytes());
        packet.extend(7_u32.to_be_bytes());
        packet.resize(HEADER + SAMPLES, 0xff);
        socket.send_to(&packet, server).await?;
    }
    Ok(())
}

/// Waits for half of what was sent.
async fn receive(socket: &UdpSocket) -> std::io::Result<()> {
    let mut buffer = [0; 2048];
    let mut count = 0;
    while count < PACKETS / 2 {
        let length = socket.recv(&mut buffer).await?;
        if length == HEADER + SAMPLES && buffer[1] & 0x7f == 0 {
            count += 1;
        }
    }
    Ok(())
}
