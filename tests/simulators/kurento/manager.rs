//! What the server tells of itself.

use serde_json::{Value, json};

use super::object::Kind;
use super::rpc::{Args, Refusal};
use super::world::World;

impl World {
    /// What the manager can be asked.
    pub(super) fn manager_operation(
        &self,
        operation: &str,
        args: Args<'_>,
    ) -> Option<Result<Value, Refusal>> {
        Some(Ok(match operation {
            "getInfo" => self.info(),
            "getPipelines" => {
                let objects = self.objects.iter();
                let pipelines = objects.filter(|(_, object)| object.kind == Kind::MediaPipeline);
                pipelines.map(|(id, _)| json!(id)).collect()
            }
            "getSessions" => {
                // Requests without a session leave such entries.
                let nameless = [json!("")].into_iter();
                nameless
                    .chain(self.sessions.keys().map(|id| json!(id)))
                    .collect()
            }
            "getMetadata" => json!(""),
            "getCpuCount" => json!(2),
            "getUsedMemory" => json!(111_336),
            "getUsedCpu" => match args.integer("interval") {
                Ok(_) => json!(0.0),
                Err(refusal) => return Some(Err(refusal)),
            },
            _ => return None,
        }))
    }

    fn info(&self) -> Value {
        let version = &self.options.version;
        let module = |name: &str, time: &str, factories: &[&str]| {
            json!({
                "__module__": "kurento",
                "__type__": "ModuleInfo",
                "factories": factories,
                "generationTime": time,
                "name": name,
                "version": version,
            })
        };
        let core = ["HubPort", "MediaPipeline", "PassThrough"];
        let elements = [
            "AlphaBlending",
            "Composite",
            "Dispatcher",
            "DispatcherOneToMany",
            "HttpPostEndpoint",
            "Mixer",
            "PlayerEndpoint",
            "RecorderEndpoint",
            "RtpEndpoint",
            "WebRtcEndpoint",
        ];
        json!({
            "__module__": "kurento",
            "__type__": "ServerInfo",
            "capabilities": ["transactions"],
            "modules": [
                module("core", "Nov 22 2026 23:45:00", &core),
                module("elements", "Nov 22 2026 23:50:40", &elements),
            ],
            "type": "KMS",
            "version": version,
        })
    }
}
