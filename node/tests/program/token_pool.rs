//! Pools in their owner's files, receivers, and tokens.

use gridnet_protocol::pool::OwnedPool;
use gridnet_protocol::receiver::SealSecret;
use gridnet_protocol::token::Token;
use gridnet_protocol::value::Depth;
use gridnet_protocol::{Network, SecretKey};
use serde_json::{Value, json};

use crate::run::{Ran, gridnet, keys, words};

struct Place(tempfile::TempDir);

impl Place {
    fn with_pool(options: &str) -> (Place, Value) {
        let place = Place(tempfile::tempdir().expect("a folder"));
        let line = format!("token-pool create --network regtest --expiry 900 --out @pool --json {options}");
        let created = place.run(&line).ended(0).json();
        place.run("receiver create --network regtest --out @bob").ended(0);
        (place, created)
    }

    fn run(&self, line: &str) -> Ran {
        let folder = self.0.path().to_str().expect("a plain name");
        gridnet(&words(&line.replace('@', &format!("{folder}/"))))
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

#[test]
fn a_receivers_secrets_are_files_of_the_library() {
    let place = Place(tempfile::tempdir().expect("a folder"));
    let created = place.run("receiver create --network regtest --out @ann --json").ended(0).json();
    let key = SecretKey::from_file(&place.read("ann.key")).expect("a key");
    let seal = SealSecret::from_file(&place.read("ann.seal")).expect("a secret");
    assert_eq!(created["key"], json!(hex::encode(key.public().0)));
    assert_eq!(created["seal_key"], json!(hex::encode(seal.public().0)));
}

#[test]
fn a_pool_is_created_and_shown_without_its_secrets() {
    let (place, created) = Place::with_pool("--banks 3 --length 50 --value 7");
    for key in ["pool_id", "root", "banks", "length", "coins"] {
        assert!(created.get(key).is_some(), "{key}: {created}");
    }
    assert_eq!(created["coins"], json!("1050"));
    assert_eq!((&created["banks"], &created["length"]), (&json!(3), &json!(50)));
    assert_eq!(place.run("token-pool inspect @pool --json").ended(0).json(), created);
    let file = place.read("pool");
    let pool = OwnedPool::resume(&file).expect("the pool");
    assert_eq!(created["pool_id"], json!(pool.id().to_string()));
    assert_eq!(created["root"], json!(hex::encode(pool.registration().root)));
    // The owner's seed and the master stand behind the mark and the network; no answer shows them.
    let plain = place.run("token-pool inspect @pool").ended(0).out;
    for secret in [&file[13..45], &file[53..85]] {
        let secret = hex::encode(secret);
        assert!(!created.to_string().contains(&secret) && !plain.contains(&secret));
    }
    assert!(plain.contains("3 banks of 50 blake2s hashes, 7 units each"), "{plain}");
    #[cfg(unix)]
    for name in ["pool", "bob.key", "bob.seal"] {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(place.0.path().join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name} is for its owner's eyes");
    }
}

#[test]
fn sha256_and_terms_are_chosen() {
    let (place, created) = Place::with_pool(
        "--banks 1 --length 9 --value 1 --algorithm sha256 --payrate 2/5 --rule sybil-neutral",
    );
    assert_eq!(
        (&created["algorithm"], &created["payrate"], &created["rule"]),
        (&json!("sha256"), &json!("2/5"), &json!("sybil-neutral"))
    );
    place.run("token-pool token --pool @pool --depth 2 --receiver @bob --out @t").ended(0);
    let token = Token::from_bytes(&place.read("t")).expect("a token");
    assert_eq!((token.terms.payrate.a(), token.terms.rule.name()), (2, "sybil-neutral"));
}

#[test]
fn tokens_are_issued_once_and_survive() {
    let (place, created) = Place::with_pool("--banks 2 --length 30 --value 100");
    let issue = |depth: u32, name: &str| {
        let line =
            format!("token-pool token --pool @pool --depth {depth} --receiver @bob --out @{name} --json");
        place.run(&line)
    };
    let first = issue(4, "t1").ended(0).json();
    assert_eq!(keys(&first), ["bank", "depth", "from", "session", "token_id"]);
    let second = issue(9, "t2").ended(0).json();
    assert_eq!(first["session"], second["session"]);
    assert_eq!((&second["bank"], &second["from"], &second["depth"]), (&json!(0), &json!(0), &json!(9)));
    for (name, said) in [("t1", &first), ("t2", &second)] {
        let token = Token::from_bytes(&place.read(name)).expect("a token");
        assert_eq!(token.check(Network::Regtest), Ok(()));
        assert_eq!(said["token_id"], json!(token.id(Network::Regtest).to_string()));
        assert_eq!(said["session"], json!(token.session().to_string()));
        assert_eq!(created["pool_id"], json!(token.pool.to_string()));
        let key = SecretKey::from_file(&place.read(&format!("{name}.key"))).expect("a key");
        assert_eq!(key.public(), token.first_key);
    }
    // What was handed out is not handed out again, and a refusal uses nothing up.
    let again = issue(9, "t3").ended(2);
    assert!(again.err.starts_with("error: --depth: the token's depth must be 10 to 30"), "{again:?}");
    let in_the_way = issue(12, "t2").ended(2);
    assert!(in_the_way.err.contains("there already"), "{in_the_way:?}");
    let pool = OwnedPool::resume(&place.read("pool")).expect("the pool");
    assert_eq!(pool.issued().collect::<Vec<_>>(), [Depth(9), Depth(0)]);
    // Another receiver has a bank of its own, and then there is none left.
    place.run("receiver create --network regtest --out @eve").ended(0);
    let other =
        place.run("token-pool token --pool @pool --depth 1 --receiver @eve --out @t4 --json").ended(0);
    assert_eq!(other.json()["bank"], json!(1));
    place.run("receiver create --network regtest --out @joe").ended(0);
    let none = place.run("token-pool token --pool @pool --depth 1 --receiver @joe --out @t5").ended(2);
    assert!(none.err.contains("every bank of this pool is in use"), "{none:?}");
}

#[test]
fn what_cannot_be_is_refused_and_nothing_is_overwritten() {
    let (place, _) = Place::with_pool("--banks 1 --length 5 --value 1");
    let before = place.read("pool");
    let refused = |line: &str, words: &[&str]| {
        let ran = place.run(line).ended(2);
        assert!(ran.out.is_empty(), "{ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{word}: {ran:?}");
        }
    };
    let create = "token-pool create --network regtest --expiry 900";
    refused(&format!("{create} --banks 1 --length 5 --value 1 --out @pool"), &["--out", "there already"]);
    refused(&format!("{create} --banks 0 --length 5 --value 1 --out @p"), &["--banks", "1 to 1024"]);
    refused(&format!("{create} --banks 1025 --length 5 --value 1 --out @p"), &["--banks"]);
    refused(&format!("{create} --banks 1 --length 16777217 --value 1 --out @p"), &["--length", "16777216"]);
    refused(&format!("{create} --banks 1 --length 5 --value 0 --out @p"), &["--value"]);
    refused(
        &format!("{create} --banks 9 --length 5 --value 18446744073709551615 --out @p"),
        &["--value", "64 bits"],
    );
    refused(
        &format!("{create} --banks 1 --length 5 --value 1 --payrate 4/3 --out @p"),
        &["--payrate", "a < b"],
    );
    refused(&format!("{create} --banks 1 --length 5 --value 1 --algorithm md5 --out @p"), &["--algorithm"]);
    refused("receiver create --network regtest --out @bob", &["there already"]);
    let token = "token-pool token --depth 1 --out @t";
    refused(&format!("{token} --pool @none --receiver @bob"), &["--pool", "none"]);
    refused(&format!("{token} --pool @bob --receiver @bob"), &["--pool", "GN-owner"]);
    refused(&format!("{token} --pool @pool --receiver @pool"), &["--receiver"]);
    refused(&format!("{token} --pool @pool --receiver @bob --bank 1"), &["--bank", "fewer"]);
    refused(&format!("{token} --pool @pool --receiver @bob --issued 9 --expiry 8"), &["--issued"]);
    place.run("receiver create --network main --out @main").ended(0);
    refused(&format!("{token} --pool @pool --receiver @main"), &["--receiver", "regtest"]);
    refused("token-pool inspect @bob", &["FILE"]);
    assert_eq!(place.read("pool"), before);
}

/// Several programs at once: each bank is sold to one session.
#[test]
fn programs_that_issue_at_once_wait_for_each_other() {
    let (place, _) = Place::with_pool("--banks 8 --length 30 --value 100");
    let names = ["r0", "r1", "r2", "r3"];
    for name in names {
        place.run(&format!("receiver create --network regtest --out @{name}")).ended(0);
    }
    let issued: Vec<Value> = std::thread::scope(|scope| {
        let issue = |name: &'static str| {
            let place = &place;
            scope.spawn(move || {
                let line = format!(
                    "token-pool token --pool @pool --depth 10 --receiver @{name} --out @{name}.t --json"
                );
                place.run(&line).ended(0).json()
            })
        };
        let running: Vec<_> = names.into_iter().map(issue).collect();
        running.into_iter().map(|running| running.join().expect("a token")).collect()
    });
    let mut banks: Vec<u64> = issued.iter().map(|issued| issued["bank"].as_u64().expect("a bank")).collect();
    banks.sort_unstable();
    assert_eq!(banks, [0, 1, 2, 3]);
}

