//! No file tells where it was written: no folder of somebody's machine, and no host that packages were fetched
//! from. (The strings here are put together from parts, so that this file keeps its own rule.)

use super::Finding;

/// The beginnings of absolute paths that exist on one machine only.
const FOLDERS: [&str; 4] =
    [concat!("/", "home/"), concat!("/", "root/"), concat!("/", "Users/"), concat!("/", "work/")];

/// Package registries and mirrors. What to install is said by name; where it comes from is the reader's setting.
const HOSTS: [&str; 8] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("pypi", ".org"),
    concat!("files.", "pythonhosted.org"),
    concat!("registry.", "npmjs.org"),
    concat!("deb.", "debian.org"),
    concat!("security.", "debian.org"),
    concat!("snapshot.", "debian.org"),
];

/// Finds such folders and hosts in any text.
pub(super) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let place = || format!("{path}:{}", index + 1);
        for folder in FOLDERS.into_iter().filter(|folder| has_folder(line, folder)) {
            findings.push(Finding::error(place(), format!("names a folder of one machine ({folder}...)")));
        }
        for host in HOSTS.into_iter().filter(|host| line.contains(host)) {
            findings.push(Finding::error(place(), format!("names a package host ({host})")));
        }
    }
    findings
}

/// Whether an absolute path begins with that folder: as the tail of a longer path or address it is something else.
fn has_folder(line: &str, folder: &str) -> bool {
    let inside_a_path = |before: char| before.is_alphanumeric() || "._-/$}~".contains(before);
    line.match_indices(folder).any(|(at, _)| {
        let follows =
            line[at + folder.len()..].starts_with(|c: char| c.is_alphanumeric() || "._-".contains(c));
        follows && !line[..at].ends_with(inside_a_path)
    })
}

#[cfg(test)]
mod tests {
    use super::check;

    fn found(text: &str) -> usize {
        check("a.txt", text).len()
    }

    #[test]
    fn folders_and_hosts_of_one_machine_are_found() {
        for folder in ["home/me/x", "root/.cargo", "Users/me", "work/main"] {
            assert_eq!(found(&format!("/{folder}")), 1);
            assert_eq!(found(&format!("cd /{folder}")), 1);
            assert_eq!(found(&format!("see `/{folder}`, (/{folder})\n\"/{folder}\"")), 2);
        }
        for (first, rest) in [("index.", "crates.io"), ("pypi", ".org/simple"), ("deb.", "debian.org")] {
            assert_eq!(found(&format!("https://{first}{rest}/")), 1);
        }
    }

    #[test]
    fn ordinary_text_is_quiet() {
        for good in [
            "~/.cache/gridnet, $HOME/.cache, /usr/bin/env, /proc/cpuinfo",
            "crates.io, registry+https://github.com/rust-lang/crates.io-index",
            "$ROOT/root/x, a/home/b, https://example.org/work/list, target/home/",
            "POST /work/ and GET /home/ are routes",
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
    }
}
