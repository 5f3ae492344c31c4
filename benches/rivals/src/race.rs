//! Contenders on one job, in turns.
//!
//! First every answer is held against ours. Then each contender is given the amount of work that takes it one slice
//! of time, and they go round: every repetition has new inputs, another order and another depth of stack, and each figure is the median over
//! repetitions. Ratios and shares are taken within a repetition, where the machine was the same for both, and then
//! their median.

use anyhow::{Result, ensure};
use gridnet_benches::Numbers;
use gridnet_core::Path;

use crate::clock::{deeper, timed};
use crate::form::Form;
use crate::job::{Answer, Job};
use crate::limit;
use crate::report::{Contender as Entry, Role, Row};

/// Who answers.
pub(crate) struct Contender<'a, J> {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// Our path and its form of the job, where a limit is known.
    pub(crate) form: Option<(Path, Form)>,
    pub(crate) run: Box<dyn Fn(&J) -> Answer + 'a>,
}

/// How long and how often.
pub(crate) struct Race {
    pub(crate) repetitions: usize,
    /// Seconds of work for a contender in a repetition.
    pub(crate) slice: f64,
    pub(crate) seed: u64,
}

impl Race {
    /// Runs one row. `prepare` makes a job of about so many hashes; `check` is enough of them to compare answers.
    pub(crate) fn run<J: Job>(
        &self,
        id: &'static str,
        title: &str,
        check: u64,
        prepare: impl Fn(&mut Numbers, u64) -> J,
        contenders: &[Contender<'_, J>],
    ) -> Result<Row> {
        let mut numbers = Numbers::new(self.seed);
        let job = prepare(&mut numbers, check);
        let (expected, _) = timed(|| (contenders[0].run)(&job));
        ensure!(expected != Answer::Hits(vec![]), "{id}: nothing was found, so nothing can be compared");
        let mut amounts = Vec::new();
        for contender in contenders {
            let (answer, _) = timed(|| (contender.run)(&job));
            ensure!(answer == expected, "{id}: {} and {} disagree", contender.name, contenders[0].name);
            // Again, warm: the first call paid for pages and detection.
            let (_, seconds) = timed(|| (contender.run)(&job));
            amounts.push((job.hashes() as f64 / seconds * self.slice) as u64);
        }
        let rates: Vec<Vec<f64>> =
            (0..self.repetitions).map(|_| repetition(&mut numbers, &prepare, contenders, &amounts)).collect();
        Ok(row(id, title, contenders, &rates))
    }
}

/// Hashes a second of each contender, once.
fn repetition<J: Job>(
    numbers: &mut Numbers,
    prepare: impl Fn(&mut Numbers, u64) -> J,
    contenders: &[Contender<'_, J>],
    amounts: &[u64],
) -> Vec<f64> {
    let mut order: Vec<usize> = (0..contenders.len()).collect();
    order.sort_by_cached_key(|_| numbers.next_u64());
    let mut rates = vec![0.0; contenders.len()];
    for index in order {
        let job = prepare(numbers, amounts[index]);
        let (_, seconds) = deeper(numbers.next_u64(), || timed(|| (contenders[index].run)(&job)));
        rates[index] = job.hashes() as f64 / seconds;
    }
    rates
}

/// Sums the repetitions up.
fn row<J>(id: &'static str, title: &str, contenders: &[Contender<'_, J>], repetitions: &[Vec<f64>]) -> Row {
    let of = |index: usize| -> Vec<f64> { repetitions.iter().map(|rates| rates[index]).collect() };
    let best_rival = (0..contenders.len())
        .filter(|&index| contenders[index].role == Role::Rival)
        .max_by(|&a, &b| median(of(a)).total_cmp(&median(of(b))));
    let ours = (0..contenders.len()).find(|&index| contenders[index].role == Role::Auto);
    let entries = contenders.iter().enumerate().map(|(index, contender)| {
        let rates = of(index);
        let paired = |others: &[f64]| median(rates.iter().zip(others).map(|(a, b)| a / b).collect());
        let needs = contender.form.and_then(|(path, form)| limit::needs(form, path));
        Entry {
            name: contender.name.clone(),
            role: contender.role,
            path: contender.form.map(|(path, _)| path.name()),
            rate: median(rates.clone()),
            low: quantile(rates.clone(), 0.25),
            high: quantile(rates.clone(), 0.75),
            ratio: best_rival.filter(|&rival| rival != index).map(|rival| paired(&of(rival))),
            ours_to_it: ours
                .filter(|_| contender.role == Role::Rival)
                .map(|ours| median(of(ours).iter().zip(&rates).map(|(a, b)| a / b).collect())),
            limit: None,
            share: None,
            operations: needs.map(|needs| needs.operations.all / needs.lanes as f64),
            narrow: needs.map(|needs| needs.operations.narrow / needs.lanes as f64),
            needs,
        }
    });
    Row {
        id,
        title: title.to_owned(),
        best_rival: best_rival.map(|index| contenders[index].name.clone()),
        contenders: entries.collect(),
    }
}

/// The middle one; of an even number the mean of the middle two.
fn median(values: Vec<f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value below which such a part of them lies, between two of them in proportion.
fn quantile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = part * (values.len() - 1) as f64;
    let (below, above) = (values[at.floor() as usize], values[at.ceil() as usize]);
    below + (above - below) * at.fract()
}

#[cfg(test)]
mod tests {
    use gridnet_benches::Numbers;

    use super::{Contender, Race, median, quantile};
    use crate::job::{Answer, WalkJob};
    use crate::report::Role;
    use crate::theirs;

    fn contender(name: &str, role: Role, run: fn(&WalkJob) -> Answer) -> Contender<'static, WalkJob> {
        Contender { name: name.to_owned(), role, form: None, run: Box::new(run) }
    }

    fn prepare(numbers: &mut Numbers, amount: u64) -> WalkJob {
        WalkJob { function: gridnet_core::HashFunction::Sha256, starts: numbers.values(4), steps: amount / 4 }
    }

    const RACE: Race = Race { repetitions: 3, slice: 0.0005, seed: 1 };

    #[test]
    fn medians_are_the_middle() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(quantile(vec![5.0, 4.0, 3.0, 2.0, 1.0], 0.25), 2.0);
    }

    #[test]
    fn a_contender_with_another_answer_is_refused() {
        let right = |job: &WalkJob| theirs::walk(job, |value| theirs::sha::sha2_once(value));
        let wrong = |job: &WalkJob| theirs::walk(job, |value| theirs::sha::sha2_twice(value));
        let row = RACE
            .run(
                "w",
                "walk",
                40,
                prepare,
                &[contender("a", Role::Auto, right), contender("b", Role::Rival, right)],
            )
            .unwrap();
        assert_eq!(row.best_rival.as_deref(), Some("b"));
        assert!(row.contenders[0].ratio.unwrap() > 0.0 && row.contenders[1].ratio.is_none());
        let error = RACE
            .run(
                "w",
                "walk",
                40,
                prepare,
                &[contender("a", Role::Auto, right), contender("b", Role::Rival, wrong)],
            )
            .unwrap_err();
        assert_eq!(error.to_string(), "w: b and a disagree");
    }
}
