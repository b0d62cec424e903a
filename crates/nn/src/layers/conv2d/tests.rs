//! Both ways of convolving, in registers of every width, against six nested loops.

use ndarray::ArrayD;
use proptest::prelude::*;
use pulp::{Scalar128b, Scalar256b, Scalar512b, Simd, WithSimd};

use super::{columns::Columns, direct::*, padded::Padded, *};

/// The obvious loops: `[y, dx, dW, db]`, the last two summed over the batch.
fn obvious(conv: &Conv2d, weight: &[f64], bias: &[f64], x: &[f64], dy: &[f64]) -> [Vec<f64>; 4] {
    let Window {
        channels,
        height,
        width,
        kernel,
    } = conv.window;
    let places = height * width;
    let before = (kernel - 1) / 2;
    let mut y = vec![0.0; dy.len()];
    let mut dx = vec![0.0; x.len()];
    let mut d_weight = vec![0.0; weight.len()];
    let mut d_bias = vec![0.0; conv.filters];
    for out in 0..dy.len() {
        let (sample, filter) = (out / places / conv.filters, out / places % conv.filters);
        let (row, column) = (out % places / width, out % width);
        y[out] = bias.get(filter).copied().unwrap_or(0.0);
        d_bias[filter] += dy[out];
        for channel in 0..channels {
            for i in 0..kernel {
                for j in 0..kernel {
                    let (r, c) = (row + i, column + j);
                    let inside = |at, size| (before..before + size).contains(&at);
                    if !(inside(r, height) && inside(c, width)) {
                        continue;
                    }
                    let plane = sample * channels + channel;
                    let from = plane * places + (r - before) * width + c - before;
                    let tap = ((filter * channels + channel) * kernel + i) * kernel + j;
                    y[out] += weight[tap] * x[from];
                    dx[from] += weight[tap] * dy[out];
                    d_weight[tap] += dy[out] * x[from];
                }
            }
        }
    }
    [y, dx, d_weight, d_bias]
}

/// Calls a pass with the registers of its choice.
trait Machine {
    fn call<W: WithSimd<Output = ()>>(&self, work: W);
}

struct Native;

impl Machine for Native {
    fn call<W: WithSimd<Output = ()>>(&self, work: W) {
        pulp::Arch::new().dispatch(work);
    }
}

struct Of<S>(S);

impl<S: Simd> Machine for Of<S> {
    fn call<W: WithSimd<Output = ()>>(&self, work: W) {
        self.0.vectorize(work);
    }
}

struct Case<F> {
    conv: Conv2d,
    parameters: Vec<Parameter<F>>,
    x: Vec<F>,
    dy: Vec<F>,
}

impl<F: Scalar> Case<F> {
    fn new(conv: Conv2d, has_bias: bool, batch: usize) -> Self {
        let number = |n: usize, salt: usize| F::of(((n * 7_919 + salt) % 101) as f64 / 50.0 - 1.0);
        let numbers = |count, salt| -> Vec<F> { (0..count).map(|n| number(n, salt)).collect() };
        let parameter = |count, salt| Parameter {
            name: String::new(),
            value: ArrayD::from_shape_vec(vec![count], numbers(count, salt)).unwrap(),
        };
        let mut parameters = vec![parameter(conv.filters * conv.window.rows(), 3)];
        if has_bias {
            parameters.push(parameter(conv.filters, 11));
        }
        let x = numbers(batch * (conv.window.channels * conv.window.places()), 29);
        let dy = numbers(batch * Layer::<F>::output_len(&conv), 57);
        Self {
            conv,
            parameters,
            x,
            dy,
        }
    }

    fn expected(&self) -> [Vec<f64>; 4] {
        let wide = |values: &[F]| -> Vec<f64> { values.iter().map(|v| v.as_f64()).collect() };
        let bias = self.parameters.get(1).map(|bias| wide(bias.values()));
        obvious(
            &self.conv,
            &wide(self.parameters[0].values()),
            &bias.unwrap_or_default(),
            &wide(&self.x),
            &wide(&self.dy),
        )
    }