#[test]
fn links_lead_to_the_one_file_there_is() {
    let (place, _) = Place::with_pool("--banks 2 --length 30 --value 100");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(place.0.path().join("pool"), place.0.path().join("link")).expect("a link");
        place.run("token-pool token --pool @link --depth 10 --receiver @bob --out @t").ended(0);
        let pool = OwnedPool::resume(&place.read("pool")).expect("the pool");
        assert_eq!(pool.issued().next(), Some(Depth(10)));
        std::fs::hard_link(place.0.path().join("pool"), place.0.path().join("hard")).expect("a link");
        let refused = place.run("token-pool token --pool @hard --depth 12 --receiver @bob --out @u").ended(2);
        assert!(refused.err.contains("several names"), "{refused:?}");
    }
}

/// Nothing is shown that is not written down: where the pool's file cannot be replaced there is no token; and where the
/// token cannot be written nothing is used up.
#[test]
fn what_cannot_be_written_is_not_issued() {
    let (place, _) = Place::with_pool("--banks 2 --length 30 --value 100");
    let before = place.read("pool");
    let refused =
        place.run("token-pool token --pool @pool --depth 10 --receiver @bob --out @none/t").ended(2);
    assert!(refused.err.contains("--out"), "{refused:?}");
    assert_eq!(place.read("pool"), before);
    // A lock that cannot be had: a folder stands in its place.
    std::fs::create_dir(place.0.path().join("pool.lock")).expect("a folder");
    let refused = place.run("token-pool token --pool @pool --depth 10 --receiver @bob --out @t").ended(2);
    assert!(refused.err.contains("--pool"), "{refused:?}");
    assert!(!place.0.path().join("t").exists() && !place.0.path().join("t.key").exists());
    assert_eq!(place.read("pool"), before);
    let left = std::fs::read_dir(place.0.path()).expect("the folder").filter_map(Result::ok);
    let left: Vec<_> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!left.iter().any(|name| name.starts_with('.')), "{left:?}");
}

