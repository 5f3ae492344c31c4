//! Every kernel of every path that this CPU has, against published crates that share no code with the kernels.
//!
//! A test is a [`Question`] put to kernels and judged by the oracle. Each kind of question has a sabotage test
//! beside it: the same judge must refuse a right answer that was spoiled.
#![forbid(unsafe_code)]

mod digest;
mod field;
mod mix;
mod oracle;
mod paths;
mod search;
mod verify;
mod walk;

use std::fmt::Debug;

use gridnet_simd::{Function, Kernel, Path};

/// Something a kernel can be asked, with a judge of its answers.
trait Question: Debug {
    type Answer: Debug;
    /// The function of the kernels that it may be put to.
    fn function(&self) -> Function;
    fn ask(&self, kernel: Kernel) -> Self::Answer;
    /// What is wrong with an answer.
    fn judge(&self, answer: &Self::Answer) -> Result<(), String>;
}

/// The kernels of this CPU for a function: portable at least.
fn kernels(function: Function) -> Vec<Kernel> {
    Path::available().into_iter().flat_map(|path| Kernel::all(path, function)).collect()
}

/// Every kernel of the question's function answers it rightly.
fn check(question: &impl Question) {
    let kernels = kernels(question.function());
    assert!(!kernels.is_empty());
    for kernel in kernels {
        if let Err(wrong) = question.judge(&question.ask(kernel)) {
            panic!("{} is wrong: {wrong}\n{question:?}", kernel.path().name());
        }
    }
}

/// The judge accepts each kernel's answer, and refuses it after `spoil`.
fn check_refused<Q: Question>(question: &Q, how: &str, spoil: impl Fn(&mut Q::Answer)) {
    for kernel in kernels(question.function()) {
        let mut answer = question.ask(kernel);
        assert_eq!(question.judge(&answer), Ok(()), "{question:?}");
        spoil(&mut answer);
        assert!(question.judge(&answer).is_err(), "{how} went unnoticed on {}", kernel.path().name());
    }
}

/// Whether two lists are equal, else where they first are not.
fn same<T: PartialEq + Debug>(got: &[T], wanted: &[T]) -> Result<(), String> {
    let longest = got.len().max(wanted.len());
    match (0..longest).find(|&at| got.get(at) != wanted.get(at)) {
        None => Ok(()),
        Some(at) => Err(format!(
            "entry {at} is {:?} instead of {:?}, of {} instead of {}",
            got.get(at),
            wanted.get(at),
            got.len(),
            wanted.len()
        )),
    }
}
