//! AMSGrad: Adam that divides by the greatest mean of squares so far.

use chainrule_error::Result;

use super::{
    Rule,
    adam::Averages,
    core::{Core, Turn, betas, optimizer},
};
use crate::Scalar;

/// AMSGrad: m and v as Adam's, w ← max(w, v),
/// θ ← θ − η·m̂ / (√ŵ + ε) with m̂ = m / (1 − β₁ᵗ) and ŵ = w / (1 − β₂ᵗ).
///
/// Reddi, Kale and Kumar, *On the convergence of Adam and beyond* (2018). β₁ = 0.9, β₂ = 0.999 and
/// ε = 1e-8 unless set, and the usual learning rate 0.001. PyTorch's `Adam(amsgrad=True)` is the
/// same rule. The paper has neither ε nor the corrections of the averages' start:
/// θ ← θ − η·m / √w; [`without_correction`](Self::without_correction) leaves the corrections out.
/// In that form the rate of a number, η / √w, never grows again, which is what the paper's proof
/// needs. With the corrections it can: while w stays as it is, 1 − β₂ᵗ grows and ŵ falls.
///
/// ```
/// use chainrule_nn::AmsGrad;
///
/// assert_eq!(AmsGrad::new(0.001)?.to_string(), "AMSGrad, learning rate 0.001");
/// # Ok::<(), chainrule_nn::Error>(())
/// ```
#[derive(Clone)]
pub struct AmsGrad(Core);

impl AmsGrad {
    /// The rule in LaTeX.
    pub const FORMULA: &str = r"m_t = \beta_1 m_{t-1} + (1-\beta_1) g_t, \quad v_t = \beta_2 v_{t-1} + (1-\beta_2) g_t^2, \quad w_t = \max(w_{t-1}, v_t), \quad \theta_t = \theta_{t-1} - \eta\, \frac{m_t / (1-\beta_1^t)}{\sqrt{w_t / (1-\beta_2^t)} + \epsilon}";

    /// AMSGrad with the learning rate η, β₁ = 0.9, β₂ = 0.999 and ε = 1e-8.
    ///
    /// # Errors
    ///
    /// When the rate is not a positive, finite number.
    pub fn new(learning_rate: f64) -> Result<Self> {
        Core::new(Rule::amsgrad(), learning_rate).map(Self)
    }

    /// As in the paper: the averages are taken as they are.
    pub fn without_correction(mut self) -> Self {
        if let Rule::AmsGrad { correction, .. } = &mut self.0.rule {
            *correction = false;
        }
        self
    }
}

optimizer!(AmsGrad);
betas!(AmsGrad);

/// Of five arrays in one loop the compiler would not make vector instructions: as many values as this
/// are copied, stepped and copied back.
const TOGETHER: usize = 16;

#[inline(always)]
pub(super) fn update<F: Scalar>(
    (beta1, beta2, epsilon, correction): (f64, f64, f64, bool),
    turn: &Turn,
    parameter: &mut [F],
    gradient: &[F],
    slots: &mut [&mut [F]],
) {
    let [m, v, greatest] = slots else {
        unreachable!("AMSGrad remembers three arrays")
    };
    let averages = Averages::new(beta1, beta2);
    let corrected = |beta| {
        if correction {
            turn.correction(beta)
        } else {
            1.0
        }
    };
    let rate = F::of(turn.rate / corrected(beta1));
    let root = F::of(1.0 / corrected(beta2).sqrt());
    let epsilon = F::of(epsilon);
    let step = |p: &mut F, g: F, m: &mut F, v: &mut F, w: &mut F| {
        *m = averages.first(*m, g);
        *v = averages.second(*v, g);
        // Not `max`, which would pass over a NaN.
        *w = if *w > *v { *w } else { *v };
        *p -= rate * *m / (w.sqrt() * root + epsilon);
    };
    let (parameters, last_parameters) = parameter.as_chunks_mut::<TOGETHER>();
    let (gradients, last_gradients) = gradient.as_chunks::<TOGETHER>();
    let (ms, last_ms) = m.as_chunks_mut::<TOGETHER>();
    let (vs, last_vs) = v.as_chunks_mut::<TOGETHER>();
    let (ws, last_ws) = greatest.as_chunks_mut::<TOGETHER>();
    let all = parameters.iter_mut().zip(gradients).zip(ms).zip(vs);
    for ((((p, g), m), v), w) in all.zip(ws) {
        let (mut p_now, mut m_now, mut v_now, mut w_now) = (*p, *m, *v, *w);
        for i in 0..TOGETHER {
            step(
                &mut p_now[i],
                g[i],
                &mut m_now[i],
                &mut v_now[i],
                &mut w_now[i],
            );
        }
        (*p, *m, *v, *w) = (p_now, m_now, v_now, w_now);
    }
    let last = last_parameters.iter_mut().zip(last_gradients).zip(last_ms);
    for ((((p, &g), m), v), w) in last.zip(last_vs).zip(last_ws) {
        step(p, g, m, v, w);
    }
}
