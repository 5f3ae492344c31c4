//! The program on graphics processors. Where there is none, it says so.

use crate::run::{GENESIS_HASH, Ran, gridnet, words};

/// Whether a run wanted a graphics processor where there is none and need not be one.
pub(crate) fn has_no_gpu(ran: &Ran) -> bool {
    let none = ran.code == Some(2) && ran.err.contains("no graphics processor was found");
    if none {
        assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI has a Vulkan device: {ran:?}");
        eprintln!("skipped: no graphics processor was found");
    }
    none
}

/// Runs a command line on graphics processors; `None` where there is none and need not be one.
fn on_gpu(line: &str) -> Option<Ran> {
    Some(gridnet(&words(line))).filter(|ran| !has_no_gpu(ran))
}

#[test]
fn bitcoins_first_nonce_is_found() {
    let line = "mine --device gpu --header genesis --start 2083000000 --end 2084000000 --json";
    let Some(ran) = on_gpu(line) else { return };
    let mined = ran.ended(0).json();
    assert_eq!((mined["nonce"].as_u64(), mined["hash"].as_str()), (Some(2_083_236_893), Some(GENESIS_HASH)));
    let devices = mined["devices"].as_array().expect("a list");
    assert!(devices.iter().all(|device| device["id"].as_str().is_some_and(|id| id.starts_with("gpu:"))));
}

#[test]
fn the_benchmark_prints_the_checksums_of_the_cpu() {
    let Some(ran) = on_gpu("bench --device gpu --seconds 0.01 --json") else { return };
    let rows = |ran: &Ran| -> Vec<(String, String)> {
        let json = ran.json();
        let rows = json["results"].as_array().expect("a list").clone();
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        rows.iter()
            .map(|row| {
                assert!(row["dispatches"].as_u64().is_some_and(|dispatches| dispatches > 0), "{row}");
                (format!("{} {}", text(&row["primitive"]), text(&row["algorithm"])), text(&row["checksum"]))
            })
            .collect()
    };
    let ran = ran.ended(0);
    let cpu = gridnet(&words("bench --device cpu --seconds 0.01 --json")).ended(0);
    assert_eq!(rows(&ran), rows(&cpu));
}

#[test]
fn a_machine_without_any_goes_on_with_its_cpu() {
    let without = |line: &str| {
        let ran = std::process::Command::new(crate::run::GRIDNET)
            .args(words(line))
            .env("VK_DRIVER_FILES", "/no/such/driver.json")
            .output()
            .expect("the program starts");
        Ran::from(ran)
    };
    let ran = without("mine --start 2083236000 --end 2083237000 --json").ended(0);
    assert_eq!(ran.json()["nonce"].as_u64(), Some(2_083_236_893));
    // On Metal and DirectX the setting changes nothing.
    if cfg!(target_os = "linux") {
        let ran = without("mine --device gpu");
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""));
        assert!(ran.err.starts_with("error: --device: no graphics processor was found"), "{ran:?}");
    }
}