#[test]
fn an_old_copy_is_restored_without_selling_twice() {
    let (place, _) = Place::with_pool("--banks 4 --length 30 --value 100");
    place.run("token-pool token --pool @pool --depth 10 --receiver @bob --out @t1").ended(0);
    std::fs::copy(place.0.path().join("pool"), place.0.path().join("copy")).expect("a copy");
    let content = "00".repeat(31) + "01";
    let bundle = format!(
        "token-pool token --pool @pool --depth 5 --receiver @bob --content {content} --out @t2 --json"
    );
    assert_eq!(place.run(&bundle).ended(0).json()["bank"], json!(1));
    let restored = place.run("token-pool restore @copy --first-unused 2 --out @new --json").ended(0).json();
    assert_eq!(restored["issued"], json!([30, 30, 0, 0]));
    let next = place.run("token-pool token --pool @new --depth 3 --receiver @bob --out @t3 --json").ended(0);
    assert_eq!(next.json()["bank"], json!(2));
    let damaged = place.0.path().join("copy");
    let mut bytes = place.read("copy");
    bytes[60] ^= 1;
    std::fs::write(damaged, bytes).expect("a file");
    let refused = place.run("token-pool restore @copy --first-unused 2 --out @other").ended(2);
    assert!(refused.err.contains("damaged"), "{refused:?}");
    let refused = place.run("token-pool restore @pool --first-unused 2 --out @new").ended(2);
    assert!(refused.err.contains("there already"), "{refused:?}");
}
