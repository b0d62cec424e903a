//! Every notebook of the checkout runs on both kernels, and shows what is committed in it.

use chainrule_cli::run::run;
use chainrule_tests::{KERNELS, one_kernel_at_a_time, options};

#[test]
fn every_notebook_shows_what_is_committed() {
    let _one = one_kernel_at_a_time();
    for kernel in KERNELS {
        let mut options = options();
        options.kernel = Some(kernel.to_owned());
        options.check = true;
        // Without notebooks this is an error too.
        if let Err(error) = run(&options) {
            panic!("on {kernel}: {error}");
        }
    }
}
