//! A piece of a formula in both of its forms, and lines made of pieces.

use crate::block::Block;

/// Something that is not broken: in LaTeX, and as text.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    pub(crate) latex: String,
    pub(crate) block: Block,
    /// Whether a line may be broken before it.
    pub(crate) breakable: bool,
}

impl Piece {
    pub(crate) fn new(latex: String, block: Block) -> Self {
        Self {
            latex,
            block,
            breakable: true,
        }
    }

    /// One line of text, and what stands for it in LaTeX.
    pub(crate) fn same(text: &str, latex: &str) -> Self {
        Self::new(latex.to_owned(), Block::line(text))
    }

    /// Stays on the line of what comes before it.
    pub(crate) fn keep(mut self) -> Self {
        self.breakable = false;
        self
    }
}

/// Pieces of a formula side by side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) latex: String,
    pub(crate) block: Block,
}

/// Puts pieces on as many lines as they need. A piece wider than a line has one for itself.
pub(crate) fn lines(pieces: &[Piece], width: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    let mut rest = pieces;
    while !rest.is_empty() {
        // A piece and those that may not be parted from it.
        let bound = rest[1..]
            .iter()
            .take_while(|piece| !piece.breakable)
            .count();
        let (group, after) = rest.split_at(1 + bound);
        let needed: usize = group.iter().map(|piece| piece.block.width()).sum();
        let filled = lines.last().map_or(0, |line| line.block.width());
        if filled > 0 && filled + needed > width {
            lines.push(Line::default());
        }
        if let Some(line) = lines.last_mut() {
            for piece in group {
                line.latex.push_str(&piece.latex);
                line.block = std::mem::take(&mut line.block).beside(&piece.block);
            }
        }
        rest = after;
    }
    lines
}
