//! Which paths ran: said on the error stream, and to whoever names a file in `GRIDNET_PATHS_FILE`.

use std::io::Write;

use gridnet_simd::{Function, Kernel, Path};

use crate::digest::Batch;
use crate::oracle::Hash;
use crate::{Question, kernels};

/// Paths whose instructions are SHA-256's own.
const SHA_ONLY: [Path; 2] = [Path::ShaNi, Path::Armv8Sha];

#[test]
fn every_path_of_this_cpu_runs_and_says_so() {
    for path in Path::available() {
        let mut shapes = Vec::new();
        for function in Function::ALL {
            let is_sha = matches!(function, Function::Sha256 | Function::Sha256d);
            let kernel = Kernel::new(path, function);
            assert_eq!(kernel.is_some(), is_sha || !SHA_ONLY.contains(&path), "{path:?} {function:?}");
            let Some(kernel) = kernel else { continue };
            assert_eq!((kernel.path(), kernel.function()), (path, function));
            let (lanes, groups) = kernel.shape();
            assert_eq!(kernel.lanes(), lanes * groups);
            let batch = Batch::painted(Hash::plain(function), 80, 2 * kernel.lanes() + 1);
            assert_eq!(batch.judge(&batch.ask(kernel)), Ok(()), "{path:?} {function:?}");
            shapes.push(format!("{function:?} ×{lanes} ×{groups}"));
        }
        // Not println!: a test that passes must say this too.
        writeln!(std::io::stderr(), "path {} ran: {}", path.name(), shapes.join(", "))
            .expect("the error stream is open");
        if let Some(file) = std::env::var_os("GRIDNET_PATHS_FILE") {
            let mut file = std::fs::OpenOptions::new()
                .append(true)
                .create(true)
                .open(file)
                .expect("the named file opens");
            writeln!(file, "{}", path.name()).expect("the named file takes a line");
        }
    }
}

#[test]
fn a_path_that_the_cpu_lacks_has_no_kernels() {
    for path in Path::ALL.into_iter().filter(|path| !path.is_available()) {
        for function in Function::ALL {
            assert!(Kernel::new(path, function).is_none(), "{path:?} {function:?}");
            assert!(kernels(function).iter().all(|kernel| kernel.path() != path));
        }
    }
}

#[test]
fn names_round_trip_and_portable_always_runs() {
    for path in Path::ALL {
        assert_eq!(Path::from_name(path.name()), Some(path));
    }
    assert_eq!(Path::from_name("sse9"), None);
    assert!(Path::available().contains(&Path::Portable));
}

#[test]
fn kernels_of_a_path_come_widest_first() {
    for function in Function::ALL {
        for path in Path::available() {
            let lanes: Vec<usize> = Kernel::all(path, function).map(Kernel::lanes).collect();
            assert!(lanes.is_sorted_by(|a, b| a > b), "{path:?} {function:?} {lanes:?}");
            assert_eq!(Kernel::new(path, function).map(Kernel::lanes), lanes.first().copied());
        }
    }
}
