//! How fast the machine multiplies: the measured peak that the engine's cost is held against.

use std::thread;
use std::time::Instant;

use serde_json::{Value, json};

/// Rows and columns of the matrices: both inputs stay in the second cache of most processors, and
/// the product is large enough for its kernels to run at full speed.
const SIDE: usize = 384;

/// Multiplies for about so many seconds on every processor: GFLOP/s of all together.
pub(crate) fn measure(seconds: f64) -> Value {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let products: usize = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(move || products(seconds)))
            .collect();
        // A worker that failed has multiplied nothing.
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(0))
            .sum()
    });
    let flop = 2.0 * (SIDE as f64).powi(3) * products as f64;
    json!({"gflops": flop / seconds / 1e9, "threads": threads})
}

fn products(seconds: f64) -> usize {
    let (a, b) = (vec![1.0_f32; SIDE * SIDE], vec![0.5_f32; SIDE * SIDE]);
    let mut c = vec![0.0_f32; SIDE * SIDE];
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed().as_secs_f64() < seconds {
        multiply(&mut c, &a, &b);
        count += 1;
    }
    count
}

/// `c = a · b`, all of them square and column by column.
#[expect(unsafe_code, reason = "the gemm crate takes pointers")]
fn multiply(c: &mut [f32], a: &[f32], b: &[f32]) {
    assert!([a.len(), b.len(), c.len()] == [SIDE * SIDE; 3]);
    let step = SIDE as isize;
    // SAFETY: each of the three has SIDE rows and columns, one apart and SIDE apart, as was just
    // asserted; `c` is borrowed alone.
    unsafe {
        gemm::gemm(
            SIDE,
            SIDE,
            SIDE,
            c.as_mut_ptr(),
            step,
            1,
            false,
            a.as_ptr(),
            step,
            1,
            b.as_ptr(),
            step,
            1,
            0.0,
            1.0,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_right_and_counted() {
        let (a, b) = (vec![1.0; SIDE * SIDE], vec![0.5; SIDE * SIDE]);
        let mut c = vec![0.0; SIDE * SIDE];
        multiply(&mut c, &a, &b);
        assert!(c.iter().all(|&sum| sum == SIDE as f32 / 2.0));
        let answer = measure(0.05);
        assert!(answer["gflops"].as_f64() > Some(0.0), "{answer}");
    }
}
