//! Recorders: they write nothing, and tell of it as the real one does.

use std::time::Duration;

use serde_json::{Value, json};

use super::graph::Media;
use super::object::Part;
use super::rpc::{Args, Refusal};
use super::world::World;

/// How long a recorder takes to begin, once all its media flow.
const STARTS: Duration = Duration::from_millis(10);
/// How long a recorder takes to finish its file.
const STOPS: Duration = Duration::from_millis(4);

const PROFILES: [&str; 12] = [
    "WEBM",
    "MKV",
    "MP4",
    "WEBM_VIDEO_ONLY",
    "WEBM_AUDIO_ONLY",
    "MKV_VIDEO_ONLY",
    "MKV_AUDIO_ONLY",
    "MP4_VIDEO_ONLY",
    "MP4_AUDIO_ONLY",
    "JPEG_VIDEO_ONLY",
    "KURENTO_SPLIT_RECORDER",
    "FLV",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Stop,
    /// It was told to record and waits for its media.
    Armed,
    /// Its media are there.
    Starting,
    Start,
    Pause,
}

#[derive(Debug)]
pub(super) struct Recorder {
    uri: String,
    profile: &'static str,
    state: State,
}

impl Recorder {
    pub(super) fn new(args: Args<'_>) -> Result<Recorder, Refusal> {
        let uri = args.text("uri")?.to_owned();
        let name = args.optional("mediaProfile", Args::text)?.unwrap_or("WEBM");
        let wrong = || Refusal::marshall("Invalid value for 'MediaProfileSpecType'");
        let profile = PROFILES.into_iter().find(|profile| *profile == name);
        Ok(Recorder {
            uri,
            profile: profile.ok_or_else(wrong)?,
            state: State::Stop,
        })
    }

    /// Whether it takes such media now.
    pub(super) fn takes(&self, media: Media) -> bool {
        self.state != State::Stop && self.needs(media)
    }

    fn needs(&self, media: Media) -> bool {
        match media {
            Media::Audio => !self.profile.ends_with("_VIDEO_ONLY"),
            Media::Video => !self.profile.ends_with("_AUDIO_ONLY"),
            Media::Data => false,
        }
    }

    fn state_name(&self) -> &'static str {
        match self.state {
            State::Stop | State::Armed | State::Starting => "STOP",
            State::Start => "START",
            State::Pause => "PAUSE",
        }
    }
}

impl World {
    /// What a recorder can be told.
    pub(super) fn recorder_operation(
        &mut self,
        id: &str,
        operation: &str,
    ) -> Option<Result<Value, Refusal>> {
        let recorder = self.recorder(id)?;
        Some(Ok(match operation {
            "record" => {
                self.record(id);
                Value::Null
            }
            "pause" => {
                if recorder.state == State::Start {
                    self.recorder_is(id, State::Pause, "Paused");
                }
                Value::Null
            }
            "stop" => {
                self.stop_soon(id);
                Value::Null
            }
            "stopAndWait" => {
                self.stop_recording(id);
                Value::Null
            }
            "getState" => json!(recorder.state_name()),
            "getUri" => json!(recorder.uri),
            _ => return None,
        }))
    }

    fn recorder(&mut self, id: &str) -> Option<&mut Recorder> {
        match &mut self.objects.get_mut(id)?.part {
            Part::Recorder(recorder) => Some(recorder),
            _ => None,
        }
    }

    fn record(&mut self, id: &str) {
        let Some(recorder) = self.recorder(id) else {
            return;
        };
        if recorder.uri.contains("unwritable") {
            return self.cannot_write(id);
        }
        match recorder.state {
            State::Pause => self.recorder_is(id, State::Start, "Recording"),
            State::Stop => {
                recorder.state = State::Armed;
                self.unsettled = true;
            }
            State::Armed | State::Starting | State::Start => {}
        }
    }

    fn cannot_write(&mut self, id: &str) {
        let open = "Error code 6: Could not open file for writing., system error: No such file or directory";
        let failed = "Error code 4: GStreamer error: state change failed and some element failed to post a proper error message with the reason for the failure.";
        let errors = [
            (open, 6, "RESOURCE_ERROR_OPEN"),
            (failed, 4, "UNEXPECTED_ELEMENT_ERROR"),
        ];
        for (description, code, kind) in errors {
            let data = json!({"description": description, "errorCode": code, "type": kind});
            self.tell(id, "Error", data);
        }
    }

    /// A recorder that waits begins when all that its profile needs flows into it.
    pub(super) fn record_what_flows(&mut self, id: &str) {
        let all = Media::FLOWING.into_iter().all(|media| {
            let needed = self
                .recorder(id)
                .is_some_and(|recorder| recorder.needs(media));
            !needed || self.flows_into(id, media, 0)
        });
        let armed = self
            .recorder(id)
            .filter(|recorder| recorder.state == State::Armed);
        let Some(recorder) = armed.filter(|_| all) else {
            return;
        };
        recorder.state = State::Starting;
        let id = id.to_owned();
        self.later(STARTS, move |world| {
            if world
                .recorder(&id)
                .is_some_and(|recorder| recorder.state == State::Starting)
            {
                world.recorder_is(&id, State::Start, "Recording");
            }
        });
    }

    /// Stops what records; one that has not begun yet begins all the same.
    fn stop_recording(&mut self, id: &str) {
        if self.records(id) {
            self.recorder_is(id, State::Stop, "Stopped");
            self.unsettled = true;
        }
    }

    fn stop_soon(&mut self, id: &str) {
        if self.records(id) {
            let id = id.to_owned();
            self.later(STOPS, move |world| world.stop_recording(&id));
        }
    }

    fn records(&mut self, id: &str) -> bool {
        let recorder = self.recorder(id);
        recorder.is_some_and(|recorder| matches!(recorder.state, State::Start | State::Pause))
    }

    fn recorder_is(&mut self, id: &str, state: State, event: &str) {
        let Some(recorder) = self.recorder(id) else {
            return;
        };
        recorder.state = state;
        let name = recorder.state_name();
        self.tell(id, "UriEndpointStateChanged", json!({"state": name}));
        self.tell(id, event, json!({}));
    }
}
