//! Hash functions on symbols.
//!
//! A function runs once on symbols instead of numbers. What that leaves is a graph: known numbers are computed and
//! cost nothing, what is the same for a whole job (a midstate, a header's other words) is told from what varies from
//! nonce to nonce, equal work is one node, and what nobody reads is never asked for. So a search that needs one word
//! of a digest loses its last rounds, and versions of a header share a message schedule, without a word about either.
//!
//! Three readers walk the graph: one writes a kernel's text from what varies ([`crate::generate`]), one computes what
//! is the same for a job ([`crate::Kernel::job`]), and [`Graph::count`] counts instructions, which is where the limits
//! of `docs/performance.md` come from.

pub mod blake2;
pub mod sha256;
pub mod sha512;

use std::collections::HashMap;

/// What instructions a machine has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// Rotates, and any function of three bits in one instruction: AVX-512, and graphics processors.
    Ternary,
    /// Two shifts and an or for a rotate (one shuffle where it moves whole bytes), two operands: AVX2.
    Binary,
}

/// A word: a known number, or a node plus a constant that was not added yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Known when the graph is made.
    Known(u64),
    /// Known later.
    Node {
        /// Its place in the graph.
        node: usize,
        /// To be added to it.
        plus: u64,
    },
}

/// A function of three bits, bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Three {
    /// a ^ b ^ c.
    Xor,
    /// a ? b : c.
    Choose,
    /// Two of a, b, c.
    Majority,
}

/// What a node does with its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The word of this number that is the same for a whole job.
    Shared(usize),
    /// The word of this number that varies within a job.
    Varying(usize),
    /// The sum.
    Add,
    /// Bits of one or the other, not both.
    Xor,
    /// Bits of both.
    And,
    /// A function of three operands.
    Three(Three),
    /// Shift to the right; negative: to the left.
    Shift(i32),
    /// Rotate to the right.
    Rotate(u32),
    /// Bytes in reverse.
    SwapBytes,
}

impl Kind {
    /// Shifts, rotates and byte shuffles: done by only some of a CPU's vector units.
    fn is_narrow(self) -> bool {
        matches!(self, Kind::Shift(_) | Kind::Rotate(_) | Kind::SwapBytes)
    }

    fn commutes(self) -> bool {
        matches!(self, Kind::Add | Kind::Xor | Kind::And | Kind::Three(Three::Xor | Three::Majority))
    }
}

/// One node.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Settled: no constant waits to be added.
    pub(crate) operands: Vec<Value>,
    /// Depends on a word that varies within a job.
    pub(crate) varies: bool,
}

/// Instructions, in all and the narrow ones among them (shifts, rotates, shuffles).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Operations {
    /// All.
    pub all: f64,
    /// The narrow ones.
    pub narrow: f64,
}

/// Instructions of a graphics processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fused {
    /// All.
    pub all: u64,
    /// Those of its integer units; the others are the multiplier's, which works beside them.
    pub integer: u64,
}

/// What was computed so far.
pub struct Graph {
    instructions: Instructions,
    /// Bits of a word: 32 or 64.
    bits: u32,
    pub(crate) nodes: Vec<Node>,
    known: HashMap<(Kind, Vec<Value>), usize>,
}

impl Graph {
    /// An empty graph over words of 32 or 64 bits.
    pub fn new(instructions: Instructions, bits: u32) -> Graph {
        assert!(bits == 32 || bits == 64);
        Graph { instructions, bits, nodes: Vec::new(), known: HashMap::new() }
    }

    /// Bits of a word.
    pub fn bits(&self) -> u32 {
        self.bits
    }

    /// Words that are the same for a whole job, from number `first` on.
    pub fn shared<const N: usize>(&mut self, first: usize) -> [Value; N] {
        std::array::from_fn(|index| self.emit(Kind::Shared(first + index), vec![]))
    }

    /// Words that vary within a job, from number `first` on.
    pub fn varying<const N: usize>(&mut self, first: usize) -> [Value; N] {
        std::array::from_fn(|index| self.emit(Kind::Varying(first + index), vec![]))
    }

