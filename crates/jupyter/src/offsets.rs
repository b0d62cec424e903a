//! The protocol counts characters (Unicode code points), Rust counts bytes.

/// The byte offset of the character at `position`; the end where there are not so many.
pub(crate) fn to_byte(text: &str, position: usize) -> usize {
    text.char_indices()
        .nth(position)
        .map_or(text.len(), |(offset, _)| offset)
}

/// The position of the character that holds the byte at `offset`, counted in characters.
pub(crate) fn to_position(text: &str, offset: usize) -> usize {
    let offset = text.floor_char_boundary(offset);
    text[..offset].chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_outside_ascii_count_as_one() {
        let text = "é🦀x";
        for (position, offset) in [(0, 0), (1, 2), (2, 6), (3, 7)] {
            assert_eq!(to_byte(text, position), offset);
            assert_eq!(to_position(text, offset), position);
        }
    }

    #[test]
    fn what_lies_outside_is_the_end_and_what_lies_within_a_character_is_its_begin() {
        assert_eq!(to_byte("é", 9), 2);
        assert_eq!(to_position("é", 9), 1);
        assert_eq!(to_position("a🦀", 3), 1);
    }
}
