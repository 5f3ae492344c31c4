//! `gridnet receipt`: what a receipt for energy shows, and whether one would take it.

use std::fmt::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use gridnet_core::proof::header::{HEADER_BYTES, display_order};
use gridnet_protocol::contract::Role;
use gridnet_protocol::limit::{AGREED, HEADERS, Limit};
use gridnet_protocol::meter::Source;
use gridnet_protocol::spv::receipt::{Options, Receipt, ReceiptFacts, ReceiptObjection, SideFacts};
use gridnet_protocol::spv::{Checkpoint, HEADERS_MAX};
use gridnet_protocol::transaction::Subject;
use gridnet_protocol::trust::Policy;
use gridnet_protocol::value::Time;
use gridnet_protocol::{Address, Error, Network};
use serde::Serialize;

use crate::arguments;
use crate::cli::VerifyReceipt;
use crate::files;
use crate::outcome::{Failure, Outcome};
use crate::output::{self, Answer, Hex, Whole};
use crate::progress::{self, End, Look};

/// The longest file: all headers that there may be, and room for what stands under them.
const FILE_BYTES_MAX: u64 = HEADERS_MAX as u64 * HEADER_BYTES as u64 + (8 << 20);

/// Verifies.
pub(crate) fn verify(args: &VerifyReceipt) -> Result<Outcome, Failure> {
    let options = options(args)?;
    let bytes = files::read("FILE", &args.file, FILE_BYTES_MAX)?;
    let receipt = Receipt::from_file(&bytes).map_err(|error| {
        Failure::argument("FILE", format!("{:?} is no receipt that can be read: {error}", args.file))
    })?;
    let engine = arguments::engine(&args.devices)?;
    let look = Look { verb: "verifying", unit: " headers", end: End::By(2 * receipt.headers.len() as u64) };
    let facts = match progress::watch(look, |control| receipt.verify(&engine, &options, control)) {
        Err(Error::Engine(gridnet_core::Error::Cancelled)) => return Ok(Outcome::Interrupted),
        Err(Error::Spv { fault, part }) => Err((fault.name(), part.to_string())),
        other => Ok(other?),
    };
    let limits: &[Limit] = if args.checkpoint.is_none() { &[HEADERS, AGREED] } else { &[AGREED] };
    let answer = Verified::new(facts, limits);
    output::answer(args.json, &answer)?;
    limits.iter().for_each(|limit| output::note(&format!("note: {}", limit.text)));
    Ok(Outcome::of(answer.valid))
}

/// How the user takes receipts.
fn options(args: &VerifyReceipt) -> Result<Options, Failure> {
    let network = args.network;
    let authority = |text: &String| {
        Address::from_text(network, text).map_err(|error| Failure::argument("--trust", error.to_string()))
    };
    let authorities = args.trust.iter().map(authority).collect::<Result<Vec<_>, _>>()?;
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(Options {
        network,
        start: args.checkpoint.unwrap_or_else(|| Checkpoint::first(network)),
        depth: args.depth,
        policy: Policy::of(authorities),
        now: Time(args.time.unwrap_or_else(clock)),
    })
}

/// The answer.
#[derive(Serialize)]
struct Verified {
    valid: bool,
    reason: Option<&'static str>,
    part: Option<String>,
    objections: Vec<ObjectionRow>,
    receipt: Option<Shown>,
    limits: Vec<&'static str>,
}

#[derive(Serialize)]
struct ObjectionRow {
    reason: &'static str,
    authority: Option<String>,
    subject: Option<String>,
}

/// What a receipt shows.
#[derive(Serialize)]
struct Shown {
    network: &'static str,
    contract: String,
    delivered_wh: String,
    opened_height: u32,
    settled_height: u32,
    settled_time: Option<String>,
    seller: Side,
    buyer: Side,
    paid: Vec<PaidRow>,
    readings: usize,
    authorities: Vec<String>,
    marks: Vec<MarkRow>,
    state_height: u32,
    depth: u32,
    start: Block,
    tip: Block,
    work: Hex,
}

#[derive(Serialize)]
struct Side {
    owner: String,
    meter: String,
    source: &'static str,
    area: String,
    rating_w: u32,
    certifier: String,
    imported_wh: Option<String>,
    exported_wh: Option<String>,
}

#[derive(Serialize)]
struct PaidRow {
    role: &'static str,
    to: String,
    units: String,
}

#[derive(Serialize)]
struct MarkRow {
    authority: String,
    subject: String,
    why: String,
    effective_height: u32,
}

#[derive(Serialize)]
struct Block {
    height: u32,
    id: Hex,
}

impl From<Checkpoint> for Block {
    fn from(block: Checkpoint) -> Block {
        Block { height: block.height.0, id: Hex(display_order(&block.id)) }
    }
}

