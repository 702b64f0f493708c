//! What teams do on the spot, and whom they visit next: for now the checks of what hangs on stalls.

pub mod checks;
