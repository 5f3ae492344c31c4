//! A graph as the statements of a kernel.
//!
//! What varies becomes expressions; what is the same for a job becomes a slot of the job's uniform words, in the
//! order of first use; known numbers become literals. Rotates are written out with literal counts: WGSL has none, and
//! every compiler knows this way to say it.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::form::{Graph, Kind, Three, Value};

/// How words of 64 bits are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Words {
    /// The function's words have 32 bits.
    U32,
    /// As `u64`, on devices with 64-bit integers.
    U64,
    /// As two `u32`.
    Pairs,
}

impl Words {
    /// `u32` of one word.
    pub(crate) fn halves(self) -> usize {
        if self == Words::U32 { 1 } else { 2 }
    }
}

/// A word in the kernel's text: one expression, or one for each half, the lower first.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Text {
    Whole(String),
    Halves([String; 2]),
}

/// What was written.
pub(crate) struct Written {
    /// Statements, a line each.
    pub(crate) statements: String,
    /// The values asked for, as expressions of type `u32`: one each, or two, the lower half first.
    pub(crate) outputs: Vec<Vec<String>>,
    /// The nodes whose values the job's slots hold.
    pub(crate) slots: Vec<usize>,
}

/// Longer expressions get a line of their own.
const LINE_MAX: usize = 90;

/// Writes what the outputs need. The varying word of number n is called `x` and n (`x3`; halves `x3l`, `x3h`), and
/// the job's slots are in `job.words`.
pub(crate) fn write(graph: &mut Graph, words: Words, outputs: &[Value]) -> Written {
    let outputs: Vec<Value> = outputs.iter().map(|&value| graph.settled(value)).collect();
    let graph = &*graph;
    let needed = graph.needed(&outputs);
    let mut writer = Writer {
        graph,
        words,
        named: named(graph, words, &needed, &outputs),
        texts: HashMap::new(),
        slots: Vec::new(),
        statements: String::new(),
    };
    for &node in &needed {
        writer.node(node);
    }
    let outputs = outputs.iter().map(|&value| writer.output(value)).collect();
    Written { statements: writer.statements, outputs, slots: writer.slots }
}

/// Nodes that need a name: read more than once.
fn named(graph: &Graph, words: Words, needed: &[usize], outputs: &[Value]) -> Vec<bool> {
    let mut reads = vec![0; graph.nodes.len()];
    let mut read = |value: Value, times: usize| {
        if let Value::Node { node, .. } = value {
            reads[node] += times;
        }
    };
    for &value in outputs {
        read(value, words.halves());
    }
    for &node in needed {
        let node = &graph.nodes[node];
        for (place, &operand) in node.operands.iter().enumerate() {
            read(operand, times_read(node.kind, place));
        }
    }
    reads.into_iter().map(|reads| reads > 1 || words == Words::Pairs).collect()
}

/// How often the text of a kind reads its operand in this place.
fn times_read(kind: Kind, place: usize) -> usize {
    match (kind, place) {
        (Kind::Rotate(_), _) => 2,
        (Kind::SwapBytes, _) => 4,
        (Kind::Three(Three::Choose), 2) | (Kind::Three(Three::Majority), 0 | 1) => 2,
        _ => 1,
    }
}

struct Writer<'a> {
    graph: &'a Graph,
    words: Words,
    named: Vec<bool>,
    texts: HashMap<usize, Text>,
    slots: Vec<usize>,
    statements: String,
}

impl Writer<'_> {
    fn node(&mut self, index: usize) {
        let node = &self.graph.nodes[index];
        let operands: Vec<Text> = node.operands.iter().map(|&value| self.operand(value)).collect();
        let text = match (self.words, node.kind) {
            (Words::Pairs, Kind::Varying(number)) => {
                Text::Halves([format!("x{number}l"), format!("x{number}h")])
            }
            (_, Kind::Varying(number)) => Text::Whole(format!("x{number}")),
            (Words::Pairs, kind) => self.pair(index, kind, &operands),
            (_, kind) => {
                let expression = whole(kind, &operands, self.graph.bits());
                let long = expression.len() > LINE_MAX;
                Text::Whole(if self.named[index] || long {
                    self.name(&format!("v{index}"), &expression)
                } else {
                    expression
                })
            }
        };
        self.texts.insert(index, text);
    }

    fn name(&mut self, name: &str, expression: &str) -> String {
        // A name for a name is none.
        if expression.chars().all(|c| c.is_ascii_alphanumeric()) {
            return expression.to_owned();
        }
        let inner = expression.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let bare = inner.filter(|inner| is_balanced(inner)).unwrap_or(expression);
        writeln!(self.statements, "let {name} = {bare};").expect("a string takes everything");
        name.to_owned()
    }

    fn pair(&mut self, index: usize, kind: Kind, operands: &[Text]) -> Text {
        let halves: Vec<&[String; 2]> = operands.iter().map(Text::halves).collect();
        let [low, high] = match (kind, halves.as_slice()) {
            (Kind::Add, [a, b]) => {
                let low = self.name(&format!("v{index}l"), &format!("({} + {})", a[0], b[0]));
                // A literal cannot be what the sum is compared with: it is the same for every lane.
                let high = format!("({} + {} + select(0u, 1u, {low} < {}))", a[1], b[1], a[0]);
                [low, high]
            }
            (Kind::Rotate(by), [a]) => rotated_pair(a, by),
            (Kind::Shift(by), [a]) => shifted_pair(a, by),
            (Kind::SwapBytes, [a]) => [swapped(&a[1]), swapped(&a[0])],
            _ => [0, 1].map(|half| {
                let operands: Vec<Text> = halves.iter().map(|pair| Text::Whole(pair[half].clone())).collect();
                whole(kind, &operands, 32)
            }),
        };
        Text::Halves([self.name(&format!("v{index}l"), &low), self.name(&format!("v{index}h"), &high)])
    }

    fn operand(&mut self, value: Value) -> Text {
        match value {
            Value::Known(known) => match self.words {
                Words::U32 => Text::Whole(format!("{known:#x}u")),
                Words::U64 => Text::Whole(format!("{known:#x}lu")),
                Words::Pairs => {
                    Text::Halves([known & 0xffff_ffff, known >> 32].map(|half| format!("{half:#x}u")))
                }
            },
            Value::Node { node, plus } => {
                assert_eq!(plus, 0, "operands are settled");
                if self.graph.nodes[node].varies {
                    return self.texts[&node].clone();
                }
                let slot = self.slots.iter().position(|&known| known == node).unwrap_or_else(|| {
                    self.slots.push(node);
                    self.slots.len() - 1
                });
                slot_text(slot, self.words)
            }
        }
    }

    fn output(&mut self, value: Value) -> Vec<String> {
        match (self.operand(value), self.words) {
            (Text::Whole(whole), Words::U64) => {
                vec![format!("u32({whole} & 0xfffffffflu)"), format!("u32({whole} >> 32u)")]
            }
            (Text::Whole(whole), _) => vec![whole],
            (Text::Halves(halves), _) => halves.into(),
        }
    }
}

