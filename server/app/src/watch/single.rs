//! `WatchExecution`.

use std::sync::Arc;

use gennaker_engine::{Watch, WatchItem};
use gennaker_proto::v1;
use gennaker_proto::v1::watch_execution_response::Message;

use super::{Followed, Snapshot};
use crate::encoded::Encoded;
use crate::pump::{End, Outlet};
use crate::{App, AppError, Caller, Stream, names};

type Response = Encoded<v1::WatchExecutionResponse>;

impl App {
    /// Follows one execution until it ends.
    pub async fn watch_execution(
        &self,
        caller: &Caller,
        request: v1::WatchExecutionRequest,
    ) -> Result<Stream<Response>, AppError> {
        self.admit(caller, &request).await?;
        let name = names::parse_execution("name", &request.name)?;
        // What happens from here on comes from the watch; what is read from here on is at least as it stands now.
        let mut watch = self.inner.ports.engine.watch(name.id, request.after_sequence.unwrap_or_default())?;
        let row = self.row(&name).await?;
        let viewer = Arc::new(self.viewer(caller, name.application).await);
        let (followed, snapshot) = match request.after_sequence {
            Some(sequence) => (self.follow_after(&row, sequence, viewer).await?, None),
            None => {
                let (followed, snapshot) = self.follow_from_now(&row, viewer).await?;
                watch.has_read(followed.sequence(), snapshot.has_ended);
                (followed, Some(snapshot))
            }
        };
        let app = self.clone();
        Ok(self.stream(|outlet| async move { app.follow_one(followed, snapshot, watch, &outlet).await }))
    }

    async fn follow_one(
        &self,
        mut followed: Followed,
        snapshot: Option<Snapshot>,
        mut watch: Watch,
        outlet: &Outlet<Response>,
    ) -> Result<(), End> {
        if let Some(snapshot) = snapshot {
            let message = response(Message::Snapshot(v1::Execution::default()));
            outlet.send(Encoded::ending_in(&message, snapshot.bytes), followed.sequence()).await?;
        }
        while let Some(item) = outlet.or_left(watch.next()).await? {
            match item? {
                WatchItem::Heartbeat { sequence } => {
                    let message = response(Message::Heartbeat(v1::Heartbeat { sequence }));
                    outlet.send(Encoded::of(&message), sequence).await?;
                }
                WatchItem::Events(records) => {
                    for record in &*records {
                        let before = followed.sequence();
                        if let Some(event) = followed.next(self, record).await? {
                            let message = response(Message::Event(v1::ExecutionEvent::default()));
                            outlet.send(Encoded::ending_in(&message, event), before).await?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

fn response(message: Message) -> v1::WatchExecutionResponse {
    v1::WatchExecutionResponse { message: Some(message) }
}
