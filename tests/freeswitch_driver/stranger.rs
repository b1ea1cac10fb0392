//! Somebody else who calls a FreeSWITCH by SIP, and is no service.

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream},
    net::TcpStream,
    time::timeout,
};

use crate::{
    legs::PATIENCE,
    support::{freeswitch::Address, sdp::RTP_OF_NOBODY},
};

/// A call that stands, without a mark. Should its test fail, it ends by its silence.
#[derive(Debug)]
pub(crate) struct Stranger {
    pub(crate) call: String,
    _connection: BufStream<TcpStream>,
}

impl Stranger {
    /// Calls under this name.
    pub(crate) async fn calls(address: &Address, call: String) -> Stranger {
        let connection = TcpStream::connect(&address.sip).await;
        let connection = connection.expect("its SIP can be reached");
        let own = connection.local_addr().expect("it is connected");
        let mut connection = BufStream::new(connection);
        let sip = &address.sip;
        let request = |method: &str, branch: &str, to: &str, body: &str| {
            format!(
                "{method} sip:mediaplane@{sip} SIP/2.0\r\n\
                 Via: SIP/2.0/TCP {own};branch=z9hG4bK{branch}\r\n\
                 From: <sip:stranger@{own}>;tag=1\r\nTo: {to}\r\nCall-ID: {call}\r\n\
                 CSeq: 1 {method}\r\nContact: <sip:stranger@{own};transport=tcp>\r\n\
                 X-Mediaplane-Media-Timeout: 120000\r\nMax-Forwards: 70\r\nContent-Type: application/sdp\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            )
        };
        let callee = format!("<sip:mediaplane@{sip}>");
        let invite = request("INVITE", "1", &callee, RTP_OF_NOBODY);
        send(&mut connection, &invite).await;
        let answered = timeout(PATIENCE, answered(&mut connection)).await;
        let to = answered.expect("it is answered in time");
        send(&mut connection, &request("ACK", "2", &to, "")).await;
        Stranger {
            call,
            _connection: connection,
        }
    }
}

async fn send(connection: &mut BufStream<TcpStream>, message: &str) {
    let sent = connection.write_all(message.as_bytes()).await;
    sent.expect("it takes a message");
    connection.flush().await.expect("it takes a message");
}

/// Waits for the answer: whom it is from.
async fn answered(connection: &mut BufStream<TcpStream>) -> String {
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            let read = connection.read_line(&mut head).await;
            assert_ne!(read.expect("it answers"), 0, "it closed the connection");
        }
        let named = |name: &str| head.lines().find_map(|line| line.strip_prefix(name));
        let length = named("Content-Length: ").map_or(0, |n| n.parse().expect("a number"));
        let mut body = vec![0; length];
        let body = connection.read_exact(&mut body).await;
        body.expect("the body comes");
        match head.get(8..11) {
            Some("100") => {}
            Some("200") => return named("To: ").expect("it says who").to_owned(),
            _ => panic!("it is not answered: {head}"),
        }
    }
}
