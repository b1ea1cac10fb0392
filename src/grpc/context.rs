//! Who calls, and until when it waits.

use std::time::Duration;

use tokio::time::Instant;
use tonic::metadata::MetadataMap;

use crate::session::Caller;

/// The header of a caller's deadline (gRPC over HTTP/2, "Timeout").
const TIMEOUT: &str = "grpc-timeout";
/// A reply leaves this long before the caller's own clock would end the call, or a tenth of its time if that is less:
/// so a wait that is over is told with its reason.
const MARGIN: Duration = Duration::from_millis(20);

/// The caller of a request.
pub(super) fn caller(metadata: &MetadataMap) -> Caller {
    let timeout = metadata.get(TIMEOUT).and_then(|value| value.to_str().ok());
    let deadline = timeout
        .and_then(parse)
        .map(|timeout| timeout - MARGIN.min(timeout / 10))
        .and_then(|timeout| Instant::now().checked_add(timeout));
    Caller::anonymous(deadline)
}

/// One to eight digits and a unit.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if !(1..=8).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let count: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_as_the_protocol_writes_them() {
        assert_eq!(parse("250m"), Some(Duration::from_millis(250)));
        assert_eq!(parse("2H"), Some(Duration::from_secs(7200)));
        assert_eq!(parse("99999999n"), Some(Duration::from_nanos(99_999_999)));
        for bad in ["", "S", "5", "5x", "-5S", "123456789S", "5 S", "5ä"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_leaves_time_for_the_reply() {
        let caller = |timeout: &'static str| {
            let mut metadata = MetadataMap::new();
            metadata.insert(TIMEOUT, timeout.parse().expect("ASCII"));
            super::caller(&metadata)
                .deadline
                .map(|at| at - Instant::now())
        };
        assert_eq!(caller("10S"), Some(Duration::from_millis(9980)));
        assert_eq!(caller("100m"), Some(Duration::from_millis(90)));
        assert_eq!(caller("nonsense"), None);
        assert_eq!(super::caller(&MetadataMap::new()).deadline, None);
    }
}
