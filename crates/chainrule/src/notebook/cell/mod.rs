//! What the chainrule kernel writes around a cell's own code. Not for people.
//!
//! - [`install`] once in a process, before the first cell.
//! - A cell's last expression becomes `(&(EXPRESSION)).evcxr_display();`, with
//!   [`NotebookDisplay`](super::NotebookDisplay) and [`DebugDisplay`] in scope.
//! - `EXPRESSION?` becomes `EXPRESSION.chainrule_tell(LINE).told()?`, with [`Tell`],
//!   [`TellDisplay`] and [`TellDebug`] in scope.

mod addresses;
mod control;
mod last;
mod panics;
mod size;
mod tell;

use std::sync::Once;

pub use self::{
    last::{DebugDisplay, Shown},
    size::{NoSize, Size, sizes},
    tell::{Asked, IsResult, Tell, TellDebug, TellDisplay, Told},
};
use super::{live, training::LiveTraining};

/// Joins this process to its kernel: panics become events, the stop button reaches training,
/// experiments show moving curves. Does nothing on other kernels, nor when called again.
pub fn install() {
    static ONCE: Once = Once::new();
    if !live::is_live() {
        return;
    }
    ONCE.call_once(|| {
        panics::install();
        control::connect();
        chainrule_train::set_default_observer(Some(|| Box::new(LiveTraining::new())));
    });
}
