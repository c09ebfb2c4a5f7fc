//! Who looks at lists and streams over many applications.

use std::collections::HashMap;
use std::sync::Arc;

use gennaker_ports::{Access, Target};

use crate::convert::execution::Viewer;
use crate::{App, Caller};

/// What a caller may see and do in each application that comes up, found out once for each.
pub(crate) struct Viewers {
    app: App,
    caller: Caller,
    known: HashMap<String, Option<Arc<Viewer>>>,
}

impl Viewers {
    pub(crate) fn new(app: &App, caller: &Caller) -> Self {
        Self { app: app.clone(), caller: caller.clone(), known: HashMap::new() }
    }

    /// Who looks at what is of an application; `None` where the caller may not read it.
    pub(crate) async fn of(&mut self, application: &str) -> Option<Arc<Viewer>> {
        if let Some(known) = self.known.get(application) {
            return known.clone();
        }
        let target = Target::Application(application.to_owned());
        let viewer = if self.app.may(&self.caller, Access::Read, &target).await {
            Some(Arc::new(self.app.viewer(&self.caller, application).await))
        } else {
            None
        };
        self.known.insert(application.to_owned(), viewer.clone());
        viewer
    }

    /// Whether the caller may read what is of an application.
    pub(crate) async fn may_read(&mut self, application: &str) -> bool {
        self.of(application).await.is_some()
    }
}
