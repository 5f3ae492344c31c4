//! The least number of vector instructions that a job needs in the form our kernels give it.
//!
//! The algorithm is run on symbols: what is known beforehand (midstates, padding, round constants) is computed and
//! costs nothing, what depends on the lanes becomes a node of a graph, equal nodes are one, and constants are added
//! together before they are added to a lane. The instructions are the nodes that the answer depends on: rounds that
//! the decisive word does not need, and a schedule that two midstates share, are left out and counted once by
//! themselves. Moves, loads, stores and spills are not counted: a perfect machine would need none.

pub(crate) mod blake2;
pub(crate) mod jobs;
pub(crate) mod sha256;

use std::collections::HashMap;

/// Instructions, in all and those that only some of the machine's vector pipes can do: rotates, shifts, shuffles.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Operations {
    pub(crate) all: f64,
    pub(crate) narrow: f64,
}

/// What vector instructions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Instructions {
    /// Rotates, and any function of three bits in one instruction.
    Avx512,
    /// Two shifts and an or for a rotate (one shuffle where it moves whole bytes), two operands.
    Avx2,
}

impl Instructions {
    /// Bytes of a vector.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Instructions::Avx512 => 64,
            Instructions::Avx2 => 32,
        }
    }
}

/// A lane's word: known, or a node plus a constant that was not added yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Known(u64),
    Lane { node: usize, plus: u64 },
}

/// An instruction, as far as telling equal ones apart needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Input(usize),
    Add,
    Xor,
    And,
    /// Any function of three bits, by a name.
    Three(&'static str),
    /// Shift to the right; negative: to the left.
    Shift(i32),
    Rotate(u32),
    SwapBytes,
}

impl Kind {
    fn is_narrow(self) -> bool {
        matches!(self, Kind::Shift(_) | Kind::Rotate(_) | Kind::SwapBytes)
    }

    fn commutes(self) -> bool {
        matches!(self, Kind::Add | Kind::Xor | Kind::And | Kind::Three("xor" | "majority"))
    }
}

/// The instructions so far.
pub(crate) struct Graph {
    pub(crate) instructions: Instructions,
    /// Bits of a word: 32 or 64.
    bits: u32,
    nodes: Vec<(Kind, Vec<Value>)>,
    known: HashMap<(Kind, Vec<Value>), usize>,
}

impl Graph {
    pub(crate) fn new(instructions: Instructions, bits: u32) -> Graph {
        Graph { instructions, bits, nodes: Vec::new(), known: HashMap::new() }
    }

    /// A word that differs from lane to lane.
    pub(crate) fn input(&mut self, index: usize) -> Value {
        self.emit(Kind::Input(index), vec![])
    }

    /// So many of them.
    pub(crate) fn inputs<const N: usize>(&mut self) -> [Value; N] {
        std::array::from_fn(|index| self.input(index))
    }

    fn emit(&mut self, kind: Kind, mut operands: Vec<Value>) -> Value {
        if kind.commutes() {
            operands.sort_by_key(|operand| format!("{operand:?}"));
        }
        let next = self.nodes.len();
        let node = *self.known.entry((kind, operands.clone())).or_insert(next);
        if node == next {
            self.nodes.push((kind, operands));
        }
        Value::Lane { node, plus: 0 }
    }

    fn mask(&self, value: u64) -> u64 {
        if self.bits == 64 { value } else { value & 0xffff_ffff }
    }

    /// The value with its constant added.
    fn settled(&mut self, value: Value) -> Value {
        match value {
            Value::Lane { node, plus } if plus != 0 => {
                self.emit(Kind::Add, vec![Value::Lane { node, plus: 0 }, Value::Known(plus)])
            }
            settled => settled,
        }
    }

    pub(crate) fn add(&mut self, a: Value, b: Value) -> Value {
        match (a, b) {
            (Value::Known(a), Value::Known(b)) => Value::Known(self.mask(a.wrapping_add(b))),
            (Value::Lane { node, plus }, Value::Known(known))
            | (Value::Known(known), Value::Lane { node, plus }) => {
                Value::Lane { node, plus: self.mask(plus.wrapping_add(known)) }
            }
            (a, b) => {
                let (a, b) = (self.settled(a), self.settled(b));
                self.emit(Kind::Add, vec![a, b])
            }
        }
    }

    pub(crate) fn sum<const N: usize>(&mut self, values: [Value; N]) -> Value {
        values.into_iter().reduce(|a, b| self.add(a, b)).expect("a sum has terms")
    }

    pub(crate) fn xor(&mut self, a: Value, b: Value) -> Value {
        match (self.settled(a), self.settled(b)) {
            (Value::Known(a), Value::Known(b)) => Value::Known(a ^ b),
            (lane, Value::Known(0)) | (Value::Known(0), lane) => lane,
            (a, b) => self.emit(Kind::Xor, vec![a, b]),
        }
    }

    fn and(&mut self, a: Value, b: Value) -> Value {
        match (self.settled(a), self.settled(b)) {
            (Value::Known(a), Value::Known(b)) => Value::Known(a & b),
            (a, b) => self.emit(Kind::And, vec![a, b]),
        }
    }

    /// A function of three bits: one instruction, unless that would leave constants to be combined.
    fn three(&mut self, name: &'static str, values: [Value; 3]) -> Value {
        let settled = values.map(|value| self.settled(value));
        self.emit(Kind::Three(name), settled.to_vec())
    }

    fn lanes_among(values: &[Value]) -> usize {
        values.iter().filter(|value| matches!(value, Value::Lane { .. })).count()
    }

    fn has_three(&self, values: &[Value], least: usize) -> bool {
        self.instructions == Instructions::Avx512 && Graph::lanes_among(values) >= least
    }

