//! `:clear` and `:restart`: what every session begins with is run again.

use chainrule_jupyter::{Failure, Host};

use crate::cell::Anew;
use crate::engine::Variables;
use crate::kernel::Kernel;
use crate::screen::Screen;
use crate::settings::START;
use crate::stage::lock;
use crate::words;

impl Kernel {
    /// Clears the session, or only its process, and runs again what everything begins with.
    pub(crate) fn begin_anew(
        &self,
        anew: Anew,
        cell: usize,
        screen: &mut Screen<'_>,
        host: &dyn Host,
    ) -> Result<(), Failure> {
        let (command, first) = match anew {
            Anew::Session => (":clear", self.settings.prelude()),
            Anew::Process => (":restart", START.to_owned()),
        };
        self.attend(command.to_owned(), screen, host);
        match anew {
            Anew::Session => lock(&self.memory).clear(cell),
            Anew::Process => {
                let gone = Variables::new();
                lock(&self.memory).replace(gone, cell, "was lost by `:restart` in");
            }
        }
        let mut failed = None;
        // The stop button may have ended the first build.
        for _ in 0..2 {
            match self.attend(first.clone(), screen, host).report.result {
                Some(Err(error)) => failed = Some(words::cannot_start(&error.to_string())),
                _ => return Ok(()),
            }
        }
        failed.map_or(Ok(()), Err)
    }
}
