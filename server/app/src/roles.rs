//! Who has which role.

use crate::{App, Caller};

impl App {
    /// The roles of a caller, each once: those that the settings give to its name, and those that it has proved.
    pub(crate) fn roles_of(&self, caller: &Caller) -> Vec<String> {
        let given = self.inner.options.roles.iter().filter(|(_, users)| users.iter().any(|user| user == caller.name()));
        let mut roles: Vec<String> = given.map(|(role, _)| role.clone()).collect();
        roles.extend(caller.principal.roles.iter().cloned());
        roles.sort_unstable();
        roles.dedup();
        roles
    }
}
