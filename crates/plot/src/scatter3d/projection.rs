//! From points in space to places in the picture.
//!
//! The room of the plot is the cube from -1 to 1, seen by an eye that looks at its middle. The
//! picture is in perspective, mild enough that parallel lines still look parallel; the more so the
//! steeper the eye looks down, and straight from above it is a map.

use crate::canvas::Rect;

/// From the middle of the room to the eye on the level; the room's corners are 1.7 away from it.
const DISTANCE: f64 = 8.0;
/// The room is a little lower than wide.
const HEIGHT: f64 = 0.86;

/// A point of the room: x, y and z from -1 to 1.
pub(crate) type Place = [f64; 3];

/// An eye that looks at the middle of the room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Eye {
    right: Place,
    up: Place,
    towards: Place,
    /// One over the distance to the eye.
    perspective: f64,
}

impl Eye {
    /// Azimuth: from the x axis towards the y axis. Elevation: above the floor. In degrees.
    pub(crate) fn new(azimuth: f64, elevation: f64) -> Self {
        let (sin_a, cos_a) = azimuth.rem_euclid(360.0).to_radians().sin_cos();
        let (sin_e, cos_e) = elevation.to_radians().sin_cos();
        Self {
            right: [-sin_a, cos_a, 0.0],
            up: [-sin_e * cos_a, -sin_e * sin_a, cos_e],
            towards: [cos_e * cos_a, cos_e * sin_a, sin_e],
            perspective: cos_e / DISTANCE,
        }
    }

    /// Which end of an axis lies behind what is in the room: -1 or 1.
    pub(crate) fn back(&self, axis: usize) -> f64 {
        // A hair of tolerance: seen straight along an axis its low end is the back, or the floor.
        if self.towards[axis] < -1e-9 {
            1.0
        } else {
            -1.0
        }
    }

    /// Whether the eye looks straight down, or up.
    pub(crate) fn sees_a_map(&self) -> bool {
        self.towards[2].abs() > 0.999
    }

    /// How much larger than in the middle of the room things look here: larger is nearer.
    pub(crate) fn nearness(&self, place: Place) -> f64 {
        1.0 / (1.0 - self.perspective * dot(&scaled(place), &self.towards))
    }

    fn project(&self, place: Place) -> (f64, f64) {
        let nearness = self.nearness(place);
        let place = scaled(place);
        (
            dot(&place, &self.right) * nearness,
            -dot(&place, &self.up) * nearness,
        )
    }
}

/// An eye, and where in the picture it sees the room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Projection {
    pub(crate) eye: Eye,
    middle: (f64, f64),
    shift: (f64, f64),
    scale: f64,
}

impl Projection {
    /// Fits the whole room into the area.
    pub(crate) fn fit(eye: Eye, area: Rect) -> Self {
        let corners = corners().map(|corner| eye.project(corner));
        let ends = |of: fn(&(f64, f64)) -> f64| {
            let values = corners.iter().map(of);
            values.fold((f64::MAX, f64::MIN), |(low, high), v| {
                (low.min(v), high.max(v))
            })
        };
        let (x, y) = (ends(|p| p.0), ends(|p| p.1));
        let scale = (area.width() / (x.1 - x.0)).min(area.height() / (y.1 - y.0));
        Self {
            eye,
            middle: ((area.x0 + area.x1) / 2.0, (area.y0 + area.y1) / 2.0),
            shift: ((x.0 + x.1) / 2.0, (y.0 + y.1) / 2.0),
            scale,
        }
    }

    pub(crate) fn at(&self, place: Place) -> (f64, f64) {
        let (x, y) = self.eye.project(place);
        (
            self.middle.0 + (x - self.shift.0) * self.scale,
            self.middle.1 + (y - self.shift.1) * self.scale,
        )
    }
}

/// The corners of the room.
pub(crate) fn corners() -> [Place; 8] {
    std::array::from_fn(|i| [0, 1, 2].map(|axis| if i >> axis & 1 == 0 { -1.0 } else { 1.0 }))
}

fn scaled([x, y, z]: Place) -> Place {
    [x, y, z * HEIGHT]
}

fn dot(a: &Place, b: &Place) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AREA: Rect = Rect {
        x0: 100.0,
        y0: 50.0,
        x1: 500.0,
        y1: 350.0,
    };

    #[test]
    fn the_room_fills_the_area_from_every_side() {
        for azimuth in (-360..=360).step_by(15) {
            for elevation in (-90..=90).step_by(15) {
                let eye = Eye::new(f64::from(azimuth), f64::from(elevation));
                let projection = Projection::fit(eye, AREA);
                let places = corners().map(|corner| projection.at(corner));
                let (mut wide, mut high) = (f64::MAX, f64::MAX);
                for (x, y) in places {
                    assert!(AREA.grown(1e-6).holds((x, y)), "{azimuth} {elevation}");
                    wide = wide.min(x - AREA.x0);
                    high = high.min(y - AREA.y0);
                }
                assert!(wide < 1e-6 || high < 1e-6, "{azimuth} {elevation}");
            }
        }
    }

    #[test]
    fn from_the_front_x_runs_right_and_z_up_and_from_above_y_runs_up() {
        let front = Projection::fit(Eye::new(-90.0, 0.0), AREA);
        let (origin, x) = (front.at([-1.0; 3]), front.at([1.0, -1.0, -1.0]));
        let z = front.at([-1.0, -1.0, 1.0]);
        assert!(x.0 > origin.0 + 100.0 && (x.1 - origin.1).abs() < 1e-9);
        assert!(z.1 < origin.1 - 100.0 && (z.0 - origin.0).abs() < 1e-9);
        let above = Projection::fit(Eye::new(-90.0, 90.0), AREA);
        let y = above.at([-1.0, 1.0, -1.0]);
        assert!(y.1 < above.at([-1.0; 3]).1 - 100.0);
    }

    #[test]
    fn what_is_near_looks_larger_and_the_walls_are_behind() {
        let eye = Eye::new(-60.0, 30.0);
        assert!(eye.nearness([0.0, -1.0, 0.0]) > 1.05 * eye.nearness([0.0, 1.0, 0.0]));
        assert_eq!([0, 1, 2].map(|axis| eye.back(axis)), [-1.0, 1.0, -1.0]);
        for axis in 0..3 {
            let mut wall = [0.0; 3];
            wall[axis] = eye.back(axis);
            assert!(eye.nearness(wall) < 1.0);
        }
    }
}
