//! Files of tables: Parquet and Arrow IPC, by the ending of their names. Read a batch of rows at a time, however long
//! they are; written to a file of another name first, so that a half-written one is never taken for a whole one.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use crate::outcome::Failure;

/// Rows that are read, verified and written together.
pub(crate) const ROWS: usize = 8_192;
/// Rows of a group of a Parquet file that is written: what its readers hold at once, at least.
const GROUP_ROWS: usize = 1 << 16;

/// What a table's file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Parquet,
    Ipc,
}

impl Kind {
    fn of(argument: &'static str, path: &Path) -> Result<Kind, Failure> {
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("parquet") => Ok(Kind::Parquet),
            Some("arrow" | "ipc" | "feather") => Ok(Kind::Ipc),
            _ => Err(Failure::argument(
                argument,
                format!("{path:?} is no table: its name must end in .parquet or .arrow"),
            )),
        }
    }
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;

/// A table that is being read.
pub(crate) struct Reader {
    argument: &'static str,
    path: PathBuf,
    pub(crate) schema: SchemaRef,
    /// How many rows there are, where the file says so.
    pub(crate) rows: Option<u64>,
    batches: Batches,
    /// The rest of a batch that is longer than [`ROWS`].
    rest: Option<RecordBatch>,
}

impl Reader {
    /// Opens a table. `argument` is what the user calls it.
    pub(crate) fn open(argument: &'static str, path: &Path) -> Result<Reader, Failure> {
        let refuse = |what: String| Failure::argument(argument, format!("{path:?} cannot be read: {what}"));
        let kind = Kind::of(argument, path)?;
        let file = File::open(path).map_err(|error| refuse(error.to_string()))?;
        // What strangers wrote may surprise a reader of files; it must not end us.
        let opened = catch_unwind(AssertUnwindSafe(|| open(kind, file)));
        let (schema, rows, batches) =
            opened.unwrap_or_else(|_| Err("it is damaged".to_owned())).map_err(refuse)?;
        Ok(Reader { argument, path: path.to_owned(), schema, rows, batches, rest: None })
    }

    /// The next rows, [`ROWS`] at most; `None` after the last.
    pub(crate) fn next(&mut self) -> Result<Option<RecordBatch>, Failure> {
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match catch_unwind(AssertUnwindSafe(|| self.batches.next())) {
                Ok(None) => return Ok(None),
                Ok(Some(Ok(batch))) => batch,
                Ok(Some(Err(error))) => return Err(self.refusal(&error.to_string())),
                Err(_) => return Err(self.refusal("it is damaged")),
            },
        };
        if batch.num_rows() > ROWS {
            self.rest = Some(batch.slice(ROWS, batch.num_rows() - ROWS));
        }
        Ok(Some(batch.slice(0, batch.num_rows().min(ROWS))))
    }

    /// What is wrong with the table.
    pub(crate) fn refusal(&self, what: &str) -> Failure {
        self.refuser()(what)
    }

    /// What says so elsewhere, while this one reads on.
    pub(crate) fn refuser(&self) -> impl Fn(&str) -> Failure + Send + Sync + use<> {
        let (argument, path) = (self.argument, self.path.clone());
        move |what| Failure::argument(argument, format!("{path:?} cannot be read: {what}"))
    }
}

fn open(kind: Kind, file: File) -> Result<(SchemaRef, Option<u64>, Batches), String> {
    match kind {
        Kind::Parquet => {
            let builder =
                ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| error.to_string())?;
            let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).ok();
            let schema = builder.schema().clone();
            let reader = builder.with_batch_size(ROWS).build().map_err(|error| error.to_string())?;
            Ok((schema, rows, Box::new(reader)))
        }
        Kind::Ipc => {
            let reader = FileReader::try_new(file, None).map_err(|error| error.to_string())?;
            Ok((reader.schema(), None, Box::new(reader)))
        }
    }
}

/// A table that is being written.
pub(crate) struct Writer {
    argument: &'static str,
    path: PathBuf,
    file: Option<NamedTempFile>,
    to: To,
}

enum To {
    Parquet(Box<ArrowWriter<File>>),
    Ipc(Box<FileWriter<File>>),
}

impl Writer {
    /// Begins a table with these columns.
    pub(crate) fn create(argument: &'static str, path: &Path, schema: &SchemaRef) -> Result<Writer, Failure> {
        let kind = Kind::of(argument, path)?;
        let refuse = |what: String| refusal(argument, path, &what);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        // A table is nobody's secret: whoever may read the user's other files may read it.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder).map_err(|error| refuse(error.to_string()))?;
        let handle = file.reopen().map_err(|error| refuse(error.to_string()))?;
        let to = match kind {
            Kind::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(GROUP_ROWS))
                    .build();
                let writer = ArrowWriter::try_new(handle, schema.clone(), Some(properties));
                To::Parquet(Box::new(writer.map_err(|error| refuse(error.to_string()))?))
            }
            Kind::Ipc => {
                let writer = FileWriter::try_new(handle, schema);
                To::Ipc(Box::new(writer.map_err(|error| refuse(error.to_string()))?))
            }
        };
        Ok(Writer { argument, path: path.to_owned(), file: Some(file), to })
    }

    /// Adds rows.
    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<(), Failure> {
        let written = match &mut self.to {
            To::Parquet(writer) => writer.write(batch).map_err(|error| error.to_string()),
            To::Ipc(writer) => writer.write(batch).map_err(|error| error.to_string()),
        };
        written.map_err(|what| refusal(self.argument, &self.path, &what))
    }

    /// Ends the table, which is there from then on.
    pub(crate) fn finish(mut self) -> Result<(), Failure> {
        let finished = match self.to {
            To::Parquet(writer) => writer.close().map(drop).map_err(|error| error.to_string()),
            To::Ipc(mut writer) => writer.finish().map_err(|error| error.to_string()),
        };
        let refuse = |what: String| refusal(self.argument, &self.path, &what);
        finished.map_err(refuse)?;
        let file = self.file.take().expect("it is finished once");
        file.persist(&self.path).map(drop).map_err(|error| refuse(error.error.to_string()))
    }
}

fn refusal(argument: &'static str, path: &Path, what: &str) -> Failure {
    Failure::argument(argument, format!("{path:?} cannot be written: {what}"))
}

/// The file of identities beside a table: `NAME.identities.parquet` for `NAME.parquet`.
pub(crate) fn identities_beside(path: &Path) -> PathBuf {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("parquet");
    path.with_extension(format!("identities.{ending}"))
}
