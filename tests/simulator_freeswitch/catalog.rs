//! What of the configuration can be asked for, and that it is true.

use super::agent::{Agent, RTP};
use super::client::Client;
use crate::freeswitch_simulator::{Options, Simulator};

/// The `name` of all elements of a kind.
fn names(xml: &str, kind: &str) -> Vec<String> {
    let start = format!("<{kind} name=\"");
    let rest = xml.split(&start).skip(1);
    let names = rest.filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

async fn located(client: &mut Client, file: &str) -> String {
    let command = format!("xml_locate configuration configuration name {file}");
    let xml = client.api(&command).await;
    let start = format!("<configuration name=\"{file}\"");
    assert!(xml.starts_with(&start), "{xml}");
    assert!(xml.ends_with("</configuration>\n"), "{xml}");
    xml
}

#[tokio::test]
async fn rooms_take_what_is_configured() {
    let simulator = Simulator::start(Options::default()).await;
    let mut client = Client::ready(&simulator).await;
    let mut agent = Agent::new(&simulator).await;
    let conferences = located(&mut client, "conference.conf").await;
    let profiles = ["mediaplane", "mediaplane-audio"];
    assert_eq!(names(&conferences, "profile"), profiles);
    let video = "<param name=\"video-mode\" value=\"mux\"></param>";
    assert_eq!(conferences.matches(video).count(), 1);

    let layouts = located(&mut client, "conference_layouts.conf").await;
    assert_eq!(names(&layouts, "group"), ["grid"]);
    let layouts = names(&layouts, "layout");
    assert!(layouts.contains(&"presenter-overlap".to_owned()));

    agent.call("mediaplane", "leg", RTP).await;
    client.event("CHANNEL_PARK", "leg").await;
    for profile in profiles {
        let join = format!("uuid_transfer leg m:^:conference:{profile}@{profile}^park inline");
        assert_eq!(client.api(&join).await, "+OK\n");
        let joined = [("Unique-ID", "leg"), ("Action", "add-member")];
        client.event_with("CUSTOM", &joined).await;
        for layout in &layouts {
            let told = client
                .api(&format!("conference {profile} vid-layout {layout}"))
                .await;
            let wanted = match profile {
                "mediaplane" => format!("+OK Change canvas 1 to layout [{layout}]\n"),
                _ => "-ERR Conference is not in mixing mode\n".to_owned(),
            };
            assert_eq!(told, wanted);
        }
    }
    assert!(!simulator.injected());
}
