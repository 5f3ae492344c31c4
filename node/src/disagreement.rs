//! A wrong answer of a device, in one file that `gridnet reproduce` asks again.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use gridnet_core::{
    Algorithm, Case, Device, Disagreement, Endian, HashFunction, KernelInfo, NonceField, Order, OwnedSearch,
    Target, TuneStore, Tuning, limits,
};
use serde::{Deserialize, Serialize};

use crate::cache;
use crate::output::{self, Hex};

/// The longest file that is read: twice what the longest messages of a search take in hex.
const FILE_BYTES_MAX: u64 = 4 * (limits::SEARCH_BYTES_MAX + limits::TAILS_BYTES_MAX) as u64;
/// Characters of a text from a file that are printed.
const TEXT_CHARS_MAX: usize = 400;
/// The version of the format.
const FORMAT: u32 = 1;

/// The file.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Reproducer {
    /// [`FORMAT`].
    gridnet_disagreement: u32,
    /// The program that met it.
    version: String,
    pub(crate) device: Culprit,
    /// The path that computed it.
    path: String,
    /// Its kernels, as they were run.
    pub(crate) kernels: Vec<Kernel>,
    /// What was wrong.
    pub(crate) what: String,
    algorithm: String,
    /// Personalisation in hex, empty for none.
    personal: String,
    #[serde(flatten)]
    question: Question,
}

/// A kernel as it was run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Kernel {
    name: String,
    group_size: u32,
    invocations: u32,
    dispatch_ms: u32,
}

impl Kernel {
    fn new(info: &KernelInfo) -> Kernel {
        let Tuning { group_size, invocations, dispatch_ms } = info.tuning;
        Kernel { name: info.name.clone(), group_size, invocations, dispatch_ms }
    }
}

/// Runs kernels as a file has it.
#[derive(Debug)]
pub(crate) struct AsItWas(pub(crate) Vec<Kernel>);

impl TuneStore for AsItWas {
    fn load(&self, key: &str) -> Option<Tuning> {
        let kernel = self.0.iter().find(|kernel| key.split(" | ").any(|part| part == kernel.name))?;
        let Kernel { group_size, invocations, dispatch_ms, .. } = *kernel;
        Some(Tuning { group_size, invocations, dispatch_ms })
    }

    fn save(&self, _: &str, _: Tuning) {}
}

/// Whose answer it was.
#[derive(Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Culprit {
    pub(crate) id: String,
    name: String,
    backend: String,
    driver: Option<String>,
}

impl Culprit {
    pub(crate) fn new(device: &Device) -> Culprit {
        Culprit {
            id: device.id.clone(),
            name: device.name.clone(),
            backend: device.backend.clone(),
            driver: device.driver.clone(),
        }
    }
}

impl std::fmt::Display for Culprit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let driver = self.driver.as_deref().unwrap_or("no driver");
        write!(f, "{} {}, {} {driver}", printable(&self.id), printable(&self.name), printable(&self.backend))
    }
}

/// A text from a file, safe to print on one line.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars().take(TEXT_CHARS_MAX) {
        match character.is_control() {
            true => shown.extend(character.escape_debug()),
            false => shown.push(character),
        }
    }
    shown
}

#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "primitive", rename_all = "lowercase")]
enum Question {
    Search {
        message: String,
        siblings: Vec<String>,
        nonce_offset: usize,
        nonce_bytes: usize,
        nonce_big_endian: bool,
        /// Decimal: they may be longer than JSON's numbers.
        start: String,
        end: String,
        target: Hex,
        digest_big_endian: bool,
        limit: usize,
    },
    Walk {
        start: Hex,
        steps: u64,
        count: usize,
    },
    Digest {
        message: String,
        count: usize,
    },
    Verify {
        key: Hex,
        message: String,
        signature: String,
        count: usize,
    },
}

/// Writes what a device got wrong to a file in the cache, and says where.
pub(crate) fn report(disagreement: &Disagreement) {
    let Disagreement { device, what, .. } = disagreement;
    output::note(&format!("warning: {} ({}) gave a wrong answer: {what}", device.id, device.name));
    match cache::directory().and_then(|cache| write(disagreement, &cache.join("disagreements"))) {
        Ok(path) => output::note(&format!("warning: to see it again: gridnet reproduce {}", path.display())),
        Err(error) => output::note(&format!("warning: that could not be kept in a file: {error}")),
    }
}

