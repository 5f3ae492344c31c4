//! A data directory with a chain on which much has happened: what commands that read one are tried on.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use gridnet_core::Engine;
use gridnet_node::chain::Submitted;
use gridnet_node::node::{Node, Settings};
use gridnet_node::storage::{DirectoryLock, Storage};
use gridnet_protocol::block::Block;
use gridnet_protocol::pool::owner::Source;
use gridnet_protocol::value::Time;
use gridnet_tests::chain::{Shape, claim};
use gridnet_tests::receipts::Sale;
use gridnet_tests::world::NETWORK;

/// Who carried on that chain, and what they have in the end.
pub(crate) const CARRIERS: [&str; 2] = ["cat", "dan"];

/// A chain, and what is known of it.
pub(crate) struct Story {
    /// Its blocks, the first one aside.
    pub(crate) blocks: Vec<Block>,
    /// What each of the carriers has: all of it was paid for carrying.
    pub(crate) carriers: [u64; 2],
    now: Time,
}

/// A sale of energy that was settled, and data that was carried twice, the second time by somebody too whom nobody pays.
pub(crate) static STORY: LazyLock<Story> = LazyLock::new(|| {
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let mut sale = Sale::new(&engine);
    let chain = &mut sale.street.chain;
    chain.settle_in(&CARRIERS);
    let mut pool = chain.registered("sue", &Shape::default());
    // Nobody knows eve: her share is burnt.
    for (depth, carriers) in [(20, &["cat", "dan"][..]), (50, &["cat", "dan", "eve"])] {
        let issued = chain.issue(&mut pool, "bob", depth, Source::Session);
        let session = chain.session(issued, carriers);
        let claimed = chain.claimed(&pool, &session, "bob");
        chain.mine(&[claim(vec![claimed])]);
    }
    chain.wait(3);
    let carriers = CARRIERS.map(|name| chain.balance(name));
    Story { blocks: chain.blocks.iter().map(|(block, _)| block.clone()).collect(), carriers, now: chain.now }
});

/// Makes a data directory with that chain.
pub(crate) fn some_chain(path: &Path) {
    let lock = DirectoryLock::take(path).expect("a folder of one's own");
    let storage = Storage::open(&lock, NETWORK).expect("an empty folder");
    let engine = Engine::builder().device("cpu").threads(1).build().expect("a CPU");
    let mut settings = Settings::new(storage, Arc::new(engine));
    settings.directory = Some(lock);
    settings.clock.set(STORY.now);
    let node = Node::start(settings).expect("a node");
    let answers = node.submit_blocks(STORY.blocks.clone()).expect("a node that goes on");
    assert!(answers.iter().all(|answer| *answer == Submitted::Taken), "{answers:?}");
    node.stop();
}
