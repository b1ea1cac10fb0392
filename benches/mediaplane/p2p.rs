//! A p2p session created, answered and destroyed, against a bare service that answers with the same bytes.

use crate::{
    bare::Canned,
    load::{SHAPES, side_by_side},
    process::{Client, Server},
    report::{Report, Target},
    requests,
};

/// The RPCs of one exchange.
const RPCS: usize = 3;

/// Runs the part.
pub(crate) async fn run(report: &mut Report) {
    let ours = Server::mediaplane(&[]).await;
    let bare = Server::bare(&Canned::record(&ours).await).await;
    report.note(format!(
        "an exchange is {RPCS} RPCs with descriptions of {} bytes; connections × exchanges in flight",
        requests::SDP.len()
    ));
    for shape in SHAPES {
        let (our, their) = (ours.clients(shape).await, bare.clients(shape).await);
        let (mut our, mut their) = side_by_side((&ours, &our), (&bare, &their), exchange).await;
        our.tell(report, &format!("mediaplane   {shape}"), RPCS, "RPCs");
        their.tell(report, &format!("bare service {shape}"), RPCS, "RPCs");
        let ratio = our.rate() / their.rate();
        report.judge(&format!("ratio {shape}"), ratio, "", Target::AtLeast(0.7));
    }
}

/// One session's whole life.
async fn exchange(mut client: Client) {
    let created = client.create_session(requests::create("")).await;
    let id = created.expect("created").into_inner().session_id;
    let answered = client.set_answer(requests::answer(&id)).await;
    answered.expect("answered");
    let destroyed = client.destroy_session(requests::destroy(&id)).await;
    destroyed.expect("destroyed");
}
