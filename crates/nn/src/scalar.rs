//! The two arithmetics, f32 and f64, behind one sealed trait.

use chainrule_error::Result;
use ndarray::NdFloat;
use rand_pcg::Pcg64;

use crate::{
    Clipping, Gradients, Inputs, Model, Network, Penalty, Targets, Workspace, clip,
    network::{engine, passes, weights},
    noise,
    optim::{self, Core, Entry, Memory},
    penalty,
};

/// f32 or f64.
///
/// Beside the arithmetic it carries the entry points of the heavy code. They are compiled here,
/// once for each type; generic code of a caller, such as a notebook cell, only calls them and is
/// not burdened with compiling a network again.
pub trait Scalar: NdFloat + Default + std::iter::Sum + sealed::Sealed {
    /// What the type is called in summaries: `f32` or `f64`.
    const NAME: &'static str;

    /// The nearest value of this type.
    fn of(value: f64) -> Self;

    /// The value as f64, exactly.
    fn as_f64(self) -> f64;

    #[doc(hidden)]
    fn build(model: &Model, seed: u64) -> Result<Network<Self>>;

    #[doc(hidden)]
    fn workspace(network: &Network<Self>, capacity: usize, in_pieces: bool) -> Workspace<Self>;

    #[doc(hidden)]
    fn forward(
        network: &Network<Self>,
        workspace: &mut Workspace<Self>,
        batch: usize,
        inputs: Option<&dyn Inputs<Self>>,
    );

    #[doc(hidden)]
    fn loss(
        network: &Network<Self>,
        workspace: &mut Workspace<Self>,
        targets: Targets<'_, Self>,
    ) -> f64;

    #[doc(hidden)]
    fn forward_backward(
        network: &Network<Self>,
        workspace: &mut Workspace<Self>,
        batch: usize,
        inputs: Option<&dyn Inputs<Self>>,
        targets: Targets<'_, Self>,
    ) -> f64;

    #[doc(hidden)]
    fn descend(network: &mut Network<Self>, gradients: &Gradients<Self>, rate: f64) -> Result<()>;

    #[doc(hidden)]
    fn advance(
        core: &mut Core,
        network: &mut Network<Self>,
        gradients: &Gradients<Self>,
    ) -> Result<()>;

    #[doc(hidden)]
    fn clip(gradients: &mut Gradients<Self>, clipping: Clipping) -> f64;

    #[doc(hidden)]
    fn penalize(network: &Network<Self>, gradients: &mut Gradients<Self>, penalty: Penalty);

    #[doc(hidden)]
    fn decay(network: &mut Network<Self>, share: f64);

    #[doc(hidden)]
    fn make_noise(gradients: &mut Gradients<Self>, deviation: f64, rng: &mut Pcg64);

    #[doc(hidden)]
    fn npz(network: &Network<Self>) -> Result<Vec<u8>>;

    #[doc(hidden)]
    fn read_npz(network: &mut Network<Self>, content: &[u8]) -> Result<()>;

    #[doc(hidden)]
    fn entries(memory: &mut Memory) -> &mut Vec<Entry<Self>>;
}

mod sealed {
    #[expect(
        private_bounds,
        reason = "nobody outside can name what stands above a sealed trait"
    )]
    pub trait Sealed: crate::kernels::Lanes + crate::kernels::Exponentials {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

macro_rules! scalar {
    ($($float:ident $memory:ident)*) => {$(
        impl Scalar for $float {
            const NAME: &'static str = stringify!($float);

            fn of(value: f64) -> Self {
                value as $float
            }

            fn as_f64(self) -> f64 {
                f64::from(self)
            }

            fn build(model: &Model, seed: u64) -> Result<Network<Self>> {
                engine::build(model, seed)
            }

            fn workspace(network: &Network<Self>, capacity: usize, in_pieces: bool) -> Workspace<Self> {
                engine::workspace(network, capacity, in_pieces)
            }

            fn forward(
                network: &Network<Self>,
                workspace: &mut Workspace<Self>,
                batch: usize,
                inputs: Option<&dyn Inputs<Self>>,
            ) {
                passes::forward(network, workspace, batch, inputs);
            }

            fn loss(
                network: &Network<Self>,
                workspace: &mut Workspace<Self>,
                targets: Targets<'_, Self>,
            ) -> f64 {
                passes::loss(network, workspace, targets)
            }

            fn forward_backward(
                network: &Network<Self>,
                workspace: &mut Workspace<Self>,
                batch: usize,
                inputs: Option<&dyn Inputs<Self>>,
                targets: Targets<'_, Self>,
            ) -> f64 {
                passes::forward_backward(network, workspace, batch, inputs, targets)
            }

            fn descend(
                network: &mut Network<Self>,
                gradients: &Gradients<Self>,
                rate: f64,
            ) -> Result<()> {
                network.update_filled(gradients, |parameter, gradient, filled| {
                    optim::descend(rate, parameter, (gradient, filled), gradients.samples);
                })
            }

            fn advance(
                core: &mut Core,
                network: &mut Network<Self>,
                gradients: &Gradients<Self>,
            ) -> Result<()> {
                core.advance(network, gradients)
            }

            fn clip(gradients: &mut Gradients<Self>, clipping: Clipping) -> f64 {
                clip::clip(gradients, clipping)
            }

            fn penalize(
                network: &Network<Self>,
                gradients: &mut Gradients<Self>,
                penalty: Penalty,
            ) {
                penalty::penalize(network, gradients, penalty);
            }

            fn decay(network: &mut Network<Self>, share: f64) {
                penalty::decay(network, share);
            }

            fn make_noise(gradients: &mut Gradients<Self>, deviation: f64, rng: &mut Pcg64) {
                noise::add(gradients, deviation, rng);
            }

            fn npz(network: &Network<Self>) -> Result<Vec<u8>> {
                weights::npz(network)
            }

            fn read_npz(network: &mut Network<Self>, content: &[u8]) -> Result<()> {
                weights::read_npz(network, content)
            }

            fn entries(memory: &mut Memory) -> &mut Vec<Entry<Self>> {
                &mut memory.$memory
            }
        }
    )*};
}

scalar!(f32 single f64 double);
