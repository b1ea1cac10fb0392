//! Text for people: columns and records.

use comfy_table::{Cell, ContentArrangement, Table, presets};

/// Columns without borders: easy to read, and to cut in scripts. A cell with nothing in it shows `-`, so that columns can be counted.
pub(crate) fn columns<const N: usize>(
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = plain();
    table.set_header(header);
    for row in rows {
        table.add_row(row.map(|text| if text.is_empty() { "-".into() } else { text }));
    }
    table.trim_fmt() + "\n"
}

/// One line for each pair whose value is not empty.
pub(crate) fn record<const N: usize>(pairs: [(&str, String); N]) -> String {
    let mut table = plain();
    for (name, value) in pairs {
        if !value.is_empty() {
            table.add_row([Cell::new(format!("{name}:")), Cell::new(value)]);
        }
    }
    table.trim_fmt() + "\n"
}

/// A value that may be missing.
pub(crate) fn maybe(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn plain() -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .force_no_tty();
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_complete() {
        let text = columns(
            ["ID", "USER"],
            [
                ["a".to_owned(), String::new()],
                ["long".to_owned(), "u".to_owned()],
            ],
        );
        let rows: Vec<Vec<_>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(rows, [["ID", "USER"], ["a", "-"], ["long", "u"]]);
        let at = |n: usize, what| text.lines().nth(n).and_then(|line: &str| line.find(what));
        assert_eq!(at(0, "USER"), at(2, "u"));
    }

    #[test]
    fn records_leave_out_what_is_empty() {
        let text = record([("id", "s1".to_owned()), ("user", String::new())]);
        assert!(text.contains("id:") && text.contains("s1") && !text.contains("user"));
    }
}
