//! Prints what happens to all sessions and rooms, until it is interrupted: `watch [URL]`. A token is taken from the
//! variable `MEDIAPLANE_TOKEN`.

use std::{env, error::Error};

use mediaplane_client::{
    Client,
    proto::{
        WatchEventsRequest,
        watch_events_request::{All, Scope},
    },
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1);
    let mut builder = Client::builder(url.unwrap_or_else(|| "http://localhost:50051".to_owned()));
    if let Ok(token) = env::var("MEDIAPLANE_TOKEN") {
        builder = builder.token(token);
    }
    let everything = WatchEventsRequest {
        scope: Some(Scope::All(All {})),
        snapshot: true,
        ..WatchEventsRequest::default()
    };
    let mut watch = builder
        .build()?
        .watch(everything)
        .on_retry(|error, wait| eprintln!("{error}; the next try is in {wait:?}"));
    loop {
        tokio::select! {
            item = watch.next() => match item? {
                Some(item) => println!("{item:#?}"),
                None => return Ok(()),
            },
            interrupted = tokio::signal::ctrl_c() => return Ok(interrupted?),
        }
    }
}
