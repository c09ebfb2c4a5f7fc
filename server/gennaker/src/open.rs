//! Opening what a server needs besides its store, and saying clearly why that fails.

use std::io;
use std::sync::Arc;

use gennaker_cloud_local::LocalCloud;
use gennaker_ports::Clock;
use tokio::net::TcpListener;

use crate::config::Config;
use crate::failure::{Failure, FailureKind};
use crate::options;

/// The listener. Without authentication only this machine may reach it, unless the configuration says that it is meant so.
pub(crate) async fn listener(config: &Config) -> Result<TcpListener, Failure> {
    let address = config.listen;
    if !address.ip().is_loopback() && !config.insecure {
        return Err(Failure::usage(format!(
            "refusing to listen on {address}: there is no authentication yet, so everybody who can reach this address could \
             do everything; listen on 127.0.0.1 (behind a proxy that authenticates), or pass --insecure to accept that"
        )));
    }
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::new(
            FailureKind::PortInUse,
            format!(
                "can't listen on {address}: another program uses that port; stop it, or choose another with --listen"
            ),
        ),
        io::ErrorKind::AddrNotAvailable => {
            Failure::usage(format!("can't listen on {address}: this machine does not have that address"))
        }
        io::ErrorKind::PermissionDenied => Failure::usage(format!(
            "can't listen on {address}: the system does not allow it; ports below 1024 need a right"
        )),
        _ => Failure::unavailable(format!("can't listen on {address}: {error}")),
    })
}

/// How the server speaks to its clients. A folder that was named for the web UI has to have one.
pub(crate) fn api(config: &Config) -> Result<gennaker_api::Options, Failure> {
    let options = options::api(config);
    let dir = &config.ui.dir;
    if !dir.as_os_str().is_empty() && options.ui.as_ref().is_some_and(|assets| !assets.is_built()) {
        return Err(Failure::usage(format!(
            "setting ui.dir (--ui-dir): there is no web UI in {dir}, which has no index.html; `make ui` builds it into \
             clients/web/dist",
            dir = dir.display()
        )));
    }
    Ok(options)
}

/// The cloud of local processes.
pub(crate) async fn local(
    config: &Config,
    clock: Arc<dyn Clock>,
) -> Result<(LocalCloud, gennaker_cloud_local::Service), Failure> {
    use gennaker_cloud_local::Error;
    LocalCloud::start(options::local(config), clock).await.map_err(|error| {
        let kind = match &error {
            Error::File { .. } => FailureKind::CantCreate,
            Error::InUse(_) => FailureKind::Unavailable,
            Error::Damaged { .. } => FailureKind::Data,
        };
        Failure::new(kind, error.to_string())
    })
}
