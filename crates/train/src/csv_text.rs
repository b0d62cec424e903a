//! CSV as text.

/// One record with its line break; a field with a comma, a quote or a line break is quoted.
pub(crate) fn record<S: AsRef<[u8]>>(fields: impl IntoIterator<Item = S>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail, and what was text stays text.
    let _ = writer.write_record(fields);
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_record_is_quoted() {
        assert_eq!(record(["a", "1.5"]), "a,1.5\n");
        assert_eq!(
            record(["Adam, β₂ 0.99", "say \"x\"", "two\nlines", ""]),
            "\"Adam, β₂ 0.99\",\"say \"\"x\"\"\",\"two\nlines\",\n"
        );
    }
}
