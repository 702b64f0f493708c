//! Tables of the desk; on a small phone each row is a card.

/// A column's heading, perhaps with where one goes to sort by it.
pub(super) struct Column {
    pub label: String,
    pub href: Option<String>,
    pub is_sorted: bool,
}

impl Column {
    pub(super) const fn new(label: String) -> Self {
        Self { label, href: None, is_sorted: false }
    }

    pub(super) fn sorting(label: String, href: String, is_sorted: bool) -> Self {
        Self { label, href: Some(href), is_sorted }
    }
}

/// What stands in a row under a column.
#[derive(Default)]
pub(super) struct Cell {
    pub label: String,
    pub text: String,
    pub href: Option<String>,
    pub tags: Vec<String>,
}

impl Cell {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    pub(super) fn to(text: impl Into<String>, href: String) -> Self {
        Self { text: text.into(), href: Some(href), ..Self::default() }
    }

    /// Leads to an address, where the caller may go there.
    pub(super) fn leading(mut self, may: bool, href: impl FnOnce() -> String) -> Self {
        self.href = may.then(href);
        self
    }

    pub(super) fn tagged(mut self, tags: Vec<String>) -> Self {
        self.tags = tags;
        self
    }
}

pub(super) struct Row {
    pub id: String,
    /// What the row is called where it is chosen.
    pub name: String,
    pub cells: Vec<Cell>,
}

/// `table.html` shows it.
pub(super) struct Table {
    pub caption: String,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Whether rows can be chosen, for something that is done to all of them.
    pub is_chosen_from: bool,
    /// Where the rows that follow are.
    pub next: Option<String>,
}

impl Table {
    /// Gives each cell its column's heading, which a small phone shows before it.
    pub(super) fn labelled(mut self) -> Self {
        for row in &mut self.rows {
            for (cell, column) in row.cells.iter_mut().zip(&self.columns) {
                cell.label.clone_from(&column.label);
            }
        }
        self
    }
}
