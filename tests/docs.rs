//! What the documentation says of the code is true.

use std::fs;

use mediaplane::Reason;

#[test]
fn every_reason_is_documented_with_its_code() {
    let page = fs::read_to_string("docs/errors.md").expect("docs/errors.md");
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| reason"))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), Reason::ALL.len());
    let shared = Reason::SessionFailed.destroyed_code();
    for (reason, row) in Reason::ALL.iter().zip(rows) {
        assert_eq!(row[1], reason.as_str(), "in the order of the API reference");
        let own = reason.destroyed_code();
        let code = match reason {
            Reason::SessionFailed => own.to_string(),
            _ if own == shared => String::new(),
            _ => own.to_string(),
        };
        assert_eq!(row[3], code, "{reason}");
    }
}
