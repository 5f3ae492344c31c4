//! Data directories: one process, one network, one format; what is damaged is noticed and made anew.

use std::path::Path;

use gridnet_core::Control;
use gridnet_node::node::{Node, NodeError, Settings};
use gridnet_node::repair::{self, Checked};
use gridnet_node::storage::{
    DATABASE, DirectoryLock, FORMAT, Overlay, Read as _, Space, Storage, StorageError,
};
use gridnet_protocol::Network;
use gridnet_protocol::state::Table;
use gridnet_protocol::value::Height;

use crate::setup::{NETWORK, engine, mine, nobody, pay, rows};

fn start(path: &Path) -> Result<Node, NodeError> {
    let directory = DirectoryLock::take(path)?;
    repair::adopt(&directory)?;
    let storage = Storage::open(&directory, NETWORK)?;
    Node::start(Settings { directory: Some(directory), ..Settings::new(storage, engine()) })
}

/// A directory with a chain of five blocks, and one transaction that waits.
fn directory() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let node = start(folder.path()).expect("a new directory");
    node.submit_transaction(pay(0, nobody(4), 5)).expect("it waits");
    mine(&node, nobody(1), 5);
    node.submit_transaction(pay(1, nobody(4), 5)).expect("it waits");
    node.stop();
    folder
}

fn storage(path: &Path) -> Storage {
    Storage::open(&DirectoryLock::take(path).expect("nobody has it"), NETWORK).expect("a database")
}

#[test]
fn a_node_goes_on_where_it_stopped() {
    let folder = directory();
    let node = start(folder.path()).expect("a sound directory");
    assert_eq!(node.tips().borrow().height, Height(5));
    assert_eq!(node.waiting().expect("alive").len(), 1);
    mine(&node, nobody(1), 1);
    assert_eq!(node.waiting().expect("alive").len(), 0);
}

#[test]
fn two_processes_do_not_share_a_directory() {
    let folder = directory();
    let node = start(folder.path()).expect("a sound directory");
    let second = start(folder.path()).map(drop);
    let Err(NodeError::Storage(StorageError::Locked { path, process })) = second else {
        panic!("{second:?}")
    };
    assert_eq!((path.as_path(), process), (folder.path(), Some(std::process::id())));
    drop(node);
    start(folder.path()).expect("the first has gone");
}

#[test]
fn another_network_and_a_newer_format_are_refused() {
    let folder = directory();
    let lock = DirectoryLock::take(folder.path()).expect("nobody has it");
    let other = Storage::open(&lock, Network::Main).map(drop);
    assert!(
        matches!(&other, Err(StorageError::Network { recorded: "regtest", asked: "main", .. })),
        "{other:?}"
    );
    drop(lock);
    damage(folder.path(), |overlay| {
        overlay.put(Space::Meta, b"format".to_vec(), (FORMAT + 1).to_le_bytes().to_vec());
    });
    let newer = start(folder.path()).map(drop).map_err(|error| error.to_string());
    assert!(newer.as_ref().is_err_and(|why| why.contains("use a newer one")), "{newer:?}");
}

#[test]
fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(DATABASE), b"something else, and long enough to be looked at")
        .expect("a file");
    assert!(matches!(start(folder.path()).map(drop), Err(NodeError::Storage(_))));
    let file = folder.path().join("file");
    std::fs::write(&file, b"").expect("a file");
    assert!(matches!(start(&file).map(drop), Err(NodeError::Storage(StorageError::File { .. }))));
}

/// Changes something that only a node should.
fn damage(path: &Path, change: impl FnOnce(&mut Overlay)) {
    let storage = storage(path);
    let mut overlay = Overlay::new(storage.snapshot().expect("a snapshot"));
    change(&mut overlay);
    storage.commit(&overlay).expect("a disk");
}

/// The first key of a space, and of a table of the state.
fn first(overlay: &Overlay, space: Space, prefix: &[u8]) -> (Vec<u8>, Vec<u8>) {
    overlay.entries(space, prefix, &[], 1).expect("a disk").remove(0)
}

/// Something that is damaged.
type Damage = fn(&mut Overlay);

/// An account gets a coin more.
fn money(overlay: &mut Overlay) {
    let (key, mut value) = first(overlay, Space::State, &[Table::Accounts as u8]);
    value[0] ^= 1;
    overlay.put(Space::State, key, value);
}

