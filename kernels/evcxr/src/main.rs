//! The stock evcxr Jupyter kernel, built from this workspace so that Cargo.lock pins it.

fn main() -> anyhow::Result<()> {
    evcxr_jupyter::main()
}