    fn emit(&mut self, kind: Kind, mut operands: Vec<Value>) -> Value {
        if kind.commutes() {
            operands.sort();
        }
        let next = self.nodes.len();
        let node = *self.known.entry((kind, operands.clone())).or_insert(next);
        if node == next {
            let varies = matches!(kind, Kind::Varying(_)) || operands.iter().any(|&value| self.varies(value));
            self.nodes.push(Node { kind, operands, varies });
        }
        Value::Node { node, plus: 0 }
    }

    pub(crate) fn varies(&self, value: Value) -> bool {
        matches!(value, Value::Node { node, .. } if self.nodes[node].varies)
    }

    fn mask(&self, value: u64) -> u64 {
        value & (u64::MAX >> (64 - self.bits))
    }

    /// The value with its constant added.
    pub fn settled(&mut self, value: Value) -> Value {
        match value {
            Value::Node { node, plus } if plus != 0 => {
                self.emit(Kind::Add, vec![Value::Node { node, plus: 0 }, Value::Known(plus)])
            }
            settled => settled,
        }
    }

    /// The sum of two.
    pub fn add(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Known(a), Value::Known(b)) => Value::Known(self.mask(a.wrapping_add(b))),
            (Value::Node { node, plus }, Value::Known(known))
            | (Value::Known(known), Value::Node { node, plus }) => {
                Value::Node { node, plus: self.mask(plus.wrapping_add(known)) }
            }
            (a, b) => {
                let (a, b) = (self.settled(a), self.settled(b));
                self.emit(Kind::Add, vec![a, b])
            }
        }
    }

    /// The sum of several: what is known first, then what is the same for the job, because that much is free.
    pub fn sum<const N: usize>(&mut self, mut values: [Value; N]) -> Value {
        values.sort_by_key(|&value| (self.varies(value), !matches!(value, Value::Known(_))));
        values.into_iter().reduce(|a, b| self.add(a, b)).expect("a sum has terms")
    }

    /// Bits of one or the other, not both.
    pub fn xor(&mut self, a: Value, b: Value) -> Value {
        match (self.settled(a), self.settled(b)) {
            (Value::Known(a), Value::Known(b)) => Value::Known(a ^ b),
            (node, Value::Known(0)) | (Value::Known(0), node) => node,
            (a, b) => self.emit(Kind::Xor, vec![a, b]),
        }
    }

    /// Bits of both.
    pub fn and(&mut self, a: Value, b: Value) -> Value {
        match (self.settled(a), self.settled(b)) {
            (Value::Known(a), Value::Known(b)) => Value::Known(a & b),
            (_, Value::Known(0)) | (Value::Known(0), _) => Value::Known(0),
            (a, b) => self.emit(Kind::And, vec![a, b]),
        }
    }

    fn three(&mut self, kind: Three, values: [Value; 3]) -> Value {
        let settled = values.map(|value| self.settled(value));
        self.emit(Kind::Three(kind), settled.to_vec())
    }

    /// Whether one instruction does three operands, of which at least so many are not known.
    fn has_three(&self, values: &[Value], least: usize) -> bool {
        let unknown = values.iter().filter(|value| !matches!(value, Value::Known(_))).count();
        self.instructions == Instructions::Ternary && unknown >= least
    }

    /// a ^ b ^ c.
    pub fn xor3(&mut self, a: Value, b: Value, c: Value) -> Value {
        let mut values = [a, b, c];
        // What is free first.
        values.sort_by_key(|&value| (self.varies(value), !matches!(value, Value::Known(_))));
        let varying = values.iter().filter(|&&value| self.varies(value)).count();
        if varying != 1 && self.has_three(&values, 2) && !values.contains(&Value::Known(0)) {
            return self.three(Three::Xor, values);
        }
        let first = self.xor(values[0], values[1]);
        self.xor(first, values[2])
    }

    /// `e ? f : g`, bit by bit.
    pub fn choose(&mut self, e: Value, f: Value, g: Value) -> Value {
        if self.has_three(&[e, f, g], 1) {
            return self.three(Three::Choose, [e, f, g]);
        }
        let fg = self.xor(f, g);
        let chosen = self.and(e, fg);
        self.xor(g, chosen)
    }

    /// The majority of three, bit by bit. With two operands, a^b serves the next round as its b^c.
    pub fn majority(&mut self, a: Value, b: Value, c: Value) -> Value {
        if self.has_three(&[a, b, c], 1) {
            return self.three(Three::Majority, [a, b, c]);
        }
        let (ab, bc) = (self.xor(a, b), self.xor(b, c));
        let both = self.and(ab, bc);
        self.xor(b, both)
    }

    /// Rotates right.
    pub fn rotate(&mut self, value: Value, by: u32) -> Value {
        match self.settled(value) {
            Value::Known(known) => Value::Known(rotated(known, by, self.bits)),
            // Whole bytes are one shuffle, where there is no rotate.
            node if self.instructions == Instructions::Ternary || by.is_multiple_of(8) => {
                self.emit(Kind::Rotate(by), vec![node])
            }
            node => {
                let right = self.shift(node, by as i32);
                let left = if self.bits - by == 1 {
                    self.emit(Kind::Add, vec![node, node])
                } else {
                    self.shift(node, by as i32 - self.bits as i32)
                };
                self.emit(Kind::Xor, vec![right, left])
            }
        }
    }

    /// Shifts right, or left by a negative number.
    pub fn shift(&mut self, value: Value, by: i32) -> Value {
        match self.settled(value) {
            Value::Known(known) => Value::Known(self.mask(shifted(known, by))),
            node => self.emit(Kind::Shift(by), vec![node]),
        }
    }

    /// Bytes in reverse.
    pub fn swap_bytes(&mut self, value: Value) -> Value {
        match self.settled(value) {
            Value::Known(known) => Value::Known(known.swap_bytes() >> (64 - self.bits)),
            node => self.emit(Kind::SwapBytes, vec![node]),
        }
    }

    /// The nodes that these values need and that vary, in the order they were made.
    pub(crate) fn needed(&self, values: &[Value]) -> Vec<usize> {
        let mut open: Vec<usize> = values.iter().filter_map(|&value| self.varying_node(value)).collect();
        let mut needed = vec![false; self.nodes.len()];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut needed[node], true) {
                open.extend(self.nodes[node].operands.iter().filter_map(|&value| self.varying_node(value)));
            }
        }
        (0..self.nodes.len()).filter(|&node| needed[node]).collect()
    }

    fn varying_node(&self, value: Value) -> Option<usize> {
        match value {
            Value::Node { node, .. } if self.nodes[node].varies => Some(node),
            _ => None,
        }
    }

    /// The instructions that these values need within a job. Moves, loads, stores and spills are not counted: a
    /// perfect machine would need none.
    pub fn count(&mut self, values: &[Value]) -> Operations {
        let values: Vec<Value> = values.iter().map(|&value| self.settled(value)).collect();
        let mut operations = Operations::default();
        for node in self.needed(&values) {
            let kind = self.nodes[node].kind;
            if !matches!(kind, Kind::Varying(_)) {
                operations.all += 1.0;
                operations.narrow += f64::from(u8::from(kind.is_narrow()));
            }
        }
        operations
    }

    /// The instructions of a graphics processor that these values need within a job: sums and exclusive ors of three
    /// operands are one, words of 64 bits are done in halves, and a rotate by half of them is a matter of names. A sum
    /// of two operands is left to the multiplier, but for its carry. That is how NVIDIA's compute and their compiler
    /// has it.
    pub fn count_fused(&mut self, values: &[Value]) -> Fused {
        let values: Vec<Value> = values.iter().map(|&value| self.settled(value)).collect();
        let needed = self.needed(&values);
        // Who reads a node: nobody else may, if it is to vanish in its reader.
        let mut readers: Vec<Vec<Kind>> = vec![Vec::new(); self.nodes.len()];
        let operands = needed.iter().flat_map(|&node| {
            let Node { kind, operands, .. } = &self.nodes[node];
            operands.iter().map(|&operand| (operand, Some(*kind)))
        });
        let outputs = values.iter().map(|&value| (value, None));
        for (value, reader) in operands.chain(outputs) {
            if let Value::Node { node, .. } = value {
                // An output is read by something that is no sum.
                readers[node].push(reader.unwrap_or(Kind::And));
            }
        }
        let vanishes = |node: usize| {
            let within = (self.nodes[node].kind, readers[node].as_slice());
            matches!(within, (Kind::Add, [Kind::Add]) | (Kind::Xor, [Kind::Xor]))
        };
        let halves = u64::from(self.bits / 32);
        let mut count = Fused::default();
        for node in needed {
            let kind = self.nodes[node].kind;
            let steps = match kind {
                Kind::Varying(_) | Kind::Shared(_) | Kind::Rotate(32) => continue,
                Kind::Add | Kind::Xor if vanishes(node) => continue,
                Kind::Add | Kind::Xor => (self.terms(node, &vanishes) - 1).div_ceil(2),
                _ => 1,
            };
            count.all += halves * steps;
            let of_two = kind == Kind::Add && self.terms(node, &vanishes).is_multiple_of(2);
            count.integer += halves * steps - u64::from(of_two);
        }
        count
    }

    /// Operands of a node and of those that vanish in it.
    fn terms(&self, node: usize, vanishes: &impl Fn(usize) -> bool) -> u64 {
        let terms = self.nodes[node].operands.iter().map(|&operand| match operand {
            Value::Node { node, .. } if self.nodes[node].varies && vanishes(node) => {
                self.terms(node, vanishes)
            }
            _ => 1,
        });
        terms.sum()
    }

    /// The value of every node that is the same for a whole job, given the job's words; 0 for the others.
    ///
    /// # Panics
    /// When fewer words are given than the graph has.
    pub(crate) fn evaluate(&self, shared: &[u64]) -> Vec<u64> {
        let mut values = vec![0; self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| !node.varies) {
            let operands: Vec<u64> = node
                .operands
                .iter()
                .map(|operand| match *operand {
                    Value::Known(known) => known,
                    Value::Node { node, .. } => values[node],
                })
                .collect();
            values[index] = self.mask(match (node.kind, operands.as_slice()) {
                (Kind::Shared(number), []) => shared[number],
                (Kind::Add, [a, b]) => a.wrapping_add(*b),
                (Kind::Xor, [a, b]) => a ^ b,
                (Kind::And, [a, b]) => a & b,
                (Kind::Three(Three::Xor), [a, b, c]) => a ^ b ^ c,
                (Kind::Three(Three::Choose), [e, f, g]) => g ^ (e & (f ^ g)),
                (Kind::Three(Three::Majority), [a, b, c]) => b ^ ((a ^ b) & (b ^ c)),
                (Kind::Shift(by), [a]) => shifted(*a, by),
                (Kind::Rotate(by), [a]) => rotated(*a, by, self.bits),
                (Kind::SwapBytes, [a]) => a.swap_bytes() >> (64 - self.bits),
                (kind, operands) => unreachable!("{kind:?} of {operands:?}"),
            });
        }
        values
    }
}

