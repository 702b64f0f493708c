//! What the allocator keeps.

/// So large a piece has a page of its own, which goes when the piece goes. Nothing is written to it, so
/// it takes no memory.
const PAGE: usize = 16 << 20;

/// Gives memory that has been free for a second back to the system. The allocator does so only when one
/// of its pages goes, so a server that is at rest after its start, a sheet or a statement would keep what
/// they took: here one goes.
pub fn give_back() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(PAGE)));
}
