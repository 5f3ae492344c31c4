//! How many transit pools a second the chosen devices verify, from the host's memory to verdicts:
//! `cargo run --release -p gridnet-benches --example transit_many [how many] [hops] [hashes] [device ...]`.
#![forbid(unsafe_code)]

use gridnet_core::{Control, Engine, Error};
use gridnet_protocol::pool::ChainFunction;
use gridnet_protocol::sample::{Plan, Sampler};
use gridnet_protocol::transit::ClaimedPool;
use gridnet_protocol::verify::verify_transit_pools;

/// Turns.
const TURNS: usize = 7;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, hops, length) = (number(262_144), number(3) as usize, number(100) as u32);
    let engine = arguments.fold(Engine::builder(), |builder, device| builder.device(device)).build()?;
    engine.warm_up();

    let cpu = Engine::builder().device("cpu").build()?;
    let plan = Plan { count, hops, length, bad_in_a_million: 0, seed: 1 };
    let mut sampler = Sampler::new(plan, ChainFunction::Blake2s).expect("a plan");
    let mut samples = Vec::new();
    for number in 0.. {
        let batch = sampler.batch(&cpu, number, &Control::default())?;
        if batch.is_empty() {
            break;
        }
        samples.extend(batch);
    }
    let mut context = sampler.context().clone();
    samples.iter().for_each(|sample| sample.enter(&mut context));
    let claims: Vec<ClaimedPool> = samples.into_iter().map(|sample| sample.claim).collect();

    for turn in 1..=TURNS {
        let verified = verify_transit_pools(&engine, &claims, &context, &Control::default())?;
        assert!(verified.verdicts.iter().all(Result::is_ok), "all are good");
        println!("turn {turn}: {:.0} pools/s", claims.len() as f64 / verified.elapsed.as_secs_f64());
        for (what, shares) in [
            ("digests", &verified.work.digests),
            ("signatures", &verified.work.signatures),
            ("steps", &verified.work.steps),
        ] {
            for share in shares {
                let busy = share.busy.map_or_else(String::new, |busy| format!(", busy {busy:.1?}"));
                println!("  {} {what} on {} ({}){busy}", share.done, share.id, share.path);
            }
        }
    }
    Ok(())
}