fn shifted(value: u64, by: i32) -> u64 {
    if by > 0 { value >> by } else { value << -by }
}

fn rotated(value: u64, by: u32, bits: u32) -> u64 {
    if bits == 64 { value.rotate_right(by) } else { (value as u32).rotate_right(by).into() }
}

#[cfg(test)]
mod tests {
    use super::{Fused, Graph, Instructions, Operations, Value};

    #[test]
    fn constants_are_free_equal_work_is_done_once_and_unneeded_work_not_at_all() {
        let mut g = Graph::new(Instructions::Ternary, 32);
        let [x, y] = g.varying(0);
        // x + 1 + y + 2 is two additions and a constant; x + 3 + 4 one.
        let one = g.add(x, Value::Known(3));
        let one = g.add(one, Value::Known(4));
        assert_eq!(g.count(&[one]), Operations { all: 1.0, narrow: 0.0 });
        let (a, b) = (g.add(x, y), g.add(y, x));
        let unneeded = g.rotate(a, 5);
        let both = g.xor(a, b);
        let rotated = g.rotate(both, 7);
        assert_eq!(a, b);
        assert_eq!(g.count(&[rotated]), Operations { all: 3.0, narrow: 1.0 });
        assert_eq!(g.count(&[rotated, unneeded]), Operations { all: 4.0, narrow: 2.0 });
    }

