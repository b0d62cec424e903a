//! Every notebook of the checkout runs, and shows what is committed in it.

use chainrule_cli::run::run;
use chainrule_tests::{one_kernel_at_a_time, options};

#[test]
fn every_notebook_shows_what_is_committed() {
    let _one = one_kernel_at_a_time();
    let mut options = options();
    options.check = true;
    // Without notebooks this is an error too.
    if let Err(error) = run(&options) {
        panic!("{error}");
    }
}