fn write(disagreement: &Disagreement, folder: &Path) -> io::Result<PathBuf> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let device: String =
        disagreement.device.id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let name = format!("{device}-{}.json", now.as_nanos());
    let path = folder.join(name);
    let json = serde_json::to_vec_pretty(&Reproducer::new(disagreement)).map_err(io::Error::other)?;
    cache::write(&path, &json)?;
    Ok(path)
}

impl Reproducer {
    fn new(disagreement: &Disagreement) -> Reproducer {
        let Disagreement { device, path, kernels, what, case } = disagreement;
        let (algorithm, question) = match case {
            Case::Search(search) => (Algorithm::Hash(search.function), Question::of_search(search)),
            Case::Walk { function, start, steps, count } => {
                let question = Question::Walk { start: Hex(*start), steps: *steps, count: *count };
                (Algorithm::Hash(*function), question)
            }
            Case::Digest { function, message, count } => {
                let question = Question::Digest { message: hex::encode(message), count: *count };
                (Algorithm::Hash(*function), question)
            }
            Case::Verify { key, message, signature, count } => {
                let (message, signature) = (hex::encode(message), hex::encode(signature));
                (Algorithm::Ed25519, Question::Verify { key: Hex(*key), message, signature, count: *count })
            }
        };
        let personal = match &algorithm {
            Algorithm::Hash(HashFunction::Blake2s { personal }) => personal.as_slice(),
            Algorithm::Hash(HashFunction::Blake2b { personal }) => personal.as_slice(),
            _ => &[],
        };
        Reproducer {
            gridnet_disagreement: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            device: Culprit::new(device),
            path: path.clone(),
            kernels: kernels.iter().map(Kernel::new).collect(),
            what: what.clone(),
            algorithm: algorithm.name().to_owned(),
            personal: hex::encode(personal),
            question,
        }
    }

    /// Reads a file. What is wrong with it is an error that says so.
    pub(crate) fn read(path: &Path) -> Result<Reproducer, String> {
        let bytes = cache::read(path, FILE_BYTES_MAX).map_err(|error| error.to_string())?;
        let strange = |error: serde_json::Error| {
            format!("this is not a file that a disagreement of devices was written to: {error}")
        };
        let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(strange)?;
        match value["gridnet_disagreement"].as_u64() {
            Some(format) if format != u64::from(FORMAT) => {
                Err(format!("its format is {format}, and this program reads {FORMAT}; use a newer one"))
            }
            _ => serde_json::from_value(value).map_err(strange),
        }
    }

    /// The question in it.
    pub(crate) fn case(&self) -> Result<Case, String> {
        let bytes = |what: &str, text: &str| hex::decode(text).map_err(|error| format!("{what}: {error}"));
        let function = || {
            let personal = bytes("personal", &self.personal)?;
            let plain = HashFunction::from_name(&self.algorithm).map_err(|error| error.to_string())?;
            match personal.is_empty() {
                true => Ok(plain),
                false => plain.with_personal(&personal).map_err(|error| error.to_string()),
            }
        };
        Ok(match &self.question {
            Question::Search {
                message,
                siblings,
                nonce_offset,
                nonce_bytes,
                nonce_big_endian,
                start,
                end,
                target,
                digest_big_endian,
                limit,
            } => {
                let number =
                    |what: &str, text: &str| text.parse::<u128>().map_err(|error| format!("{what}: {error}"));
                let siblings = siblings.iter().map(|sibling| bytes("siblings", sibling));
                Case::Search(OwnedSearch {
                    function: function()?,
                    message: bytes("message", message)?,
                    siblings: siblings.collect::<Result<_, _>>()?,
                    nonce: NonceField {
                        offset: *nonce_offset,
                        bytes: *nonce_bytes,
                        endian: if *nonce_big_endian { Endian::Big } else { Endian::Little },
                    },
                    range: number("start", start)?..number("end", end)?,
                    target: Target::from_be_bytes(&target.0),
                    order: if *digest_big_endian { Order::Big } else { Order::Little },
                    limit: *limit,
                })
            }
            Question::Walk { start, steps, count } => {
                Case::Walk { function: function()?, start: start.0, steps: *steps, count: *count }
            }
            Question::Digest { message, count } => {
                Case::Digest { function: function()?, message: bytes("message", message)?, count: *count }
            }
            Question::Verify { key, message, signature, count } => {
                let of_64 =
                    |bytes: Vec<u8>| bytes.try_into().map_err(|_| "signature: not 64 bytes".to_owned());
                Case::Verify {
                    key: key.0,
                    message: bytes("message", message)?,
                    signature: bytes("signature", signature).and_then(of_64)?,
                    count: *count,
                }
            }
        })
    }
}

