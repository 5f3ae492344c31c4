//! How many signatures a graphics processor checks in a second, from the host's memory and back:
//! `cargo run --release -p gridnet-core --example verify_gpu [log2 of how many] [bytes of a message] [device]`.

#![forbid(unsafe_code)]

use std::time::Instant;

use ed25519_zebra::{SigningKey, VerificationKeyBytes};
use gridnet_core::{Control, Engine, Error, Verify};

/// Different signatures; they are repeated.
const DIFFERENT: usize = 1 << 12;
const RUNS: usize = 10;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: usize| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, length) = (1usize << number(20).min(26), number(32));
    let device = arguments.next().unwrap_or_else(|| "gpu".to_owned());

    let secrets: Vec<SigningKey> = (0..DIFFERENT)
        .map(|i| SigningKey::from(std::array::from_fn(|byte| (i >> (byte % 2 * 8)) as u8)))
        .collect();
    let keys: Vec<[u8; 32]> =
        secrets.iter().map(|secret| VerificationKeyBytes::from(secret).into()).collect();
    let message = |i: usize| (0..length).map(|byte| (i * 31 + byte * 7) as u8).collect::<Vec<u8>>();
    let messages: Vec<u8> = (0..DIFFERENT).flat_map(message).collect();
    let signatures: Vec<[u8; 64]> =
        secrets.iter().enumerate().map(|(i, secret)| secret.sign(&message(i)).to_bytes()).collect();
    let times = count.div_ceil(DIFFERENT);
    let (keys, signatures) = (keys.repeat(times), signatures.repeat(times));
    let messages = messages.repeat(times);
    let count = keys.len();

    let engine = Engine::builder().device(device).build()?;
    for device in engine.devices() {
        println!("{} {} ({})", device.id, device.name, device.driver.as_deref().unwrap_or("no driver"));
    }
    let began = Instant::now();
    engine.warm_up();
    println!("ready in {:.2?}", began.elapsed());
    let verify = Verify { keys: &keys, messages: &messages, length, signatures: &signatures };
    for run in 0..=RUNS {
        let report = engine.verify(&verify, &Control::default())?;
        let bad = report.value.iter().filter(|verdict| verdict.is_err()).count();
        assert_eq!(bad, 0, "all of them are good");
        let rate = count as f64 / report.elapsed.as_secs_f64() / 1e6;
        print!("{}{rate:.3} M/s", if run == 0 { "first: " } else { "" });
        for share in &report.devices {
            let busy = share.busy.map_or_else(
                || "not timed".to_owned(),
                |busy| {
                    let alone = share.done as f64 / busy.as_secs_f64() / 1e6;
                    format!("busy {busy:.1?}, {alone:.3} M/s alone")
                },
            );
            print!("; {} {}: {} in {} batches, {busy}", share.id, share.path, share.done, share.dispatches);
        }
        println!();
    }
    Ok(())
}
