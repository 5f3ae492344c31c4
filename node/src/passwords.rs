//! Passwords: from a file, from the environment, or asked for. Never from the command line, which everybody can read.

use std::path::Path;

use zeroize::Zeroizing;

use crate::files;
use crate::outcome::Failure;

/// Bytes of a password's file, at most.
const FILE_BYTES_MAX: u64 = 1 << 12;

/// Where a password may come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    /// The argument that names its file.
    pub(crate) argument: &'static str,
    /// The file.
    pub(crate) file: Option<&'a Path>,
    /// The variable that holds it.
    pub(crate) variable: &'static str,
}

impl<'a> Source<'a> {
    /// Of a wallet's password.
    pub(crate) fn usual(file: Option<&'a Path>) -> Source<'a> {
        Source { argument: "--password-file", file, variable: "GRIDNET_PASSWORD" }
    }

    /// The password of something that has one.
    pub(crate) fn password(self, prompt: &str) -> Result<Zeroizing<String>, Failure> {
        self.told()?.map_or_else(|| self.ask(prompt), Ok)
    }

    /// A password for something new: whoever types it types it twice.
    pub(crate) fn new_password(self, prompt: &str) -> Result<Zeroizing<String>, Failure> {
        if let Some(told) = self.told()? {
            return Ok(told);
        }
        let password = self.ask(prompt)?;
        if *self.ask("once more: ")? != *password {
            return Err(Failure::Usage("the two passwords differ; nothing was done".to_owned()));
        }
        Ok(password)
    }

    fn told(self) -> Result<Option<Zeroizing<String>>, Failure> {
        if let Some(path) = self.file {
            let bytes = files::read(self.argument, path, FILE_BYTES_MAX)?;
            let line = bytes.split(|&byte| byte == b'\n').next().unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = std::str::from_utf8(line)
                .map_err(|_| Failure::argument(self.argument, format!("{path:?} is not UTF-8")))?;
            return Ok(Some(Zeroizing::new(text.to_owned())));
        }
        match std::env::var(self.variable) {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Failure::argument(self.variable, "it is not UTF-8"))
            }
        }
    }

    fn ask(self, prompt: &str) -> Result<Zeroizing<String>, Failure> {
        hidden(prompt).map_err(|error| {
            let what = format!("is needed, or {}: there is no terminal to ask at ({error})", self.variable);
            Failure::argument(self.argument, what)
        })
    }
}

/// What somebody types without its being shown.
pub(crate) fn hidden(prompt: &str) -> std::io::Result<Zeroizing<String>> {
    rpassword::prompt_password(prompt).map(Zeroizing::new)
}
