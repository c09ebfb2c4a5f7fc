//! Columns of text.

use console::measure_text_width;

/// Rows under headings, each column as wide as its widest cell. A column in which no row has anything is left out.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with headings and no rows.
    pub(crate) fn new<const N: usize>(headings: [&str; N]) -> Self {
        Self { rows: vec![headings.map(str::to_owned).to_vec()] }
    }

    /// Adds a row.
    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    /// The table as text, without a line break at its end.
    pub(crate) fn render(&self) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let width = |column: usize| self.rows.iter().map(|row| measure_text_width(&row[column])).max().unwrap_or(0);
        let is_used = |column: usize| self.rows.len() == 1 || self.rows[1..].iter().any(|row| !row[column].is_empty());
        let used: Vec<(usize, usize)> =
            (0..columns).filter(|&column| is_used(column)).map(|column| (column, width(column))).collect();
        let lines = self.rows.iter().map(|row| {
            let cells = used.iter().map(|&(column, width)| pad(&row[column], width));
            cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The text with spaces up to a width; colors don't count.
pub(crate) fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(measure_text_width(text));
    format!("{text}{}", " ".repeat(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new(["NAME", "STATUS"]);
        table.row(["a".into(), "ok".into()]);
        table.row(["longer".into(), String::new()]);
        assert_eq!(table.render(), "NAME    STATUS\na       ok\nlonger");
    }

    #[test]
    fn empty_columns_are_left_out() {
        let mut table = Table::new(["NAME", "OWNER", "STATUS"]);
        assert_eq!(table.render(), "NAME  OWNER  STATUS");
        table.row(["a".into(), String::new(), "ok".into()]);
        assert_eq!(table.render(), "NAME  STATUS\na     ok");
    }
}
