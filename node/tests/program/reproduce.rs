//! Wrong answers asked again.

use crate::gpu::has_no_gpu;
use crate::run::{Ran, gridnet, words};

/// A file as a disagreement leaves it.
pub(crate) fn disagreement(device: &str) -> String {
    format!(
        r#"{{
  "gridnet_disagreement": 1,
  "version": "0.1.0",
  "device": {{ "id": "{device}", "name": "a card", "backend": "vulkan", "driver": null }},
  "path": "wgsl",
  "kernels": [{{ "name": "blake2s_walk", "group_size": 128, "invocations": 65536, "dispatch_ms": 20 }}],
  "what": "the end of value 3 of 1000 is 00…, not 01…",
  "algorithm": "blake2s",
  "personal": "474e2d686f705f5f",
  "primitive": "walk",
  "start": "6d6f7265206c69676874206d6f7265206c69676874206d6f7265206c69676874",
  "steps": 100,
  "count": 1000
}}"#
    )
}

/// Asks what a file says, changed like this.
fn asked(from: &str, to: &str, more: &str) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("disagreement.json");
    let text = disagreement("cpu");
    assert!(text.contains(from), "{from} is not in the file");
    std::fs::write(&file, text.replace(from, to)).expect("it can be written");
    gridnet(&words(&format!("reproduce {} {more}", file.display())))
}

#[test]
fn a_device_that_is_right_is_said_to_be() {
    let ran = asked("", "", "--device gpu --times 3 --json");
    if has_no_gpu(&ran) {
        return;
    }
    let json = ran.ended(0).json();
    assert_eq!((json["reproduced"].as_bool(), json["times"].as_u64()), (Some(false), Some(3)));
    assert_eq!((json["wrong"].as_u64(), json["wrong_answers"].as_array().map(Vec::len)), (Some(0), Some(0)));
    assert_eq!((json["same_device"].as_bool(), json["not_asked"].is_null()), (Some(false), true));
    // What comes from the file is text, whatever it holds.
    let plain = asked("not 01…", "not \\u001b[31m01\\n…", "--device gpu").ended(0).out;
    let recorded =
        "recorded: the end of value 3 of 1000 is 00…, not \\u{1b}[31m01\\n…, by cpu a card, vulkan no driver";
    let lines: Vec<&str> = plain.lines().collect();
    assert_eq!(lines[..2], [recorded, "asked is another device, or another driver"], "{plain}");
    assert!(lines[2].starts_with("asked gpu:") && lines[2].ends_with(" once: wrong never"), "{plain}");
}

#[test]
fn a_device_that_cannot_be_asked_is_not_cleared() {
    // So long a message has no kernel: the CPU hashes it.
    let long = format!(r#""primitive": "digest", "message": "{}", "count": 3"#, "00".repeat(2_000));
    let text = disagreement("cpu");
    let walk = &text[text.find("\"primitive\"").expect("it is there")..text.rfind('}').expect("it ends")];
    let ran = asked(walk, &long, "--device gpu --json");
    if has_no_gpu(&ran) {
        return;
    }
    let json = ran.ended(1).json();
    assert_eq!(json["not_asked"].as_str(), Some("it has no kernel for such a question"));
    assert_eq!(json["reproduced"].as_bool(), Some(false));
}

#[test]
fn graphics_processors_are_asked_all_kinds_of_questions() {
    let search = r#""primitive": "search", "message": "00000000000000000000", "siblings": [],
        "nonce_offset": 2, "nonce_bytes": 8, "nonce_big_endian": true, "start": "4294960000",
        "end": "4294970000", "digest_big_endian": true, "limit": 3,
        "target": "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff""#;
    let digest = r#""primitive": "digest", "message": "616263", "count": 100"#;
    let text = disagreement("cpu");
    let walk = &text[text.find("\"primitive\"").expect("it is there")..text.rfind('}').expect("it ends")];
    for question in [walk, search, digest] {
        let ran = asked(walk, question, "--device gpu --json");
        if has_no_gpu(&ran) {
            return;
        }
        let json = ran.ended(0).json();
        assert_eq!(json["reproduced"].as_bool(), Some(false));
        assert!(json["devices"][0].as_str().is_some_and(|device| device.starts_with("gpu:")), "{json}");
    }
}

#[test]
fn files_that_cannot_be_asked_are_refused() {
    for (from, to, what) in [
        ("\"gridnet_disagreement\": 1", "\"gridnet_disagreement\": 9", "its format is 9"),
        ("\"version\"", "\"edition\"", "not a file that a disagreement"),
        ("walk", "run", "not a file that a disagreement"),
        ("blake2s", "md5", "unknown hash function"),
        ("474e2d686f705f5f", "474e2d686f705f5f00", "at most 8 bytes"),
        ("474e2d686f705f5f", "g", "personal: "),
        ("6d6f72", "6d6f", "not a file that a disagreement"),
        ("\"count\": 1000", "\"count\": 0", "number of copies must be 1 to"),
        ("\"count\": 1000", "\"count\": 100000000000", "number of copies must be 1 to"),
        ("\"count\": 1000", "\"count\": -1", "not a file that a disagreement"),
    ] {
        let ran = asked(from, to, "--device gpu");
        if has_no_gpu(&ran) {
            return;
        }
        let ran = ran.ended(2);
        assert!(ran.out.is_empty() && ran.err.starts_with("error: FILE: "), "{ran:?}");
        assert!(ran.err.contains(what) && ran.err.lines().count() == 1, "{what}: {ran:?}");
    }
    let ran = gridnet(&words("reproduce /no/such/file")).ended(2);
    assert!(ran.err.starts_with("error: FILE: \"/no/such/file\": "), "{ran:?}");
    for (device, what) in
        [("gpu:ff:1f.7", "name one of them with --device"), ("cpu", "name a graphics processor")]
    {
        let ran = asked("\"cpu\"", &format!("{device:?}"), "").ended(2);
        assert!(ran.err.starts_with("error: FILE: ") && ran.err.contains(what), "{ran:?}");
    }
    let ran = asked("", "", "--device gpu:ff:1f.7").ended(2);
    assert!(ran.err.starts_with("error: --device: no device answers to \"gpu:ff:1f.7\""), "{ran:?}");
    let ran = asked("", "", "--device cpu").ended(2);
    assert!(ran.err.starts_with("error: --device: the CPU is what all others"), "{ran:?}");
}