    pub(crate) fn xor3(&mut self, a: Value, b: Value, c: Value) -> Value {
        if self.has_three(&[a, b, c], 2) && ![a, b, c].contains(&Value::Known(0)) {
            return self.three("xor", [a, b, c]);
        }
        // What is known first: it is free.
        let mut values = [a, b, c];
        values.sort_by_key(|value| !matches!(value, Value::Known(_)));
        let first = self.xor(values[0], values[1]);
        self.xor(first, values[2])
    }

    /// `e ? f : g`, bit by bit.
    pub(crate) fn choose(&mut self, e: Value, f: Value, g: Value) -> Value {
        if self.has_three(&[e, f, g], 1) {
            return self.three("choose", [e, f, g]);
        }
        let fg = self.xor(f, g);
        let chosen = self.and(e, fg);
        self.xor(g, chosen)
    }

    /// The majority of three, bit by bit. With two operands, a^b serves the next round as its b^c.
    pub(crate) fn majority(&mut self, a: Value, b: Value, c: Value) -> Value {
        if self.has_three(&[a, b, c], 1) {
            return self.three("majority", [a, b, c]);
        }
        let (ab, bc) = (self.xor(a, b), self.xor(b, c));
        let both = self.and(ab, bc);
        self.xor(b, both)
    }

    /// Rotates right.
    pub(crate) fn rotate(&mut self, value: Value, by: u32) -> Value {
        match self.settled(value) {
            Value::Known(known) if self.bits == 64 => Value::Known(known.rotate_right(by)),
            Value::Known(known) => Value::Known((known as u32).rotate_right(by).into()),
            // Whole bytes are one shuffle, where there is no rotate.
            lane if self.instructions == Instructions::Avx512 || by.is_multiple_of(8) => {
                self.emit(Kind::Rotate(by), vec![lane])
            }
            lane => {
                let right = self.shift(lane, by as i32);
                let left = if self.bits - by == 1 {
                    self.emit(Kind::Add, vec![lane, lane])
                } else {
                    self.shift(lane, by as i32 - self.bits as i32)
                };
                self.emit(Kind::Xor, vec![right, left])
            }
        }
    }

    /// Shifts right, or left by a negative number.
    pub(crate) fn shift(&mut self, value: Value, by: i32) -> Value {
        match self.settled(value) {
            Value::Known(known) => Value::Known(self.mask(if by > 0 { known >> by } else { known << -by })),
            lane => self.emit(Kind::Shift(by), vec![lane]),
        }
    }

    pub(crate) fn swap_bytes(&mut self, value: Value) -> Value {
        match self.settled(value) {
            Value::Known(known) => Value::Known(known.swap_bytes() >> (64 - self.bits)),
            lane => self.emit(Kind::SwapBytes, vec![lane]),
        }
    }

    /// The instructions that these values need.
    pub(crate) fn needed(&mut self, values: &[Value]) -> Operations {
        let mut open: Vec<usize> = Vec::new();
        for &value in values {
            if let Value::Lane { node, .. } = self.settled(value) {
                open.push(node);
            }
        }
        let mut seen = vec![false; self.nodes.len()];
        let mut needed = Operations::default();
        while let Some(node) = open.pop() {
            if std::mem::replace(&mut seen[node], true) {
                continue;
            }
            let (kind, operands) = &self.nodes[node];
            if !matches!(kind, Kind::Input(_)) {
                needed.all += 1.0;
                needed.narrow += f64::from(u8::from(kind.is_narrow()));
            }
            open.extend(operands.iter().filter_map(|operand| match operand {
                Value::Lane { node, .. } => Some(*node),
                Value::Known(_) => None,
            }));
        }
        needed
    }
}

#[cfg(test)]
mod tests {
    use super::{Graph, Instructions, Operations, Value};

    #[test]
    fn constants_are_free_equal_work_is_done_once_and_unneeded_work_not_at_all() {
        let mut g = Graph::new(Instructions::Avx512, 32);
        let [x, y] = g.inputs();
        // x + 1 + y + 2 is two additions and a constant; x + 3 + 4 one.
        let one = g.add(x, Value::Known(3));
        let one = g.add(one, Value::Known(4));
        assert_eq!(g.needed(&[one]), Operations { all: 1.0, narrow: 0.0 });
        let (a, b) = (g.add(x, y), g.add(y, x));
        let unneeded = g.rotate(a, 5);
        let both = g.xor(a, b);
        let rotated = g.rotate(both, 7);
        assert_eq!(a, b);
        assert_eq!(g.needed(&[rotated]), Operations { all: 3.0, narrow: 1.0 });
        assert_eq!(g.needed(&[rotated, unneeded]), Operations { all: 4.0, narrow: 2.0 });
    }

    #[test]
    fn a_rotate_is_what_the_instructions_make_of_it() {
        let count = |instructions, bits, by| {
            let mut g = Graph::new(instructions, bits);
            let [x] = g.inputs();
            let rotated = g.rotate(x, by);
            g.needed(&[rotated])
        };
        assert_eq!(count(Instructions::Avx512, 32, 7), Operations { all: 1.0, narrow: 1.0 });
        assert_eq!(count(Instructions::Avx2, 32, 7), Operations { all: 3.0, narrow: 2.0 });
        assert_eq!(count(Instructions::Avx2, 32, 16), Operations { all: 1.0, narrow: 1.0 });
        // By 63 to the right is by 1 to the left, and that is an addition.
        assert_eq!(count(Instructions::Avx2, 64, 63), Operations { all: 3.0, narrow: 1.0 });
    }
}