impl Question {
    fn of_search(search: &OwnedSearch) -> Question {
        Question::Search {
            message: hex::encode(&search.message),
            siblings: search.siblings.iter().map(hex::encode).collect(),
            nonce_offset: search.nonce.offset,
            nonce_bytes: search.nonce.bytes,
            nonce_big_endian: search.nonce.endian == Endian::Big,
            start: search.range.start.to_string(),
            end: search.range.end.to_string(),
            target: Hex(search.target.to_be_bytes()),
            digest_big_endian: search.order == Order::Big,
            limit: search.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use gridnet_core::DeviceKind;

    use super::*;

    fn disagreement(case: Case) -> Disagreement {
        let device = Device {
            id: "gpu:01:00.0".to_owned(),
            name: "a card".to_owned(),
            kind: DeviceKind::Gpu,
            backend: "vulkan".to_owned(),
            driver: None,
            pci: Some("01:00.0".to_owned()),
            paths: Vec::new(),
            self_test: "passed".to_owned(),
            available: true,
            reason: None,
            refused: Vec::new(),
        };
        let kernels = vec![KernelInfo {
            name: "sha256_walk".to_owned(),
            integer_instructions: 1,
            instructions: 1,
            units: 1,
            tuning: Tuning { group_size: 128, invocations: 1 << 20, dispatch_ms: 33 },
        }];
        Disagreement { device, path: "wgsl".to_owned(), kernels, what: "a test".to_owned(), case }
    }

    #[test]
    fn a_case_survives_the_file() {
        let search = OwnedSearch {
            function: HashFunction::BLAKE2S.with_personal(b"GN-hop__").expect("short"),
            message: vec![3; 80],
            siblings: vec![vec![4; 80], vec![5; 80]],
            nonce: NonceField { offset: 72, bytes: 8, endian: Endian::Big },
            range: 1..1 << 64,
            target: Target::from_zero_bits(9).expect("few bits"),
            order: Order::Little,
            limit: 7,
        };
        let walk =
            Case::Walk { function: HashFunction::Sha256d, start: [7; 32], steps: u64::MAX, count: 100 };
        let digest = Case::Digest { function: HashFunction::BLAKE2B, message: b"abc".to_vec(), count: 1 };
        let verify = Case::Verify { key: [5; 32], message: b"signed".to_vec(), signature: [6; 64], count: 3 };
        let folder = tempfile::tempdir().expect("a folder");
        for case in [Case::Search(search), walk, digest, verify] {
            let path = write(&disagreement(case.clone()), &folder.path().join("deeper")).expect("a file");
            assert!(path.to_string_lossy().contains("gpu-01-00-0-"), "{}", path.display());
            assert_eq!(Reproducer::read(&path).and_then(|read| read.case()), Ok(case));
            let read = Reproducer::read(&path).expect("it was read before");
            let kernels = AsItWas(read.kernels);
            assert_eq!(kernels.load("a card | vulkan | sha256_walk | 00").expect("it").group_size, 128);
            assert_eq!(kernels.load("a card | vulkan | sha256_walks | 00"), None);
            // A later format, and a part of a file.
            let json = std::fs::read(&path).expect("it is there");
            let later = String::from_utf8(json.clone()).expect("text").replacen(": 1", ": 2", 1);
            std::fs::write(&path, later).expect("it can be written");
            assert!(Reproducer::read(&path).is_err_and(|what| what.contains("its format is 2")));
            std::fs::write(&path, &json[..json.len() / 2]).expect("it can be written");
            assert!(Reproducer::read(&path).is_err_and(|what| what.contains("this is not a file that")));
        }
    }
}
