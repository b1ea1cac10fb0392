//! Every query of the dashboard has data of a running service, and every alert asks for what there is.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use mediaplane::{
    Reason,
    proto::{
        DestroySessionRequest, RecorderActionRequest, WatchEventsRequest,
        recorder_action_request::{Action, Start},
        watch_events_request::{All, Scope},
    },
};
use serde_json::Value;

use crate::{
    program::{self, Client},
    prometheus::{Prometheus, until_some},
    support::{
        janus::{self, Janus},
        media::Kind,
        network::media_address,
        peer::{Options, Peer},
        received::Receives as _,
        service::Service,
    },
};

/// Two media servers that can be reached, one that cannot; and so few watchers that the second is refused.
fn configuration(janus: &Janus, folder: &Path) -> String {
    format!(
        "[service]\nshutdown_deadline = '1s'\n[events]\nmax_watchers = 1\n\
         [[backend]]\nname = 'janus-1'\nkind = 'janus'\nurl = '{}'\nadmin_url = '{}'\nadmin_secret = '{}'\n\
         [[backend]]\nname = 'janus-2'\nkind = 'janus'\nurl = 'ws://127.0.0.1:9'\n\
         [[backend]]\nname = 'embedded'\nkind = 'embedded'\nlisten = ['{}:0']\ntcp = false\nrecord.folder = '{}'\n",
        janus.url(),
        janus.admin_url(),
        janus.admin_secret(),
        media_address(),
        folder.display(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dashboard_and_alerts_ask_for_what_the_service_tells() {
    let janus = Janus::start(janus::Options::default()).await;
    let service = Service::start(&[], &[], |folder| configuration(&janus, folder)).await;
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/grafana/alerts.yaml");
    let prometheus = Prometheus::start(&service.http, &rules).await;
    let connected = r#"mediaplane_backend_up{backend="janus-1"} == 1"#;
    let connected = async || prometheus.query(connected).await.pop();
    until_some(connected, "the service reaches Janus").await;
    let mut client = program::client(&service).await;

    let _watch = client
        .watch_events(watch_all())
        .await
        .expect("one watcher")
        .into_inner();
    client
        .watch_events(watch_all())
        .await
        .expect_err("and no second");
    let mut peers = Vec::new();
    for backend in ["janus-1", "embedded"] {
        let (peer, session_id) = live(&mut client, backend).await;
        peers.push(peer);
        if backend == "embedded" {
            let action = Some(Action::Start(Start::default()));
            let request = RecorderActionRequest { session_id, action };
            client
                .recorder_action(request)
                .await
                .expect("it is recorded");
        }
    }
    every_panel_has_data(&prometheus, &mut client).await;
    every_alert_asks_for_what_there_is(&prometheus).await;
    assert!(service.terminate().await.0.success());
}

fn watch_all() -> WatchEventsRequest {
    WatchEventsRequest {
        scope: Some(Scope::All(All {})),
        ..WatchEventsRequest::default()
    }
}

/// A client that hears itself through this media server.
async fn live(client: &mut Client, backend: &str) -> (Peer, String) {
    let peer = Peer::offer(Options::new(media_address(), 7).audio().video()).await;
    let mut request = program::echo(&peer);
    request.backend = backend.to_owned();
    let session_id = program::create(client, request, &peer).await;
    peer.receives(Kind::Audio, 7, 20).await;
    (peer, session_id)
}

/// Sessions come and go meanwhile: a rate needs two values that differ.
async fn every_panel_has_data(prometheus: &Prometheus, client: &mut Client) {
    let mut missing = targets();
    assert!(missing.len() > 20, "the dashboard has been read");
    for _ in 0..60 {
        let peer = program::audio(9).await;
        let mut request = program::echo(&peer);
        request.backend = "embedded".to_owned();
        let (session_id, _) = program::answered(client, request).await;
        let request = DestroySessionRequest {
            session_id,
            ..DestroySessionRequest::default()
        };
        client.destroy_session(request).await.expect("destroyed");
        let mut empty = Vec::new();
        for target in missing {
            if !target.has_data(prometheus).await {
                empty.push(target);
            }
        }
        missing = empty;
        if missing.is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    panic!("no data, or not every label of the legend, for {missing:#?}");
}

/// One query of the dashboard.
#[derive(Debug)]
struct Target {
    query: String,
    /// The labels that its legend shows.
    labels: Vec<String>,
}

fn targets() -> Vec<Target> {
    let text = fs::read_to_string("deploy/grafana/dashboard.json").expect("the dashboard");
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels
        .filter_map(|panel| panel["targets"].as_array())
        .flatten();
    targets.map(Target::new).collect()
}

impl Target {
    /// With what Grafana would put in for its variables.
    fn new(target: &Value) -> Self {
        let query = target["expr"].as_str().expect("a query");
        let query = query
            .replace("$instance", ".*")
            .replace("$__rate_interval", "30s");
        assert!(
            !query.contains('$'),
            "a variable that nobody fills in: {query}"
        );
        let legend = target["legendFormat"].as_str().expect("a legend");
        let labels = legend
            .split("{{")
            .skip(1)
            .filter_map(|rest| rest.split("}}").next());
        Self {
            query,
            labels: labels.map(str::to_owned).collect(),
        }
    }

    async fn has_data(&self, prometheus: &Prometheus) -> bool {
        let series = prometheus.query(&self.query).await;
        let told = |one: &Value| {
            let has = |label: &String| one["metric"][label].is_string();
            one["value"][1] != "NaN" && self.labels.iter().all(has)
        };
        series.iter().any(told)
    }
}

async fn every_alert_asks_for_what_there_is(prometheus: &Prometheus) {
    let rules = async || {
        let rules = prometheus.rules().await;
        rules
            .iter()
            .all(|rule| rule["health"] != "unknown")
            .then_some(rules)
    };
    let rules = until_some(rules, "every rule was evaluated").await;
    assert!(rules.len() > 10, "the rules have been read");
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule:#}");
        let query = rule["query"].as_str().expect("a query");
        for metric in metrics(query) {
            for label in labels(query) {
                let series = prometheus
                    .query(&format!("count by ({label}) ({metric})"))
                    .await;
                let found = series.iter().any(|one| one["metric"][&label].is_string());
                assert!(found, "{} asks {metric} for {label}", rule["name"]);
            }
        }
        for reason in quoted(query, "reason") {
            let known = Reason::ALL.iter().any(|known| known.as_str() == reason);
            assert!(known, "{} asks for the reason {reason}", rule["name"]);
        }
    }
    let down = r#"ALERTS{alertname="MediaplaneBackendDown", backend="janus-2"}"#;
    let down = async || prometheus.query(down).await.pop();
    until_some(
        down,
        "the media server that cannot be reached raises its alert",
    )
    .await;
    let others = r#"ALERTS{alertname=~"MediaplaneDown|MediaplaneBackendDown", backend!="janus-2"}"#;
    assert_eq!(prometheus.query(others).await, [Value::Null; 0]);
}

/// The words of a query.
fn words(query: &str) -> impl Iterator<Item = &str> {
    query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

fn metrics(query: &str) -> BTreeSet<String> {
    let own = words(query).filter(|word| word.starts_with("mediaplane_"));
    own.map(str::to_owned).collect()
}

/// The labels that a query selects or groups by.
fn labels(query: &str) -> BTreeSet<String> {
    let groups = query
        .split("by (")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let selected = query
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split(['=', '!']).next());
    let all = groups.flat_map(|group| group.split(',')).chain(selected);
    all.map(|label| label.trim().to_owned()).collect()
}

/// The values that a label is compared with.
fn quoted(query: &str, label: &str) -> Vec<String> {
    let parts = query
        .split(label)
        .skip(1)
        .filter(|rest| rest.starts_with(['=', '!']));
    let values = parts.filter_map(|rest| rest.split('"').nth(1));
    values
        .flat_map(|value| value.split('|'))
        .map(str::to_owned)
        .collect()
}