#[test]
fn a_state_that_does_not_add_up_is_not_built_on_and_is_made_anew() {
    let damages: [(&str, Damage); 3] = [
        ("money", money),
        ("tip", |overlay| {
            let (key, _) = overlay.last(Space::Heights).expect("a disk").expect("a block");
            overlay.remove(Space::Heights, key);
        }),
        ("block", |overlay| {
            let (_, id) = overlay.last(Space::Heights).expect("a disk").expect("a block");
            let (_, before) = first(overlay, Space::Heights, &4u32.to_be_bytes());
            // The last block itself is needed to make it anew: that is for another one to lose.
            overlay.put(Space::Heights, 5u32.to_be_bytes().to_vec(), before);
            let _ = id;
        }),
    ];
    for (name, change) in damages {
        let folder = directory();
        let sound = {
            let node = start(folder.path()).expect("a sound directory");
            rows(&node)
        };
        damage(folder.path(), change);
        let refused = start(folder.path()).map(drop);
        let Err(NodeError::Unsound(_)) = &refused else { panic!("{name}: {refused:?}") };
        let text = refused.expect_err("it is unsound").to_string();
        assert!(text.contains("node check") && text.contains("node reindex"), "{text}");
        let lock = DirectoryLock::take(folder.path()).expect("nobody has it");
        let mut seen = Height(0);
        let made =
            repair::reindex(&lock, NETWORK, &engine(), &Control::default(), &mut |height| seen = height)
                .expect("blocks are there");
        assert_eq!((made.blocks, made.height, seen), (5, Height(5), Height(5)), "{name}");
        drop(lock);
        let node = start(folder.path()).expect("it was made anew");
        assert_eq!(rows(&node), sound, "{name}");
        assert!(folder.path().join(repair::OLD).exists(), "the old one is kept");
    }
}

#[test]
fn a_check_finds_what_a_start_does_not_look_at() {
    let folder = directory();
    let checked = repair::check(&mut storage(folder.path()), &mut |_| {}).expect("a sound database");
    assert_eq!((checked.blocks, checked.waiting), (6, 1));
    assert_ne!(checked, Checked::default());
    let damages: [(&str, Damage); 7] = [
        ("a transaction is not where", |overlay| {
            let (key, _) = first(overlay, Space::Transactions, &[]);
            overlay.remove(Space::Transactions, key);
        }),
        ("is not there", |overlay| {
            let (_, id) = first(overlay, Space::Heights, &2u32.to_be_bytes());
            overlay.remove(Space::Blocks, id);
        }),
        ("another block's", |overlay| {
            let (_, id) = first(overlay, Space::Heights, &2u32.to_be_bytes());
            let (_, other) = first(overlay, Space::Heights, &3u32.to_be_bytes());
            let bytes = overlay.get(Space::Blocks, &other).expect("a disk").expect("a block");
            overlay.put(Space::Blocks, id, bytes);
        }),
        ("another block's", |overlay| {
            let (_, id) = first(overlay, Space::Heights, &2u32.to_be_bytes());
            let mut bytes = overlay.get(Space::Blocks, &id).expect("a disk").expect("a block");
            // The last byte of its coinbase: the header is its own still.
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            overlay.put(Space::Blocks, id, bytes);
        }),
        ("its header is not known", |overlay| {
            let (_, id) = first(overlay, Space::Heights, &3u32.to_be_bytes());
            overlay.remove(Space::Headers, id);
        }),
        ("what takes it back", |overlay| {
            let (_, id) = first(overlay, Space::Heights, &3u32.to_be_bytes());
            overlay.remove(Space::Undo, id);
        }),
        ("not that of its rows", |overlay| {
            // Something that holds no money: how many fall due at a height.
            let (key, _) = first(overlay, Space::State, &[Table::DueCounts as u8]);
            overlay.remove(Space::State, key);
        }),
    ];
    for (expected, change) in damages {
        let folder = directory();
        damage(folder.path(), change);
        let found = repair::check(&mut storage(folder.path()), &mut |_| {}).map(drop);
        let why = found.expect_err(expected).to_string();
        assert!(why.contains(expected), "{expected}: {why}");
    }
}

#[test]
fn a_chain_is_made_anew_without_what_is_kept_of_its_order() {
    let folder = directory();
    let sound = rows(&start(folder.path()).expect("a sound directory"));
    damage(folder.path(), |overlay| {
        for (key, _) in overlay.entries(Space::Children, &[], &[], 100).expect("a disk") {
            overlay.remove(Space::Children, key);
        }
        let (key, _) = first(overlay, Space::Headers, &[]);
        overlay.put(Space::Headers, key, b"nothing".to_vec());
    });
    let lock = DirectoryLock::take(folder.path()).expect("nobody has it");
    let made = repair::reindex(&lock, NETWORK, &engine(), &Control::default(), &mut |_| {})
        .expect("blocks are there");
    assert_eq!(made.height, Height(5));
    drop(lock);
    assert_eq!(rows(&start(folder.path()).expect("it was made anew")), sound);
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_begun_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink("/nowhere/chain", folder.path().join(DATABASE)).expect("a link");
    let refused = start(folder.path()).map(drop).expect_err("its disk is not there").to_string();
    assert!(refused.contains("leads to is not there"), "{refused}");
}

#[test]
fn what_was_made_anew_is_put_in_its_place_after_a_kill() {
    let folder = directory();
    let rename = |from: &str, to: &str| {
        std::fs::rename(folder.path().join(from), folder.path().join(to)).expect("a file");
    };
    rename(DATABASE, "chain.anew.redb");
    std::fs::write(folder.path().join(repair::OLD), b"the old one").expect("a file");
    assert_eq!(start(folder.path()).expect("it is adopted").tips().borrow().height, Height(5));
}
