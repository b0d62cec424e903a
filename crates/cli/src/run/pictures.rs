//! The pictures that a cell showed, and whether there is anything in them.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::RgbaImage;
use serde_json::Value;

use super::notebook::joined;

/// Below this share of pixels beside the commonest colour a picture counts as blank. A figure with
/// empty axes alone has ten times as many.
const LEAST_SHARE: f64 = 0.001;

/// A picture as a notebook stores it: a PNG file in Base64.
#[derive(Clone, Debug)]
pub(super) struct Picture(String);

/// Every picture among a cell's outputs, in order.
pub(super) fn pictures_of(outputs: &[Value]) -> Vec<Picture> {
    let data = outputs
        .iter()
        .filter_map(|output| output.pointer("/data/image~1png"));
    data.map(|png| Picture(joined(png))).collect()
}

impl Picture {
    /// The PNG file.
    ///
    /// # Errors
    /// The text is not Base64.
    pub(super) fn png(&self) -> Result<Vec<u8>, String> {
        let text: String = self.0.split_whitespace().collect();
        STANDARD
            .decode(text)
            .map_err(|error| format!("its Base64 is broken: {error}"))
    }

    /// The pixels.
    ///
    /// # Errors
    /// It is not a PNG file.
    pub(super) fn pixels(&self) -> Result<RgbaImage, String> {
        image::load_from_memory_with_format(&self.png()?, image::ImageFormat::Png)
            .map(image::DynamicImage::into_rgba8)
            .map_err(|error| format!("it is not a PNG picture: {error}"))
    }
}

/// Whether a picture shows next to nothing but one colour.
pub(super) fn is_blank(pixels: &RgbaImage) -> bool {
    let mut counts: HashMap<[u8; 4], u64> = HashMap::new();
    for pixel in pixels.pixels() {
        *counts.entry(pixel.0).or_default() += 1;
    }
    let total = u64::from(pixels.width()) * u64::from(pixels.height());
    let rest = total - counts.values().max().copied().unwrap_or_default();
    rest == 0 || (rest as f64) < LEAST_SHARE * total as f64
}

/// Whether a picture is as wide as before, and as high but for a share of that.
pub(super) fn are_alike(before: (u32, u32), now: (u32, u32), share: f64) -> bool {
    let apart = f64::from(before.1.abs_diff(now.1));
    before.0 == now.0 && apart <= share * f64::from(before.1)
}

#[cfg(test)]
pub(super) mod tests {
    use image::Rgba;
    use serde_json::json;

    use super::*;

    /// A picture of that many pixels a side with a diagonal, as a notebook stores it.
    pub(in super::super) fn png(side: u32) -> String {
        encoded(&RgbaImage::from_fn(side, side, |x, y| {
            Rgba(if x == y { [0, 0, 0, 255] } else { [255; 4] })
        }))
    }

    /// A white picture.
    pub(in super::super) fn blank(side: u32) -> String {
        encoded(&RgbaImage::from_pixel(side, side, Rgba([255; 4])))
    }

    fn encoded(pixels: &RgbaImage) -> String {
        let mut bytes = Vec::new();
        pixels
            .write_to(
                &mut std::io::Cursor::new(&mut bytes),
                image::ImageFormat::Png,
            )
            .unwrap();
        STANDARD.encode(bytes)
    }

    #[test]
    fn pictures_are_found_and_decoded_also_in_lines() {
        let whole = png(10);
        let (first, second) = whole.split_at(20);
        let outputs = [
            json!({"output_type": "stream", "text": "x"}),
            json!({"data": {"image/png": png(4), "text/plain": "x"}}),
            json!({"data": {"image/png": [format!("{first}\n"), format!("{second}\n")]}}),
        ];
        let found = pictures_of(&outputs);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].pixels().unwrap().dimensions(), (4, 4));
        assert_eq!(found[1].pixels().unwrap().dimensions(), (10, 10));
    }

    #[test]
    fn a_single_colour_and_a_speck_are_blank_and_a_line_is_not() {
        let decoded = |text: String| Picture(text).pixels().unwrap();
        assert!(!is_blank(&decoded(png(100))));
        let mut picture = decoded(blank(100));
        assert!(is_blank(&picture));
        for x in 0..9 {
            picture.put_pixel(x, 0, Rgba([0, 0, 0, 255]));
        }
        assert!(is_blank(&picture), "9 of 10 000 pixels are a speck");
        picture.put_pixel(9, 0, Rgba([0, 0, 0, 255]));
        assert!(!is_blank(&picture));
    }

    #[test]
    fn broken_pictures_are_told_apart() {
        assert!(
            Picture("!".to_owned())
                .pixels()
                .unwrap_err()
                .contains("Base64")
        );
        assert!(
            Picture("AAAA".to_owned())
                .pixels()
                .unwrap_err()
                .contains("not a PNG")
        );
    }

    #[test]
    fn heights_may_differ_by_a_share() {
        let alike = |now| are_alike((20, 100), now, 0.1);
        assert!(alike((20, 110)) && alike((20, 90)));
        assert!(!alike((20, 111)) && !alike((21, 100)));
        assert!(are_alike((20, 100), (20, 100), 0.0) && !are_alike((20, 100), (20, 101), 0.0));
    }
}
