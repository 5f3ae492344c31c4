//! The rows of a table that arrives batch by batch, decoded on every thread while those before them are worked on.

use std::sync::mpsc::sync_channel;
use std::thread;

use arrow_array::RecordBatch;
use gridnet_core::Engine;

/// Batches that go together where there is a graphics processor to be filled.
const BATCHES_OF_GPU: usize = 8;
/// Most rows of a batch that go together: memory is taken for them, and nobody hears of progress before they are done. A
/// graphics processor is filled by `BATCHES_OF_GPU` times as many.
const TOGETHER_MAX: usize = 8_192;
/// Rows that a thread decodes at a time.
const PIECE: usize = 512;
/// How many times rows are decoded ahead.
const AHEAD: usize = 2;

/// Hands the rows of a table to `work`, a batch or more at a time and in their order, while further ones are read and
/// decoded. `work` says whether to go on. Whether it went through all.
///
/// # Errors
/// The first one, of reading, decoding or working, once all that was read before it was worked on.
pub fn each_batch<R: Send, E: Send>(
    engine: &Engine,
    batches: impl Iterator<Item = Result<RecordBatch, E>> + Send,
    decode: impl Fn(&RecordBatch) -> Result<Vec<R>, E> + Send + Sync,
    mut work: impl FnMut(Vec<R>) -> Result<bool, E>,
) -> Result<bool, E> {
    let batches = batches.flat_map(|batch| match batch {
        Ok(batch) => cut(&batch, TOGETHER_MAX).map(Ok).collect(),
        Err(error) => vec![Err(error)],
    });
    let mut decoder = Decoder { batches, engine, decode, failure: None };
    thread::scope(|scope| {
        let (decoded, rows) = sync_channel(AHEAD);
        scope.spawn(move || {
            while let Some(rows) = decoder.next().transpose() {
                let failed = rows.is_err();
                if decoded.send(rows).is_err() || failed {
                    return;
                }
            }
        });
        for rows in rows {
            if !work(rows?)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

struct Decoder<'a, B, D, E> {
    batches: B,
    engine: &'a Engine,
    decode: D,
    /// What comes after the rows before it.
    failure: Option<E>,
}

impl<R, B, D, E> Decoder<'_, B, D, E>
where
    R: Send,
    B: Iterator<Item = Result<RecordBatch, E>>,
    D: Fn(&RecordBatch) -> Result<Vec<R>, E> + Sync,
    E: Send,
{
    /// The next rows; `None` after the last.
    fn next(&mut self) -> Result<Option<Vec<R>>, E> {
        let pieces = self.pieces();
        if pieces.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        let mut rows = Vec::new();
        for decoded in self.engine.each_piece(pieces.iter(), |_, piece| (self.decode)(piece)) {
            match decoded {
                Ok(decoded) => rows.extend(decoded),
                Err(error) => {
                    self.failure = Some(error);
                    break;
                }
            }
        }
        Ok(Some(rows))
    }

    /// The next batches, cut for the threads.
    fn pieces(&mut self) -> Vec<RecordBatch> {
        let mut pieces = Vec::new();
        let batches = if self.engine.has_gpu() { BATCHES_OF_GPU } else { 1 };
        for _ in 0..batches {
            if self.failure.is_some() {
                break;
            }
            match self.batches.next() {
                None => break,
                Some(Ok(batch)) => pieces.extend(cut(&batch, PIECE)),
                Some(Err(failure)) => self.failure = Some(failure),
            }
        }
        pieces
    }
}

/// At least one piece: a batch without rows is not the end.
fn cut(batch: &RecordBatch, most: usize) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    (0..rows.max(1)).step_by(most).map(move |from| batch.slice(from, most.min(rows - from)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::cast::AsArray as _;
    use arrow_array::types::UInt64Type;
    use arrow_array::{RecordBatch, UInt64Array};
    use gridnet_core::Engine;

    use super::{TOGETHER_MAX, each_batch};

    fn numbers(range: std::ops::Range<u64>) -> RecordBatch {
        let array: Arc<dyn arrow_array::Array> = Arc::new(UInt64Array::from_iter_values(range));
        RecordBatch::try_from_iter([("number", array)]).expect("a table")
    }

    fn decode(batch: &RecordBatch) -> Result<Vec<u64>, &'static str> {
        let numbers = batch.column(0).as_primitive::<UInt64Type>().values().to_vec();
        if numbers.contains(&9_999_999) { Err("a number that cannot be") } else { Ok(numbers) }
    }

    /// The rows that were worked on, how they came, and how it ended.
    fn worked(
        batches: Vec<Result<RecordBatch, &'static str>>,
        last: u64,
    ) -> (Vec<u64>, Vec<usize>, Result<bool, &'static str>) {
        let engine = Engine::builder().device("cpu").threads(2).build().expect("an engine");
        let (mut rows, mut parts) = (Vec::new(), Vec::new());
        let ended = each_batch(&engine, batches.into_iter(), decode, |part: Vec<u64>| {
            parts.push(part.len());
            rows.extend(part);
            Ok(rows.last() != Some(&last))
        });
        (rows, parts, ended)
    }

    #[test]
    fn rows_keep_their_order_however_they_come() {
        let count = TOGETHER_MAX as u64 + 700;
        let (rows, parts, ended) =
            worked(vec![Ok(numbers(0..count)), Ok(numbers(0..0)), Ok(numbers(count..count + 3))], u64::MAX);
        assert_eq!((rows, ended), ((0..count + 3).collect(), Ok(true)));
        assert_eq!(parts, [TOGETHER_MAX, 700, 0, 3]);
    }

    #[test]
    fn what_stands_before_a_failure_is_worked_on() {
        let (rows, _, ended) =
            worked(vec![Ok(numbers(0..10)), Err("the disk"), Ok(numbers(10..20))], u64::MAX);
        assert_eq!((rows, ended), ((0..10).collect(), Err("the disk")));
        let (rows, _, ended) = worked(vec![Ok(numbers(9_999_000..10_000_001))], u64::MAX);
        assert_eq!((rows, ended), ((9_999_000..9_999_512).collect(), Err("a number that cannot be")));
    }

    #[test]
    fn whoever_works_can_stop() {
        let (rows, _, ended) = worked((0..50).map(|n| Ok(numbers(n..n + 1))).collect(), 4);
        assert_eq!((rows, ended), ((0..5).collect(), Ok(false)));
    }
}
