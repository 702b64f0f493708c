//! Tells the linker to pack the program's relative relocations (DT_RELR). Printing pages brings 300,000
//! of them; as a table of 24 bytes each they are 7 MB that the loader reads at every start and that then
//! count as the idle server's memory. Packed they are 100 kB. A loader must know them: glibc 2.36, 2022.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if loads_packed_relocations() {
        println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Only where the program is built for the machine that builds it: of another one nothing is known.
fn loads_packed_relocations() -> bool {
    let target = std::env::var("TARGET").unwrap_or_default();
    target.ends_with("-linux-gnu")
        && std::env::var("HOST").is_ok_and(|host| host == target)
        && glibc_version().is_some_and(|version| version >= (2, 36))
}

fn glibc_version() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
