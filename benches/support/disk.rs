//! The disk under a benchmark: without its fsync time, figures of durable writes say little.

use std::fs::File;
use std::io::{Result, Write};
use std::path::Path;
use std::time::Instant;

use super::figures::median;

const WRITES: usize = 200;

/// The median time in microseconds to append 4 KiB to a file in this folder and fsync it.
pub fn fsync_p50_us(folder: &Path) -> Result<u64> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let mut times = Vec::with_capacity(WRITES);
    for _ in 0..WRITES {
        let began = Instant::now();
        file.write_all(&[0x40; 4_096])?;
        file.sync_all()?;
        times.push(began.elapsed().as_micros() as u64);
    }
    std::fs::remove_file(path)?;
    Ok(median(times))
}

/// The type of the file system that holds a folder; in a `tmpfs` nothing is durable.
pub fn file_system(folder: &Path) -> Result<String> {
    let folder = folder.canonicalize()?;
    let mounts = std::fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let holder = mounts
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            Some((fields.next()?, fields.next()?))
        })
        .filter(|(at, _)| folder.starts_with(at))
        .max_by_key(|(at, _)| at.len());
    Ok(holder.map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned()))
}
