//! S: how soon the server is ready, and what it takes when it has nothing to do.

use std::fs;

use crate::bench::Bench;
use crate::process::Server;
use crate::report::{Section, Unit};

pub(super) const METHOD: &str = "From the start of the process to the first GetHealth that answers OK: with an empty data \
    directory, and again with the same one. Then the server is left alone, without any client; its memory is read, and its \
    CPU time over a while.";

const MEGABYTE: f64 = 1024.0 * 1024.0;

pub(super) async fn measure(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let size = fs::metadata(&bench.binary)?.len();
    section.record("s.binary", "Size of the program", Unit::Megabytes, size as f64 / MEGABYTE);
    section.bar("s.binary", 40.0);
    for _ in 0..bench.sizes.starts {
        let data = bench.empty_directory()?;
        for (key, label) in [("s.first_start", "First start to ready"), ("s.start", "Start to ready")] {
            let server = Server::start(&bench.binary, &data).await?;
            let milliseconds = server.ready_after.as_secs_f64() * 1e3;
            section.record(key, label, Unit::Milliseconds, milliseconds);
            server.stop().await?;
        }
    }
    section.bar("s.first_start", 500.0);
    section.bar("s.start", 500.0);
    rest(bench, section).await
}

async fn rest(bench: &Bench, section: &mut Section) -> anyhow::Result<()> {
    let server = bench.server().await?;
    tokio::time::sleep(bench.sizes.settle).await;
    let memory = server.memory()?;
    section.record("s.rss", "Idle server, resident memory", Unit::Megabytes, memory.resident as f64 / MEGABYTE);
    section.record("s.anonymous", "of that its own data", Unit::Megabytes, memory.anonymous as f64 / MEGABYTE);
    let before = server.cpu_time()?;
    tokio::time::sleep(bench.sizes.idle).await;
    let used = server.cpu_time()?.saturating_sub(before);
    let percent = used.as_secs_f64() / bench.sizes.idle.as_secs_f64() * 100.0;
    section.record("s.cpu", "Idle server, of one processor", Unit::Percent, percent);
    section.bar("s.rss", 40.0);
    section.bar("s.cpu", 0.5);
    server.stop().await
}
