//! `WatchExecution`.

use gennaker_engine::{Watch, WatchItem};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_execution_response::Message;

use super::Followed;
use crate::pump::{End, Outlet};
use crate::{App, AppError, Caller, Stream, names};

impl App {
    /// Follows one execution until it ends.
    pub async fn watch_execution(
        &self,
        caller: &Caller,
        request: v1::WatchExecutionRequest,
    ) -> Result<Stream<v1::WatchExecutionResponse>, AppError> {
        self.admit(caller, &request).await?;
        let name = names::parse_execution("name", &request.name)?;
        let row = self.row(&name).await?;
        let execution = match request.after_sequence {
            Some(sequence) => self.state_at(name.id, sequence).await?,
            None => Some((*self.inner.ports.engine.execution(name.id).await?).clone()),
        };
        let viewer = self.viewer(caller, name.application).await;
        let followed = Followed::new(execution, viewer, self.pinned(row.pipeline.as_deref()).await?);
        let watch = self.inner.ports.engine.watch(name.id, followed.sequence()).await?;
        let (app, with_snapshot) = (self.clone(), request.after_sequence.is_none());
        Ok(self.stream(|outlet| async move { app.follow_one(followed, watch, with_snapshot, &outlet).await }))
    }

    async fn follow_one(
        &self,
        mut followed: Followed,
        mut watch: Watch,
        with_snapshot: bool,
        outlet: &Outlet<v1::WatchExecutionResponse>,
    ) -> Result<(), End> {
        if with_snapshot && let Some(snapshot) = followed.snapshot(self).await? {
            send(outlet, Message::Snapshot(snapshot), followed.sequence()).await?;
        }
        while let Some(item) = outlet.or_left(watch.next()).await? {
            match item? {
                WatchItem::Heartbeat { sequence } => {
                    send(outlet, Message::Heartbeat(v1::Heartbeat { sequence }), sequence).await?;
                }
                WatchItem::Events(records) => {
                    for record in &*records {
                        let before = followed.sequence();
                        if let Some(event) = followed.next(self, record).await? {
                            send(outlet, Message::Event(event), before).await?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

async fn send(outlet: &Outlet<v1::WatchExecutionResponse>, message: Message, sequence: u64) -> Result<(), End> {
    outlet.send(v1::WatchExecutionResponse { message: Some(message) }, sequence).await
}
