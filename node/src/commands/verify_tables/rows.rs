//! The rows of a table, decoded on every thread.

use arrow_array::RecordBatch;
use gridnet_core::Engine;

use super::said;
use crate::outcome::Failure;
use crate::tables::Reader;

/// Batches that are verified together where there is a graphics processor to be filled.
const BATCHES_OF_GPU: usize = 8;
/// Rows that a thread decodes at a time.
const PIECE: usize = 512;

/// A reader and what its rows are.
pub(super) struct Decoder<'a, D> {
    reader: Reader,
    engine: &'a Engine,
    decode: D,
    /// What comes after the rows before it.
    failure: Option<Failure>,
}

impl<'a, R, D> Decoder<'a, D>
where
    R: Send,
    D: Fn(&RecordBatch) -> Result<Vec<R>, gridnet_protocol::Error> + Sync,
{
    pub(super) fn new(reader: Reader, engine: &'a Engine, decode: D) -> Self {
        Decoder { reader, engine, decode, failure: None }
    }

    /// The next rows; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<Vec<R>>, Failure> {
        let pieces = self.pieces();
        if pieces.is_empty() {
            return self.failure.take().map_or(Ok(None), Err);
        }
        let mut rows = Vec::new();
        for decoded in self.engine.each_piece(pieces.iter(), |_, piece| (self.decode)(piece)) {
            match decoded {
                Ok(decoded) => rows.extend(decoded),
                Err(error) => {
                    self.failure = Some(self.reader.refusal(&said(&error)));
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
            match self.reader.next() {
                Ok(None) => break,
                Ok(Some(batch)) => pieces.extend(cut(&batch)),
                Err(failure) => self.failure = Some(failure),
            }
        }
        pieces
    }
}

/// At least one piece: a batch without rows is not the end.
fn cut(batch: &RecordBatch) -> impl Iterator<Item = RecordBatch> {
    let rows = batch.num_rows();
    (0..rows.max(1)).step_by(PIECE).map(move |from| batch.slice(from, PIECE.min(rows - from)))
}
