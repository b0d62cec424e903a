//! One image under one affine map, by bilinear interpolation.

use crate::Element;

/// Turned to the left and scaled about the image's middle, then moved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    pub(super) degrees: f64,
    pub(super) factor: f64,
    pub(super) right: f64,
    pub(super) down: f64,
}

/// Where each pixel of an image comes from, and the buffers for it: used again for every image.
#[derive(Clone)]
pub(super) struct Warp {
    height: usize,
    width: usize,
    /// For each pixel, its upper left neighbour in the padded plane, and how far it is to the right
    /// of and below that.
    neighbours: Vec<u32>,
    right: Vec<f32>,
    below: Vec<f32>,
    /// A plane of the image within background: one pixel above and left of it, two below and right.
    padded: Vec<f32>,
}

/// Added to a number below 2³¹ it leaves no room for a fraction: the last bits are the number,
/// rounded. Unlike a conversion this is done for several numbers at once.
const WHOLE: f64 = (3_u64 << 51) as f64;

impl Warp {
    pub(super) fn new([_, height, width]: [usize; 3]) -> Self {
        Self {
            height,
            width,
            neighbours: vec![0; height * width],
            right: vec![0.0; height * width],
            below: vec![0.0; height * width],
            padded: vec![0.0; (height + 3) * (width + 3)],
        }
    }

    /// Writes the image under the map, pixels 0 to 1: channel by channel, each in the same way.
    pub(super) fn image<F: Element>(&mut self, affine: &Affine, bytes: &[u8], out: &mut [F]) {
        self.place(affine);
        let plane = self.height * self.width;
        for (bytes, out) in bytes.chunks_exact(plane).zip(out.chunks_exact_mut(plane)) {
            self.pad(bytes);
            self.sample(out);
        }
    }

    /// Goes back from each pixel of the result to where it was in the image.
    fn place(&mut self, affine: &Affine) {
        let (sin, cos) = sin_cos(affine.degrees);
        let (sin, cos) = (sin / affine.factor, cos / affine.factor);
        let (mid_x, mid_y) = (middle(self.width), middle(self.height));
        // Beyond these there is background only; one is added for the pixel of padding.
        let (most_x, most_y) = ((self.width + 1) as f64, (self.height + 1) as f64);
        let stride = (self.width + 3) as u32;
        let rows = self.neighbours.chunks_exact_mut(self.width);
        let rows = rows.zip(self.right.chunks_exact_mut(self.width));
        let rows = rows.zip(self.below.chunks_exact_mut(self.width));
        for (y, ((neighbours, right), below)) in rows.enumerate() {
            let v = y as f64 - mid_y - affine.down;
            let (from_x, from_y) = (mid_x + 1.0 - sin * v, mid_y + 1.0 + cos * v);
            let row = neighbours.iter_mut().zip(right).zip(below);
            let columns = 0..self.width as i32;
            for (((neighbour, right), below), u) in row.zip(columns) {
                let u = f64::from(u) - mid_x - affine.right;
                let x = (from_x + cos * u).max(0.0).min(most_x);
                let y = (from_y + sin * u).max(0.0).min(most_y);
                // Half less, rounded: the whole number below. A whole number itself may come out as
                // it is or as the one before with a distance of 1, which are the same place.
                let (column, line) = (x - 0.5 + WHOLE, y - 0.5 + WHOLE);
                *neighbour = (line.to_bits() as u32) * stride + column.to_bits() as u32;
                *right = (x - (column - WHOLE)) as f32;
                *below = (y - (line - WHOLE)) as f32;
            }
        }
    }

    fn pad(&mut self, bytes: &[u8]) {
        let stride = self.width + 3;
        let rows = self.padded[stride..].chunks_exact_mut(stride);
        for (padded, row) in rows.zip(bytes.chunks_exact(self.width)) {
            for (to, &byte) in padded[1..].iter_mut().zip(row) {
                *to = f32::from(byte);
            }
        }
    }

    fn sample<F: Element>(&self, out: &mut [F]) {
        let stride = self.width + 3;
        let places = self.neighbours.iter().zip(&self.right).zip(&self.below);
        for (out, ((&neighbour, &right), &down)) in out.iter_mut().zip(places) {
            let first = neighbour as usize;
            let near = &self.padded[first..first + stride + 2];
            let above = near[0] + right * (near[1] - near[0]);
            let below = near[stride] + right * (near[stride + 1] - near[stride]);
            *out = F::of_byte(above + down * (below - above));
        }
    }
}

/// The middle of so many pixels, counted from the middle of the first.
fn middle(pixels: usize) -> f64 {
    (pixels - 1) as f64 / 2.0
}

/// Sine and cosine, without rounding at right angles.
fn sin_cos(degrees: f64) -> (f64, f64) {
    let quarter = degrees / 90.0;
    if quarter.fract() == 0.0 {
        return match (quarter as i64).rem_euclid(4) {
            0 => (0.0, 1.0),
            1 => (1.0, 0.0),
            2 => (0.0, -1.0),
            _ => (-1.0, 0.0),
        };
    }
    degrees.to_radians().sin_cos()
}
