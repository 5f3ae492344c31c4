//! Who may ask: two cookies, made anew at each start, which whoever can read their files may use. One controls the node, the
//! other only reads. They are sent as HTTP basic.

use std::fs;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// What a cookie is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Reading what the node knows.
    Read,
    /// Everything: sending blocks and transactions, mining, the wallet, stopping the node.
    Control,
}

impl Scope {
    /// Both.
    const ALL: [Scope; 2] = [Scope::Control, Scope::Read];

    /// The file of its cookie in a node's data directory.
    pub const fn file(self) -> &'static str {
        match self {
            Scope::Control => ".cookie",
            Scope::Read => ".cookie-readonly",
        }
    }

    /// What stands for a user's name.
    const fn user(self) -> &'static str {
        match self {
            Scope::Control => "__cookie__",
            Scope::Read => "__readonly__",
        }
    }
}

/// The value of an `Authorization` header for what stands in a cookie file.
pub fn authorization(cookie: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(cookie.trim_end()))
}

/// The cookies of a running server, and their files.
pub(super) struct Cookies {
    /// What a header must say, for each scope.
    expected: [(Scope, Zeroizing<String>); 2],
    files: Vec<PathBuf>,
}

impl Cookies {
    /// Makes new ones, and writes their files into a folder: readable by their owner alone, each the old one or the new one.
    pub(super) fn create(folder: &Path) -> io::Result<Cookies> {
        let mut files = Vec::new();
        let mut made = |scope: Scope| {
            let mut secret = Zeroizing::new([0; 32]);
            getrandom::fill(&mut *secret).map_err(|error| io::Error::other(error.to_string()))?;
            let digits = Zeroizing::new(hex::encode(*secret));
            let cookie = Zeroizing::new(format!("{}:{}", scope.user(), *digits));
            let path = folder.join(scope.file());
            // Such files are readable by their owner alone.
            let mut file = NamedTempFile::with_prefix_in(".cookie-", folder)?;
            file.write_all(cookie.as_bytes())?;
            file.persist(&path).map_err(|error| error.error)?;
            files.push(path);
            Ok::<_, io::Error>((scope, Zeroizing::new(authorization(&cookie))))
        };
        let [control, read] = Scope::ALL;
        let expected = [made(control)?, made(read)?];
        Ok(Cookies { expected, files })
    }

    /// What the value of an `Authorization` header is good for.
    pub(super) fn scope(&self, header: &[u8]) -> Option<Scope> {
        let mut found = None;
        // Every cookie is looked at, whatever the first one said.
        for (scope, expected) in &self.expected {
            if is_same(header, expected.as_bytes()) {
                found = Some(*scope);
            }
        }
        found
    }

    /// Removes the files: whoever finds one knows that its server did not stop by itself.
    pub(super) fn remove(&self) {
        for file in &self.files {
            // If it is gone already, all the better.
            let _ = fs::remove_file(file);
        }
    }
}

/// Whether both are the same, in a time that does not tell where they differ.
fn is_same(given: &[u8], expected: &[u8]) -> bool {
    let differing = given.iter().zip(expected).fold(0, |seen, (one, other)| black_box(seen | (one ^ other)));
    given.len() == expected.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::{Cookies, Scope, authorization};

    #[test]
    fn a_cookie_is_good_for_its_scope_and_nothing_else_is_good() {
        let folder = tempfile::tempdir().expect("a folder");
        let cookies = Cookies::create(folder.path()).expect("a folder that can be written");
        for scope in [Scope::Read, Scope::Control] {
            let path = folder.path().join(scope.file());
            let text = std::fs::read_to_string(&path).expect("its file");
            let (_, secret) = text.split_once(':').expect("a name and a secret");
            assert_eq!(secret.len(), 64);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = std::fs::metadata(&path).expect("its file").permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{path:?}");
            }
            let good = authorization(&text);
            assert_eq!(cookies.scope(good.as_bytes()), Some(scope));
            for place in 0..good.len() {
                let mut bad = good.clone().into_bytes();
                bad[place] ^= 1;
                assert_eq!(cookies.scope(&bad), None, "{place}");
                assert_eq!(cookies.scope(&good.as_bytes()[..place]), None, "{place}");
            }
            assert_eq!(cookies.scope(format!("{good}=").as_bytes()), None);
        }
        // Another start, other cookies.
        let old = std::fs::read_to_string(folder.path().join(".cookie")).expect("its file");
        let again = Cookies::create(folder.path()).expect("the same folder");
        assert_eq!(again.scope(authorization(&old).as_bytes()), None);
        again.remove();
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
