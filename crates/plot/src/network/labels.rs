//! Where the numbers of edges stand: along the edge, apart from each other, from nodes and their
//! names, and from edges that are not theirs.

use super::draw::Point;
use crate::canvas::Rect;

/// The ends of an edge, and the size that its number takes.
pub(super) struct Edge {
    pub(super) from: Point,
    pub(super) to: Point,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Places along an edge that a number may have, in the order in which they are liked.
const PLACES: [f64; 19] = [
    0.5, 0.46, 0.54, 0.42, 0.58, 0.38, 0.62, 0.34, 0.66, 0.3, 0.7, 0.26, 0.74, 0.22, 0.78, 0.2,
    0.8, 0.18, 0.82,
];
/// What it costs to lie on another number or a node, by the square pixel; to lie on another edge; and
/// to be one place further back in the list.
const COVERED: f64 = 10.0;
const CROSSED: f64 = 60.0;
const PLACE: f64 = 3.0;
/// Rounds in which every number may move once more.
const ROUNDS: usize = 4;

impl Edge {
    fn at(&self, along: f64) -> Point {
        let (a, b) = (self.from, self.to);
        (a.0 + (b.0 - a.0) * along, a.1 + (b.1 - a.1) * along)
    }

    fn area(&self, along: f64) -> Rect {
        let (x, y) = self.at(along);
        Rect::new(
            x - self.width / 2.0,
            y - self.height / 2.0,
            self.width,
            self.height,
        )
    }

    /// Whether the edge runs through a rectangle.
    fn meets(&self, area: &Rect) -> bool {
        (0..=60).any(|i| area.holds(self.at(f64::from(i) / 60.0)))
    }
}

/// The middle of each edge's number. What is taken, such as nodes, is kept clear if that can be.
pub(super) fn placed(edges: &[Edge], taken: &[Rect]) -> Vec<Point> {
    let mut places = vec![0_usize; edges.len()];
    for _ in 0..ROUNDS {
        let before = places.clone();
        for i in 0..edges.len() {
            let cost = |place: usize| {
                let area = edges[i].area(PLACES[place]).grown(2.0);
                let numbers = (0..edges.len()).filter(|&other| other != i);
                let numbers = numbers.map(|other| edges[other].area(PLACES[places[other]]));
                let covered: f64 = numbers
                    .chain(taken.iter().copied())
                    .map(|other| shared(&area, &other))
                    .sum();
                let others = edges.iter().enumerate().filter(|(other, _)| *other != i);
                let crossed = others.filter(|(_, edge)| edge.meets(&area)).count();
                COVERED * covered + CROSSED * crossed as f64 + PLACE * place as f64
            };
            let best = (0..PLACES.len()).min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
            places[i] = best.unwrap_or(0);
        }
        if places == before {
            break;
        }
    }
    let middles = edges.iter().zip(places);
    middles
        .map(|(edge, place)| edge.at(PLACES[place]))
        .collect()
}

/// The square pixels that two rectangles share.
fn shared(a: &Rect, b: &Rect) -> f64 {
    let width = a.x1.min(b.x1) - a.x0.max(b.x0);
    let height = a.y1.min(b.y1) - a.y0.max(b.y0);
    width.max(0.0) * height.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All edges between two columns of nodes.
    fn between(sources: usize, targets: usize, column: f64) -> Vec<Edge> {
        let y = |at: usize, count: usize| (at as f64 - (count as f64 - 1.0) / 2.0) * 128.0;
        let mut edges = Vec::new();
        for target in 0..targets {
            for source in 0..sources {
                edges.push(Edge {
                    from: (0.0, y(source, sources)),
                    to: (column, y(target, targets)),
                    width: 60.0,
                    height: 18.0,
                });
            }
        }
        edges
    }

    #[test]
    fn no_two_numbers_of_a_small_network_meet() {
        for (sources, targets) in [(1, 1), (2, 2), (2, 3), (3, 2), (3, 3), (1, 3), (3, 1)] {
            for column in [190.0, 250.0, 300.0] {
                let edges = between(sources, targets, column);
                let middles = placed(&edges, &[]);
                let area = |(x, y): Point| Rect::new(x - 30.0, y - 9.0, 60.0, 18.0);
                for (i, &a) in middles.iter().enumerate() {
                    for &b in &middles[..i] {
                        let far = shared(&area(a), &area(b));
                        assert_eq!(far, 0.0, "{sources} → {targets}, {column}: {a:?} {b:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_number_keeps_clear_of_what_is_taken() {
        let edges = between(1, 1, 200.0);
        assert_eq!(placed(&edges, &[]), [(100.0, 0.0)]);
        let node = Rect::new(80.0, -20.0, 40.0, 40.0);
        let (x, _) = placed(&edges, &[node])[0];
        assert!(!(48.0..=152.0).contains(&x), "{x}");
    }
}
