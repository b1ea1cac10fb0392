//! A Prometheus that asks one service for its figures.

use std::{path::Path, process::Stdio, time::Duration};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::{Child, Command},
    time::timeout,
};

use crate::support::{deadline, ports::PortBlock};

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// It runs until it is dropped.
pub(crate) struct Prometheus {
    address: String,
    _process: Child,
    _ports: PortBlock,
    _folder: TempDir,
}

impl Prometheus {
    /// Starts one that asks `target` twice a second, with the rules of this file; yields it when it answers.
    pub(crate) async fn start(target: &str, rules: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ports = PortBlock::claim();
        let address = format!("127.0.0.1:{}", ports.tcp(0));
        let config = folder.path().join("prometheus.yml");
        let text = format!(
            "global: {{scrape_interval: 500ms, evaluation_interval: 1s}}\nrule_files: ['{}']\nscrape_configs:\n  \
             - job_name: mediaplane\n    static_configs: [{{targets: ['{target}']}}]\n",
            rules.display()
        );
        std::fs::write(&config, text).expect("written");
        let process = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!(
                "--storage.tsdb.path={}",
                folder.path().join("data").display()
            ))
            .arg(format!("--web.listen-address={address}"))
            .arg("--log.level=error")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("Prometheus is installed: `make test` does that");
        let prometheus = Self {
            address,
            _process: process,
            _ports: ports,
            _folder: folder,
        };
        let ready = async || prometheus.get("/-/ready").await.is_some().then_some(());
        until_some(ready, "Prometheus is ready").await;
        prometheus
    }

    /// The series that a query yields now, each with its labels.
    ///
    /// # Panics
    /// If Prometheus refuses the query.
    pub(crate) async fn query(&self, query: &str) -> Vec<Value> {
        let query = utf8_percent_encode(query, NON_ALPHANUMERIC);
        let reply = self.get(&format!("/api/v1/query?query={query}")).await;
        let reply = reply.unwrap_or_else(|| panic!("{query} is not a query"));
        reply["data"]["result"].as_array().expect("series").clone()
    }

    /// The rules that it has, each with its query and how it fares.
    pub(crate) async fn rules(&self) -> Vec<Value> {
        let reply = self.get("/api/v1/rules").await.expect("rules");
        let groups = reply["data"]["groups"].as_array().expect("groups");
        groups
            .iter()
            .flat_map(|group| group["rules"].as_array().expect("rules").clone())
            .collect()
    }

    /// The reply to a GET, null if it is not JSON; nothing if it is refused.
    async fn get(&self, path: &str) -> Option<Value> {
        let asked = async {
            let mut stream = TcpStream::connect(&self.address).await.ok()?;
            let request = format!("GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", self.address);
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut reply = String::new();
            stream.read_to_string(&mut reply).await.ok()?;
            let (head, body) = reply.split_once("\r\n\r\n")?;
            let fine = head.lines().next()?.contains(" 200 ");
            fine.then(|| serde_json::from_str(body).unwrap_or(Value::Null))
        };
        timeout(PATIENCE, asked).await.expect("in time")
    }
}

/// Asks until there is an answer.
pub(crate) async fn until_some<T>(ask: impl AsyncFn() -> Option<T>, what: &str) -> T {
    let asked = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let late = timeout(4 * deadline::PATIENCE, asked).await;
    late.unwrap_or_else(|_| panic!("not in time: {what}"))
}
