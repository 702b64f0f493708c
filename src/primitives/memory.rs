//! What the allocator keeps.

/// Gives memory that is free back to the system. The allocator does so by itself only while it is
/// asked for more, so a server that is at rest after its start, a sheet or a statement would keep
/// what they took.
pub fn give_back() {
    #[expect(unsafe_code, reason = "a C function; it takes no pointer and may be called anywhere")]
    unsafe {
        libmimalloc_sys::mi_collect(true);
    }
}
