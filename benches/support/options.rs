//! What a benchmark is told.

/// `--quick`: a smoke run of seconds, whose figures mean nothing.
pub fn quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}
