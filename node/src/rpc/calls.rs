//! The calls of a request's body: JSON-RPC 2.0, or 1.0 as Bitcoin speaks it, one or a batch. What is no call is answered
//! here; the others are handed on one by one, in one form, and answered in the form that they came in.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::failure::{Code, Failure};

/// A call as it came.
#[derive(Deserialize)]
struct Call<'a> {
    #[serde(borrow)]
    jsonrpc: Option<&'a RawValue>,
    /// Absent is not the same as null: in 2.0 nobody waits for an answer then.
    #[serde(borrow, default, deserialize_with = "present")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
}

/// The value of a member that is there, null too.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Which form an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// JSON-RPC 1.0: always a result and an error, one of them null.
    One,
    /// JSON-RPC 2.0: a result or an error.
    Two,
}

/// What a body asks.
pub(super) enum Body {
    /// One call.
    One(Result<Asked, Malformed>),
    /// A batch.
    Many(Vec<Result<Asked, Malformed>>),
}

/// A call in the form that is handed on.
pub(super) struct Asked {
    form: Form,
    /// As it came; `None`: nobody waits for an answer.
    id: Option<Box<RawValue>>,
    /// The method.
    pub(super) method: String,
    /// The call as JSON-RPC 2.0, with the id 0.
    pub(super) request: String,
}

/// What is no call.
pub(super) struct Malformed {
    form: Form,
    id: Option<Box<RawValue>>,
    failure: Failure,
}

/// Reads a body.
///
/// # Errors
/// When nothing of it can be read.
pub(super) fn read(bytes: &[u8], depth: usize, batch: usize) -> Result<Body, Malformed> {
    let whole =
        |code, message: String| Malformed { form: Form::Two, id: None, failure: Failure::new(code, message) };
    if is_deeper(bytes, depth) {
        let message = format!("lists and objects stand in each other more than {depth} deep");
        return Err(whole(Code::Parse, message));
    }
    let no_json = |error: serde_json::Error| whole(Code::Parse, format!("this is no JSON: {error}"));
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => {
            let entries: Vec<&RawValue> = serde_json::from_slice(bytes).map_err(no_json)?;
            if entries.is_empty() {
                return Err(whole(Code::Request, "a batch of no calls".to_owned()));
            }
            if entries.len() > batch {
                let message = format!("a batch has {batch} calls at most, not {}", entries.len());
                return Err(whole(Code::Batch, message));
            }
            Ok(Body::Many(entries.into_iter().map(|entry| call(entry.get())).collect()))
        }
        _ => {
            let entry: &RawValue = serde_json::from_slice(bytes).map_err(no_json)?;
            Ok(Body::One(call(entry.get())))
        }
    }
}

/// Reads a call.
fn call(text: &str) -> Result<Asked, Malformed> {
    let bad = |form, id: Option<&RawValue>, message: String| Malformed {
        form,
        id: id.map(ToOwned::to_owned),
        failure: Failure::new(Code::Request, message),
    };
    let call: Call<'_> = serde_json::from_str(text)
        .map_err(|error| bad(Form::Two, None, format!("this is no call with a method: {error}")))?;
    let form = match call.jsonrpc.map(RawValue::get) {
        Some("\"2.0\"") => Form::Two,
        None | Some("\"1.0\"" | "\"1.1\"" | "null") => Form::One,
        Some(_) => return Err(bad(Form::Two, call.id, "jsonrpc is \"2.0\" or absent".to_owned())),
    };
    // In 1.0 everybody is answered.
    let null = || RawValue::from_string("null".to_owned()).expect("null is JSON");
    let id = call.id.map(ToOwned::to_owned).or_else(|| (form == Form::One).then(null));
    if call.id.is_some_and(|id| id.get().starts_with(['{', '['])) {
        return Err(bad(form, None, "an id is a number, a string or null".to_owned()));
    }
    let params = call.params.map(RawValue::get).filter(|params| *params != "null");
    if params.is_some_and(|params| !params.starts_with(['{', '['])) {
        return Err(bad(form, call.id, "params are a list or an object".to_owned()));
    }
    #[derive(Serialize)]
    struct Request<'a> {
        jsonrpc: &'static str,
        id: u32,
        method: &'a str,
        params: Option<&'a RawValue>,
    }
    let params = params.and(call.params);
    let request = Request { jsonrpc: "2.0", id: 0, method: &call.method, params };
    let request = serde_json::to_string(&request).expect("a map with names for keys");
    Ok(Asked { form, id, method: call.method.into_owned(), request })
}