    /// `[y, dx, dW, db]` of a pass forward and one back, twice in the same scratch space.
    fn run(
        &self,
        mut scratch: Scratch<F>,
        forward: impl Fn(&mut [F], &mut Scratch<F>),
        backward: impl Fn(Backward<'_, F>, &mut Scratch<F>),
    ) -> [Vec<f64>; 4] {
        let mut y = vec![F::nan(); self.dy.len()];
        let mut dx = vec![F::nan(); self.x.len()];
        let mut gradients = self.parameters.clone();
        for needed in [false, true] {
            forward(&mut y, &mut scratch);
            let pass = Backward {
                parameters: &self.parameters,
                x: &self.x,
                y: &y,
                dy: &self.dy,
                dx: needed.then_some(&mut dx),
                prepared: &[],
                gradients: &mut gradients,
            };
            backward(pass, &mut scratch);
        }
        let d_bias = gradients.get(1).map(|p| p.values().to_vec());
        [
            y,
            dx,
            gradients[0].values().to_vec(),
            d_bias.unwrap_or_default(),
        ]
        .map(|values| values.iter().map(|v| v.as_f64()).collect())
    }

    fn direct(&self, machine: &impl Machine) -> [Vec<f64>; 4] {
        let direct = Direct::new::<F>(self.conv.window, self.conv.filters);
        self.run(
            direct.scratch(),
            |y, scratch| {
                machine.call(Forward {
                    direct,
                    weight: self.parameters[0].values(),
                    bias: self.parameters.get(1).map(Parameter::values),
                    x: &self.x,
                    y,
                    scratch,
                });
            },
            |pass, scratch| {
                machine.call(Gradients {
                    direct,
                    pass,
                    scratch,
                });
            },
        )
    }

    fn by_columns(&self) -> [Vec<f64>; 4] {
        let columns = Columns {
            window: self.conv.window,
            filters: self.conv.filters,
        };
        let weight = self.parameters[0].values();
        let bias = self.parameters.get(1).map(Parameter::values);
        self.run(
            columns.scratch(),
            |y, scratch| columns.forward(weight, bias, &self.x, y, scratch),
            |pass, scratch| columns.backward(pass, scratch),
        )
    }

    fn agree(&self, precision: f64) -> Result<(), TestCaseError> {
        let expected = self.expected();
        let ways = [
            ("columns", self.by_columns()),
            ("this machine's registers", self.direct(&Native)),
            ("no registers", self.direct(&Of(pulp::Scalar))),
            ("16 bytes", self.direct(&Of(Scalar128b))),
            ("32 bytes", self.direct(&Of(Scalar256b))),
            ("64 bytes", self.direct(&Of(Scalar512b))),
        ];
        for (way, got) in ways {
            let names = ["y", "dx", "dW", "db"];
            for ((got, expected), name) in got.iter().zip(&expected).zip(names) {
                if self.parameters.len() == 1 && name == "db" {
                    continue;
                }
                prop_assert_eq!(got.len(), expected.len());
                for (n, (got, expected)) in got.iter().zip(expected).enumerate() {
                    let near = (got - expected).abs() <= precision * (1.0 + expected.abs());
                    prop_assert!(near, "{way}: {name}[{n}] is {got}, should be {expected}");
                }
            }
        }
        Ok(())
    }
}

/// Images of 1 × 1 and of several registers; filters of every side, larger than the image too.
fn convolutions() -> impl Strategy<Value = Conv2d> {
    let side = || prop_oneof![1_usize..8, 8_usize..20, Just(28), Just(33)];
    (1_usize..4, side(), side(), 1_usize..8, 1_usize..11).prop_map(
        |(channels, height, width, kernel, filters)| Conv2d {
            window: Window {
                channels,
                height,
                width,
                kernel,
            },
            filters,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_way_agrees_with_the_obvious_loops(conv in convolutions(), bias: bool, batch in 1_usize..4) {
        let Conv2d { window, filters } = conv;
        Case::<f64>::new(conv, bias, batch).agree(1e-11)?;
        // A gradient sums up to 3267 terms one after the other: f32 may lose 1e-3 of them.
        Case::<f32>::new(Conv2d { window, filters }, bias, batch).agree(1e-2)?;
    }
}

/// Where there are 32 registers more places are computed at once, which this machine need not have.
struct AtOnce<'a, const P: usize> {
    window: Window,
    weights: &'a [f64],
    x: &'a [f64],
    y: &'a mut [f64],
}

impl<const P: usize> WithSimd for AtOnce<'_, P> {
    type Output = ();

    fn with_simd<S: Simd>(self, simd: S) {
        let window = self.window;
        let padded = Padded::input::<f64>(&window);
        let filters = self.y.len() / window.places();
        let mut input = vec![0.0; window.channels * padded.plane_len()];
        padded.fill(simd, self.x, &mut input);
        let mut weights = vec![0.0; self.weights.len()];
        let taps = window.kernel * window.kernel;
        let extents = [filters, window.channels, taps];
        let weight = |f, c, t| self.weights[(f * window.channels + c) * taps + t];
        correlate::pack(extents, weight, &mut weights);
        let mut rows = vec![0; window.channels * window.kernel];
        correlate::rows(&padded, window.channels, &mut rows);
        let mut at = vec![0; 2 * window.places()];
        let count = correlate::positions::<f64, S>(simd, &padded, &mut at);
        let convolution = correlate::Correlate {
            padded,
            input: &input,
            weights: &weights,
            bias: None,
            rows: &rows,
            at: &at.as_chunks().0[..count],
            output: self.y,
        };
        convolution.run_at_once::<S, P>(simd);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_number_of_places_at_once_gives_the_same(conv in convolutions()) {
        let case = Case::<f64>::new(conv, false, 1);
        let [expected, ..] = case.expected();
        let (window, weights, x) = (case.conv.window, case.parameters[0].values(), &case.x);
        let [mut one, mut three] = [(); 2].map(|()| vec![f64::NAN; expected.len()]);
        Of(Scalar256b).call(AtOnce::<1> { window, weights, x, y: &mut one });
        Of(Scalar256b).call(AtOnce::<3> { window, weights, x, y: &mut three });
        for got in [one, three] {
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-11 * (1.0 + b.abs());
            prop_assert!(got.iter().zip(&expected).all(near), "{got:?} {expected:?}");
        }
    }
}

const MODEL_FOUR: Window = Window {
    channels: 8,
    height: 14,
    width: 14,
    kernel: 3,
};

#[test]
fn a_samples_numbers_depend_on_no_other_sample() {
    let of = |batch| {
        let conv = Conv2d {
            window: MODEL_FOUR,
            filters: 8,
        };
        let case = Case::<f32>::new(conv, true, batch);
        let [y, dx, ..] = case.direct(&Native);
        (y, dx)
    };
    let ((one_y, one_dx), (y, dx)) = (of(1), of(3));
    assert_eq!(one_y, y[..one_y.len()]);
    assert_eq!(one_dx, dx[..one_dx.len()]);
}

#[test]
fn nan_and_infinity_are_seen() {
    for bad in [f64::NAN, f64::INFINITY] {
        let conv = Conv2d {
            window: MODEL_FOUR,
            filters: 6,
        };
        let mut case = Case::<f64>::new(conv, true, 1);
        case.x[200] = bad;
        case.dy[317] = bad;
        let expected = case.expected();
        for (got, expected) in case.direct(&Native).iter().zip(&expected) {
            let pairs = got.iter().zip(expected);
            for (n, (got, expected)) in pairs.enumerate() {
                assert_eq!(
                    got.is_finite(),
                    expected.is_finite(),
                    "{n}: {got} {expected}"
                );
            }
        }
    }
}