impl Text {
    fn halves(&self) -> &[String; 2] {
        match self {
            Text::Halves(halves) => halves,
            Text::Whole(_) => unreachable!("pairs are made of pairs"),
        }
    }
}

/// Whether every parenthesis closes one that opened within.
fn is_balanced(text: &str) -> bool {
    let mut depth = 0;
    text.chars().all(|c| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        depth >= 0
    })
}

/// Where a slot's words lie: four `u32` to a vector, or two `u64`.
fn slot_text(slot: usize, words: Words) -> Text {
    let place =
        |index: usize, of: usize| format!("job.words[{}].{}", index / of, &"xyzw"[index % of..=index % of]);
    match words {
        Words::U32 => Text::Whole(place(slot, 4)),
        Words::U64 => Text::Whole(place(slot, 2)),
        Words::Pairs => Text::Halves([place(2 * slot, 4), place(2 * slot + 1, 4)]),
    }
}

fn whole(kind: Kind, operands: &[Text], bits: u32) -> String {
    let operands: Vec<&str> = operands
        .iter()
        .map(|text| match text {
            Text::Whole(whole) => whole.as_str(),
            Text::Halves(_) => unreachable!("whole words are made of whole words"),
        })
        .collect();
    match (kind, operands.as_slice()) {
        (Kind::Add, [a, b]) => format!("({a} + {b})"),
        (Kind::Xor, [a, b]) => format!("({a} ^ {b})"),
        (Kind::And, [a, b]) => format!("({a} & {b})"),
        (Kind::Three(Three::Xor), [a, b, c]) => format!("({a} ^ {b} ^ {c})"),
        (Kind::Three(Three::Choose), [e, f, g]) => format!("({g} ^ ({e} & ({f} ^ {g})))"),
        (Kind::Three(Three::Majority), [a, b, c]) => format!("(({a} & {b}) | ({c} & ({a} | {b})))"),
        (Kind::Shift(by), [a]) if by > 0 => format!("({a} >> {by}u)"),
        (Kind::Shift(by), [a]) => format!("({a} << {}u)", -by),
        (Kind::Rotate(by), [a]) => format!("(({a} >> {by}u) | ({a} << {}u))", bits - by),
        (Kind::SwapBytes, [a]) if bits == 32 => swapped(a),
        (kind, operands) => unreachable!("{kind:?} of {operands:?} is not written"),
    }
}

fn swapped(a: &str) -> String {
    format!("(({a} << 24u) | (({a} & 0xff00u) << 8u) | (({a} >> 8u) & 0xff00u) | ({a} >> 24u))")
}

fn rotated_pair([low, high]: &[String; 2], by: u32) -> [String; 2] {
    let (low, high) = if by >= 32 { (high, low) } else { (low, high) };
    let funnel = |upper: &str, lower: &str, by: u32| match by {
        0 => lower.to_owned(),
        _ => format!("(({lower} >> {by}u) | ({upper} << {}u))", 32 - by),
    };
    [funnel(high, low, by % 32), funnel(low, high, by % 32)]
}

fn shifted_pair([low, high]: &[String; 2], by: i32) -> [String; 2] {
    match by {
        32 => [high.clone(), "0x0u".to_owned()],
        -32 => ["0x0u".to_owned(), low.clone()],
        1..32 => [format!("(({low} >> {by}u) | ({high} << {}u))", 32 - by), format!("({high} >> {by}u)")],
        _ => unreachable!("no function shifts 64 bits by {by}"),
    }
}