/// What was answered to a call, in JSON-RPC 2.0.
#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl Asked {
    /// The answer in the form of the question; `None` when nobody waits for it.
    pub(super) fn answer(&self, reply: &[u8]) -> Option<String> {
        let id = self.id.as_deref()?;
        let reply = serde_json::from_slice(reply).unwrap_or(Reply { result: None, error: None });
        let Reply { result, error } = reply;
        Some(answer(self.form, id, error.is_none().then_some(result), error))
    }

    /// The same, of a failure.
    pub(super) fn fail(&self, failure: &Failure) -> Option<String> {
        Some(failed(self.form, self.id.as_deref()?, failure))
    }
}

impl Malformed {
    /// The answer, when it is refused for another reason.
    pub(super) fn refused(self, failure: Failure) -> String {
        Malformed { failure, ..self }.answer()
    }

    /// The answer.
    pub(super) fn answer(&self) -> String {
        let null = RawValue::from_string("null".to_owned()).expect("null is JSON");
        failed(self.form, self.id.as_deref().unwrap_or(&null), &self.failure)
    }
}

fn failed(form: Form, id: &RawValue, failure: &Failure) -> String {
    let mut error = serde_json::json!({ "code": failure.code as i32, "message": failure.message });
    if let Some(data) = &failure.data {
        error["data"] = data.clone();
    }
    answer::<Value, _>(form, id, None, Some(error))
}

fn answer<R: Serialize, E: Serialize>(
    form: Form,
    id: &RawValue,
    result: Option<R>,
    error: Option<E>,
) -> String {
    #[derive(Serialize)]
    struct One<'a, R, E> {
        result: Option<R>,
        error: Option<E>,
        id: &'a RawValue,
    }
    #[derive(Serialize)]
    struct Two<'a, R, E> {
        jsonrpc: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        result: Option<R>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<E>,
        id: &'a RawValue,
    }
    let text = match form {
        Form::One => serde_json::to_string(&One { result, error, id }),
        Form::Two => serde_json::to_string(&Two { jsonrpc: "2.0", result, error, id }),
    };
    text.expect("maps with names for keys")
}

