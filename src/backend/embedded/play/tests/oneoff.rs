use super::*;
use std::io::Write;

#[tokio::test]
async fn oneoff() {
    let dir = std::path::Path::new("/tmp/play-oneoff");
    std::fs::create_dir_all(dir).unwrap();
    let folder = Folder::new();
    let pic = "-f lavfi -i testsrc=size=640x480:rate=15:duration=3";
    for (name, enc, sdp, port) in [
        (
            "vp8.webm",
            "-c:v libvpx -deadline realtime -b:v 1M -g 15",
            "VP8/90000",
            5600u16,
        ),
        (
            "vp9.webm",
            "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M -g 15",
            "VP9/90000",
            5610,
        ),
        (
            "h264.mkv",
            "-c:v libx264 -preset ultrafast -bf 0 -g 15",
            "H264/90000",
            5620,
        ),
        (
            "av1.mkv",
            "-c:v libaom-av1 -cpu-used 8 -usage realtime -b:v 1M -g 15",
            "AV1/90000",
            5630,
        ),
        ("opus.ogg", "-c:a libopus", "opus/48000/2", 5640),
    ] {
        let input = if sdp.starts_with("opus") { TONE } else { pic };
        let path = folder.make(name, &format!("{input} {enc}"));
        std::fs::copy(&path, dir.join(name)).unwrap();
        let media = if sdp.starts_with("opus") {
            "audio"
        } else {
            "video"
        };
        let text = format!(
            "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm={media} {port} RTP/AVP 96\r\na=rtpmap:96 {sdp}\r\na=fmtp:96 packetization-mode=1\r\n"
        );
        let sdp_path = dir.join(format!("{name}.sdp"));
        std::fs::write(&sdp_path, text).unwrap();
        let ff = (!name.starts_with("av1")).then(|| {
            Command::new("ffmpeg")
                .args([
                    "-y",
                    "-nostdin",
                    "-loglevel",
                    "warning",
                    "-protocol_whitelist",
                    "file,udp,rtp",
                    "-analyzeduration",
                    "1000000",
                    "-t",
                    "2",
                    "-i",
                ])
                .arg(&sdp_path)
                .args(["-f", "framemd5"])
                .arg(dir.join(format!("{name}.md5")))
                .spawn()
                .unwrap()
        });
        tokio::time::sleep(seconds(0.7)).await;
        let source = folder.open(&path, 1, Codec::ALL).await.unwrap();
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let mut dump = std::fs::File::create(dir.join(format!("{name}.rtp"))).unwrap();
        let sink: Sink = Box::new(move |p: Packet| {
            let mut b = vec![0x80, 96 | if p.marker { 0x80 } else { 0 }];
            b.extend((p.sequence as u16).to_be_bytes());
            b.extend(p.timestamp.to_be_bytes());
            b.extend([0, 0, 0, 7]);
            b.extend_from_slice(&p.payload);
            let _ = socket.send_to(&b, ("127.0.0.1", port));
            dump.write_all(&(b.len() as u32).to_be_bytes()).unwrap();
            dump.write_all(&b).unwrap();
            Ok(())
        });
        let (events, mut heard) = LegEvents::new(8);
        let player = Player::start(source, sink, events);
        player.go();
        heard.recv().await;
        if let Some(mut ff) = ff {
            tokio::time::sleep(seconds(2.0)).await;
            let _ = ff.kill();
            let _ = ff.wait();
        }
    }
}
