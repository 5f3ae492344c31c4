//! `gridnet rpc`: any method of a node.

use serde_json::{Value, json};

use super::reach;
use crate::cli::Rpc;
use crate::outcome::{Failure, Outcome};
use crate::output;

/// Asks.
pub(crate) fn run(args: &Rpc) -> Result<Outcome, Failure> {
    let network = reach::network(&args.home)?;
    let params = params(&args.params);
    let client = reach::client(&args.asking, &args.home, network)?;
    if args.json {
        let whole = client.call_whole(&args.method, &params)?;
        let is_good = whole.get("error").is_none_or(Value::is_null);
        output::object(&whole)?;
        return Ok(Outcome::of(is_good));
    }
    let text = match client.call(&args.method, &params)? {
        Value::Null => String::new(),
        Value::String(text) => format!("{text}\n"),
        other => {
            let pretty = serde_json::to_string_pretty(&other);
            format!("{}\n", pretty.map_err(|error| Failure::Internal(error.to_string()))?)
        }
    };
    output::text(&text)?;
    Ok(Outcome::Good)
}

/// One object names its parameters, everything else stands in its place. What is no JSON is text, and so is hex that
/// could be read as a number: 12e4, or an id of digits alone.
fn params(texts: &[String]) -> Value {
    let value = |text: &String| {
        let is_meant = |parsed: &Value| {
            let again = parsed.to_string();
            !parsed.is_number() || again == *text
        };
        serde_json::from_str(text).ok().filter(is_meant).unwrap_or_else(|| json!(text))
    };
    let mut values: Vec<Value> = texts.iter().map(value).collect();
    match values.as_slice() {
        [Value::Object(_)] => values.swap_remove(0),
        _ => Value::Array(values),
    }
}

#[cfg(test)]
mod tests {
    use super::params;
    use serde_json::json;

    #[test]
    fn parameters_are_json_or_text() {
        let of = |texts: &[&str]| params(&texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&[]), json!([]));
        assert_eq!(of(&["00ff", "2", "true", "[1]", "\"2\""]), json!(["00ff", 2, true, [1], "2"]));
        assert_eq!(of(&["{\"a\": 1}"]), json!({ "a": 1 }));
        assert_eq!(of(&["{\"a\": 1}", "x"]), json!([{ "a": 1 }, "x"]));
        let digits = "1".repeat(64);
        assert_eq!(of(&["{", "12e4", &digits, "-7", "0.5"]), json!(["{", "12e4", digits, -7, 0.5]));
    }
}