/// Whether lists and objects stand in each other more than so deep. It is looked at before anything is parsed.
pub(super) fn is_deeper(bytes: &[u8], max: usize) -> bool {
    let (mut depth, mut is_text, mut is_escaped) = (0usize, false, false);
    for byte in bytes {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            _ if is_text => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > max {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Body, Malformed, is_deeper, read};
    use serde_json::{Value, json};

    /// Reads a body of one call, and answers it with seven, or with its own request.
    fn one(body: &str) -> Result<(Value, Option<Value>), Value> {
        let refused = |bad: Malformed| serde_json::from_str::<Value>(&bad.answer()).expect("JSON");
        match read(body.as_bytes(), 64, 10).map_err(refused)? {
            Body::One(asked) => {
                let asked = asked.map_err(refused)?;
                let answer = asked.answer(br#"{"jsonrpc":"2.0","id":0,"result":7}"#);
                let request = serde_json::from_str(&asked.request).expect("JSON");
                Ok((request, answer.map(|answer| serde_json::from_str(&answer).expect("JSON"))))
            }
            Body::Many(_) => panic!("{body} is no batch"),
        }
    }

    #[test]
    fn each_form_is_answered_in_its_own() {
        for (body, answer) in [
            (r#"{"method":"a","id":1}"#, Some(json!({"result": 7, "error": null, "id": 1}))),
            (r#"{"method":"a"}"#, Some(json!({"result": 7, "error": null, "id": null}))),
            (
                r#"{"jsonrpc":"1.0","method":"a","id":"x"}"#,
                Some(json!({"result": 7, "error": null, "id": "x"})),
            ),
            (
                r#"{"jsonrpc":"2.0","method":"a","id":-1.5}"#,
                Some(json!({"jsonrpc": "2.0", "result": 7, "id": -1.5})),
            ),
            (
                r#"{"jsonrpc":"2.0","method":"a","id":null}"#,
                Some(json!({"jsonrpc": "2.0", "result": 7, "id": null})),
            ),
            // Nobody waits for an answer.
            (r#"{"jsonrpc":"2.0","method":"a"}"#, None),
        ] {
            let (request, given) = one(body).expect(body);
            assert_eq!(request, json!({"jsonrpc": "2.0", "id": 0, "method": "a", "params": null}), "{body}");
            assert_eq!(given, answer, "{body}");
        }
    }

    #[test]
    fn parameters_are_handed_on_as_they_are() {
        for params in ["[1,\"\\u00e4\"]", r#"{"a":{"b":[]}}"#, "[]"] {
            let body = format!(r#" {{"id":1,"method":"\u0061","params":{params},"more":[1]}} "#);
            let (request, _) = one(&body).expect(&body);
            assert_eq!(request["params"], serde_json::from_str::<Value>(params).expect("JSON"), "{params}");
            assert_eq!(request["method"], "a");
        }
    }

    #[test]
    fn what_is_no_call_is_told_so() {
        for (body, code, id) in [
            ("", -32700, Value::Null),
            ("{", -32700, Value::Null),
            ("nonsense", -32700, Value::Null),
            ("\u{feff}{}", -32700, Value::Null),
            (r#"{"method":"a","id":1} x"#, -32700, Value::Null),
            ("7", -32600, Value::Null),
            ("{}", -32600, Value::Null),
            ("[]", -32600, Value::Null),
            (r#"{"method":7,"id":1}"#, -32600, Value::Null),
            (r#"{"method":"a","id":{}}"#, -32600, Value::Null),
            (r#"{"method":"a","id":3,"params":7}"#, -32600, json!(3)),
            (r#"{"jsonrpc":"3.0","method":"a","id":3}"#, -32600, json!(3)),
        ] {
            let answer = one(body).expect_err(body);
            assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &id), "{body}: {answer}");
        }
        assert!(read(b"\xff\xfe", 64, 10).is_err());
    }

    #[test]
    fn a_batch_is_bounded_and_its_entries_are_each_their_own() {
        let entry = r#"{"method":"a","id":1}"#;
        let batch = |count| format!("[{}]", vec![entry; count].join(","));
        let Ok(Body::Many(calls)) = read(batch(10).as_bytes(), 64, 10) else { panic!("ten calls") };
        assert!(calls.len() == 10 && calls.iter().all(Result::is_ok));
        assert!(read(batch(11).as_bytes(), 64, 10).is_err());
        let mixed = format!(r#"[7, {entry}, [], {{"jsonrpc":"2.0","method":"a"}}]"#);
        let Ok(Body::Many(calls)) = read(mixed.as_bytes(), 64, 10) else { panic!("four entries") };
        assert_eq!(calls.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, false, true]);
    }

    #[test]
    fn depth_is_what_stands_in_each_other_outside_of_texts() {
        let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
        assert!(!is_deeper(nested(64).as_bytes(), 64) && is_deeper(nested(65).as_bytes(), 64));
        assert!(!is_deeper("[]".repeat(1_000).as_bytes(), 64));
        assert!(!is_deeper(br#""[[[[\"[[[[""#, 3) && is_deeper(br#""\\"[[[["#, 3));
        assert!(read(nested(1_000_000).as_bytes(), 64, 10).is_err());
    }
}
