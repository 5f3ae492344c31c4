//! JSON for people: a line a value, indented where values are within others.

use std::fmt::Write as _;

use serde_json::Value;

/// The lines of an object.
pub(super) fn lines(value: &Value) -> String {
    let mut text = String::new();
    put(&mut text, value, 0);
    text
}

fn put(text: &mut String, value: &Value, depth: usize) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            let width = fields.keys().map(|name| name.chars().count()).max().unwrap_or(0);
            for (name, value) in fields {
                match said(value) {
                    Some(said) => drop(writeln!(text, "{indent}{name:width$}  {said}")),
                    None => {
                        let _ = writeln!(text, "{indent}{name}");
                        put(text, value, depth + 1);
                    }
                }
            }
        }
        Value::Array(entries) => {
            for entry in entries {
                match said(entry) {
                    Some(said) => drop(writeln!(text, "{indent}{said}")),
                    None => {
                        let from = text.len();
                        put(text, entry, depth + 1);
                        // The first line of an entry is marked.
                        if text.len() > from + 2 * depth + 2 {
                            text.replace_range(from + 2 * depth..from + 2 * depth + 2, "- ");
                        }
                    }
                }
            }
        }
        other => drop(writeln!(text, "{indent}{}", said(other).unwrap_or_default())),
    }
}

/// What fits on a line.
fn said(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("none".to_owned()),
        Value::Bool(flag) => Some(if *flag { "yes" } else { "no" }.to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(entries) if entries.is_empty() => Some("none".to_owned()),
        Value::Object(fields) if fields.is_empty() => Some("none".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn every_value_is_on_a_line_below_what_it_is_in() {
        let value = json!({ "a": 1, "long": { "b": "x", "c": null }, "z": [ { "d": true, "e": [] }, "f" ] });
        let text = "a     1\nlong\n  b  x\n  c  none\nz\n  - d  yes\n    e  none\n  f\n";
        assert_eq!(super::lines(&value), text);
    }
}
