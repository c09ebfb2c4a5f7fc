//! The disk alone.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use crate::latencies::Latencies;
use crate::series::Series;

/// Appends blocks to a file and waits for each until the disk has it, for a time.
pub(crate) fn synced_appends(directory: &Path, period: Duration) -> anyhow::Result<Latencies> {
    let path = directory.join("appends");
    let mut file = File::create(&path)?;
    let block = [0x5a; 4096];
    let mut series = Series::over(period);
    while let Some(begun) = series.next() {
        file.write_all(&block)?;
        file.sync_data()?;
        series.record(begun);
    }
    std::fs::remove_file(path)?;
    Ok(series.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn appends_are_counted_and_leave_nothing() {
        let directory = tempfile::tempdir().unwrap();
        assert!(synced_appends(directory.path(), Duration::from_millis(20)).unwrap().count() > 0);
        assert_eq!(directory.path().read_dir().unwrap().count(), 0);
    }
}