impl Verified {
    fn new(facts: Result<ReceiptFacts, (&'static str, String)>, limits: &[Limit]) -> Verified {
        let limits = limits.iter().map(|limit| limit.name).collect();
        match facts {
            Err((reason, part)) => Verified {
                valid: false,
                reason: Some(reason),
                part: Some(part),
                objections: Vec::new(),
                receipt: None,
                limits,
            },
            Ok(facts) => Verified {
                valid: facts.objection().is_none(),
                reason: facts.objection().map(ReceiptObjection::name),
                part: None,
                objections: facts.objections().iter().map(|it| objection(facts.network, it)).collect(),
                receipt: Some(Shown::new(&facts)),
                limits,
            },
        }
    }
}

fn objection(network: Network, objection: &ReceiptObjection) -> ObjectionRow {
    let (authority, subject) = match objection {
        ReceiptObjection::Proven(subject) => (None, Some(*subject)),
        ReceiptObjection::Marked(marked) => (Some(marked.authority), Some(marked.subject)),
        ReceiptObjection::Unsaid(authority) => (Some(*authority), None),
        _ => (None, None),
    };
    ObjectionRow {
        reason: objection.name(),
        authority: authority.map(|address| address.to_text(network)),
        subject: subject.map(|subject| subject_text(network, &subject)),
    }
}

fn subject_text(network: Network, subject: &Subject) -> String {
    match subject {
        Subject::Meter(id) => format!("meter {id}"),
        Subject::Identity(address) => format!("identity {}", address.to_text(network)),
        Subject::Pool(id) => format!("pool {id}"),
    }
}

impl Shown {
    fn new(facts: &ReceiptFacts) -> Shown {
        let network = facts.network;
        let paid = facts.paid.iter().map(|paid| PaidRow {
            role: match paid.party.role {
                Role::Seller => "seller",
                Role::Buyer => "buyer",
                Role::LineOwner => "line owner",
                Role::Broker => "broker",
            },
            to: Address::of(&paid.party.key).to_text(network),
            units: paid.amount.0.to_string(),
        });
        let marks = facts.marks.iter().map(|marked| MarkRow {
            authority: marked.authority.to_text(network),
            subject: subject_text(network, &marked.subject),
            why: text(marked.mark.reason.as_slice()),
            effective_height: marked.mark.effective.0,
        });
        Shown {
            network: network.name(),
            contract: facts.contract.to_string(),
            delivered_wh: facts.delivered.0.to_string(),
            opened_height: facts.opened.0,
            settled_height: facts.settled.0,
            settled_time: facts.settled_time.map(|time| time.0.to_string()),
            seller: Side::new(network, &facts.seller),
            buyer: Side::new(network, &facts.buyer),
            paid: paid.collect(),
            readings: facts.readings.len(),
            authorities: facts.authorities.iter().map(|address| address.to_text(network)).collect(),
            marks: marks.collect(),
            state_height: facts.root.height.0,
            depth: facts.root.depth,
            start: facts.start.into(),
            tip: facts.tip.into(),
            work: Hex(facts.work.to_be_bytes()),
        }
    }
}

impl Side {
    fn new(network: Network, side: &SideFacts) -> Side {
        let certificate = &side.row.certificate;
        let measured = side.measured();
        Side {
            owner: side.owner.to_text(network),
            meter: side.meter.to_string(),
            source: match certificate.source {
                Source::Green => "green",
                Source::Grey => "grey",
            },
            area: certificate.area.to_string(),
            rating_w: certificate.rating.0,
            certifier: Address::of(&certificate.certifier).to_text(network),
            imported_wh: measured.map(|[imported, _]| imported.0.to_string()),
            exported_wh: measured.map(|[_, exported]| exported.0.to_string()),
        }
    }
}

/// Somebody's words, safe to print.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).escape_debug().to_string()
}

impl Answer for Verified {
    fn plain(&self) -> String {
        let mut lines = String::new();
        let _ = match (self.valid, self.reason, &self.part) {
            (true, ..) => writeln!(lines, "valid: it shows what it says, and nothing speaks against it"),
            (false, Some(reason), Some(part)) => writeln!(lines, "bad: it shows nothing: {part}: {reason}"),
            (false, ..) => writeln!(lines, "not to be taken: it shows what it says, but"),
        };
        for ObjectionRow { reason, authority, subject } in &self.objections {
            let parts = [subject.as_deref(), authority.as_deref()].into_iter().flatten();
            let _ = writeln!(lines, "  {reason}: {}", parts.collect::<Vec<_>>().join(" by "));
        }
        if let Some(shown) = &self.receipt {
            shown.plain(&mut lines);
        }
        lines
    }
}

impl Shown {
    fn plain(&self, lines: &mut String) {
        let number = |text: &str| text.parse().map_or_else(|_| text.to_owned(), |n| Whole(n).to_string());
        let _ = writeln!(lines, "contract {} on the {} network", self.contract, self.network);
        let time = self.settled_time.as_ref().map_or(String::new(), |time| format!(", time {time}"));
        let _ = writeln!(
            lines,
            "{} Wh delivered; settled at height {}{time}",
            number(&self.delivered_wh),
            self.settled_height
        );
        for (name, side) in [("seller", &self.seller), ("buyer", &self.buyer)] {
            let _ = writeln!(lines, "{name} {}", side.owner);
            let _ = writeln!(
                lines,
                "  meter {}: {}, area {}, {} W, certified by {}",
                side.meter, side.source, side.area, side.rating_w, side.certifier
            );
            if let (Some(imported), Some(exported)) = (&side.imported_wh, &side.exported_wh) {
                let (imported, exported) = (number(imported), number(exported));
                let _ =
                    writeln!(lines, "  since it was first read: {imported} Wh taken, {exported} Wh given");
            }
        }
        for PaidRow { role, to, units } in &self.paid {
            let _ = writeln!(lines, "{} units to the {role}, {to}", number(units));
        }
        let _ = writeln!(
            lines,
            "{} authorities are asked for, {} marks",
            self.authorities.len(),
            self.marks.len()
        );
        for MarkRow { authority, subject, why, effective_height } in &self.marks {
            let _ = writeln!(lines, "  {subject} by {authority} from height {effective_height}: \"{why}\"");
        }
        let _ = writeln!(
            lines,
            "state after block {}, {} blocks on top; headers from {} to {}, work {}",
            self.state_height, self.depth, self.start.height, self.tip.height, self.work
        );
    }
}