    #[test]
    fn what_is_the_same_for_a_job_is_free_and_evaluated() {
        let mut g = Graph::new(Instructions::Ternary, 32);
        let [a, b] = g.shared(0);
        let [x] = g.varying(0);
        let sum = g.sum([x, a, Value::Known(5), b]);
        assert_eq!(g.count(&[sum]), Operations { all: 1.0, narrow: 0.0 });
        let both = g.add(a, b);
        let mixed = g.xor3(x, both, a);
        assert_eq!(g.count(&[mixed]), Operations { all: 1.0, narrow: 0.0 });
        let Value::Node { node, .. } = both else { panic!("known") };
        assert_eq!(g.evaluate(&[u64::from(u32::MAX), 3])[node], 2);
    }

    #[test]
    fn three_operands_are_one_instruction_of_a_graphics_processor() {
        let count = |bits: u32, build: fn(&mut Graph, [Value; 5]) -> Value| {
            let mut g = Graph::new(Instructions::Ternary, bits);
            let words = g.varying(0);
            let value = build(&mut g, words);
            g.count_fused(&[value])
        };
        let fused = |all, integer| Fused { all, integer };
        assert_eq!(count(32, |g, [a, b, ..]| g.add(a, b)), fused(1, 0));
        assert_eq!(count(32, |g, [a, b, c, ..]| g.sum([a, b, c])), fused(1, 1));
        assert_eq!(count(32, |g, [a, b, c, d, _]| g.sum([a, b, c, d])), fused(2, 1));
        assert_eq!(count(32, |g, words| g.sum(words)), fused(2, 2));
        assert_eq!(count(64, |g, [a, b, ..]| g.add(a, b)), fused(2, 1));
        assert_eq!(count(64, |g, words| g.sum(words)), fused(4, 4));
        // A sum that something else reads as well has to be computed.
        let both = |g: &mut Graph, [a, b, c, ..]: [Value; 5]| {
            let (sum, all) = (g.add(a, b), g.sum([a, b, c]));
            g.xor(sum, all)
        };
        assert_eq!(count(32, both), fused(3, 1));
        assert_eq!(count(64, |g, [a, ..]| g.rotate(a, 32)), fused(0, 0));
        assert_eq!(count(64, |g, [a, ..]| g.rotate(a, 24)), fused(2, 2));
        assert_eq!(count(64, |g, [a, b, c, ..]| g.choose(a, b, c)), fused(2, 2));
    }

    #[test]
    fn a_rotate_is_what_the_instructions_make_of_it() {
        let count = |instructions, bits, by| {
            let mut g = Graph::new(instructions, bits);
            let [x] = g.varying(0);
            let rotated = g.rotate(x, by);
            g.count(&[rotated])
        };
        assert_eq!(count(Instructions::Ternary, 32, 7), Operations { all: 1.0, narrow: 1.0 });
        assert_eq!(count(Instructions::Binary, 32, 7), Operations { all: 3.0, narrow: 2.0 });
        assert_eq!(count(Instructions::Binary, 32, 16), Operations { all: 1.0, narrow: 1.0 });
        // By 63 to the right is by 1 to the left, and that is an addition.
        assert_eq!(count(Instructions::Binary, 64, 63), Operations { all: 3.0, narrow: 1.0 });
    }
}
