//! The program on graphics processors. Where there is none, it says so.

use crate::run::{GENESIS_HASH, Ran, gridnet, words};

/// Runs a command line on graphics processors; `None` where there is none and need not be one.
fn on_gpu(line: &str) -> Option<Ran> {
    let ran = gridnet(&words(line));
    if ran.code == Some(2) && std::env::var_os("CI").is_none_or(|ci| ci != "true") {
        assert!(ran.err.contains("no graphics processor was found"), "{ran:?}");
        eprintln!("skipped: no graphics processor was found");
        return None;
    }
    Some(ran)
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
