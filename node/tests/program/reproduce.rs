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
fn a_device_that_is_right_again_is_said_to_be() {
    let ran = asked("", "", "--times 3 --json").ended(0);
    let json = ran.json();
    assert_eq!((json["reproduced"].as_bool(), json["times"].as_u64()), (Some(false), Some(3)));
    assert_eq!((json["wrong"].as_u64(), json["what"].as_array().map(Vec::len)), (Some(0), Some(0)));
    let plain = asked("", "", "").ended(0).out;
    assert!(plain.starts_with("before: the end of value 3 of 1000 is 00…, not 01…\n"), "{plain}");
    assert!(plain.contains("asked 1 times on cpu ") && plain.ends_with(": wrong 0 times\n"), "{plain}");
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
        ("walk", "run", "not a file that a disagreement"),
        ("blake2s", "md5", "unknown hash function"),
        ("474e2d686f705f5f", "474e2d686f705f5f00", "at most 8 bytes"),
        ("474e2d686f705f5f", "g", "personal: "),
        ("6d6f72", "6d6f", "not a file that a disagreement"),
        ("\"count\": 1000", "\"count\": 0", "number of copies must be 1 to"),
        ("\"count\": 1000", "\"count\": 100000000000", "number of copies must be 1 to"),
        ("\"count\": 1000", "\"count\": -1", "not a file that a disagreement"),
    ] {
        let ran = asked(from, to, "").ended(2);
        assert!(ran.out.is_empty() && ran.err.starts_with("error: FILE: "), "{ran:?}");
        assert!(ran.err.contains(what) && ran.err.lines().count() == 1, "{what}: {ran:?}");
    }
    let ran = gridnet(&words("reproduce /no/such/file")).ended(2);
    assert!(ran.err.starts_with("error: FILE: /no/such/file: "), "{ran:?}");
    let ran = asked("\"cpu\"", "\"gpu:ff:1f.7\"", "").ended(2);
    assert!(ran.err.starts_with("error: --device: no device answers to \"gpu:ff:1f.7\""), "{ran:?}");
}