#[test]
fn a_report_tells_of_each_device_what_it_does_and_how_well() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.json");
    let line = format!("bench --device gpu --seconds 0.01 --json --report {}", file.display());
    let Some(ran) = on_gpu(&line) else { return };
    let printed = ran.ended(0).json();
    let report: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).expect("a file")).expect("it is JSON");
    assert_eq!((report["gridnet_report"].as_u64(), report["version"].as_str()), (Some(1), Some("0.1.0")));
    assert_eq!(report["complete"].as_bool(), Some(true));
    let (mut rows, devices) = (0, report["devices"].as_array().expect("a list"));
    for device in devices {
        assert!(device["id"].as_str().is_some_and(|id| id.starts_with("gpu:")), "{device}");
        assert!(device["open_seconds"].as_f64() < device["first_answer_seconds"].as_f64(), "{device}");
        assert_eq!((device["wrong_pieces"].as_u64(), device["failed_pieces"].as_u64()), (Some(0), Some(0)));
        assert!(device["checked_answers"].as_u64() > Some(1_000), "{device}");
        for row in device["rows"].as_array().expect("a list") {
            rows += 1;
            let kernel = &row["kernels"][0];
            // Of signatures nothing is counted.
            if row["primitive"] != "verify" {
                assert!(kernel["integer_instructions"].as_f64() > Some(500.0), "{row}");
                assert!(kernel["group_size"].as_u64() >= Some(32), "{row}");
            }
            let (rate, kernel_rate) = (row["per_second"].as_f64(), row["kernel_per_second"].as_f64());
            if kernel_rate.is_some() {
                // Rounded, each by itself.
                assert!(rate <= kernel_rate.map(|rate| rate + 1.0), "{row}");
                assert!(row["dispatch_mean_ms"].as_f64() <= row["dispatch_longest_ms"].as_f64(), "{row}");
            }
            // What is not known is said to be unknown, not left out.
            assert_eq!(
                row["model_share"].is_null(),
                row["clock_mhz"].is_null() || row["primitive"] == "digest" || kernel.is_null()
            );
        }
    }
    assert_eq!(rows, 21 * devices.len());
    assert_eq!(printed["results"].as_array().map(Vec::len), Some(rows));
}

#[test]
fn tuning_is_kept_in_the_cache() {
    let cache = tempfile::tempdir().expect("a folder");
    let tuned = || -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(cache.path().join("gridnet/tunings.json")).expect("a file"))
            .expect("it is JSON")
    };
    let run = |line: &str| {
        let ran = std::process::Command::new(crate::run::GRIDNET)
            .args(words(line))
            .env("XDG_CACHE_HOME", cache.path())
            .output()
            .expect("the program starts");
        Ran::from(ran)
    };
    // Where caches are is for other systems to say.
    if !cfg!(target_os = "linux") {
        return;
    }
    let line = "mine --device gpu --start 2083236000 --end 2083237000 --json";
    let ran = run(&format!("{line} --tune"));
    if has_no_gpu(&ran) {
        return;
    }
    assert_eq!(ran.ended(0).json()["nonce"].as_u64(), Some(2_083_236_893));
    let kept = tuned();
    let keys: Vec<&String> = kept.as_object().expect("an object").keys().collect();
    assert!(keys.len() == 1 && keys[0].contains("sha256d_header"), "{keys:?}");
    // The next run has nothing to find out, and its answer is the same.
    assert_eq!(run(line).ended(0).json()["nonce"].as_u64(), Some(2_083_236_893));
    assert_eq!(tuned(), kept);
}

#[test]
fn two_devices_work_at_once_and_one_can_be_chosen() {
    // The software driver, loaded once more under another name, is another device.
    let Some(driver) = std::env::var_os("VK_DRIVER_FILES").map(std::path::PathBuf::from) else {
        eprintln!("skipped: VK_DRIVER_FILES names no driver");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let twin = folder.path().join("twin.json");
    std::fs::copy(&driver, &twin).expect("a driver's file");
    let both = std::env::join_paths([&driver, &twin]).expect("two paths");
    let ids = |line: &str| -> Vec<String> {
        let ran = std::process::Command::new(crate::run::GRIDNET)
            .args(words(line))
            .env("VK_DRIVER_FILES", &both)
            .output()
            .expect("the program starts");
        let mined = Ran::from(ran).ended(0).json();
        assert_eq!(mined["nonce"].as_u64(), Some(2_083_236_893));
        let devices = mined["devices"].as_array().expect("a list").clone();
        devices.iter().map(|device| device["id"].as_str().expect("a text").to_owned()).collect()
    };
    let line = "mine --start 2080000000 --end 2084000000 --json --device";
    let mut found = ids(&format!("{line} gpu"));
    found.sort_unstable();
    assert_eq!(found, ["gpu:0", "gpu:1"]);
    assert_eq!(ids(&format!("{line} gpu:1")), ["gpu:1"]);
    assert_eq!(ids(&format!("{line} gpu:0")), ["gpu:0"]);
}
