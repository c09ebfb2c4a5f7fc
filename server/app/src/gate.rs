//! The door: what every call passes before anything is loaded.

use gennaker_ports::{Access, Target};
use gennaker_proto::permission::{self, Permission};
use gennaker_proto::{rules, to_dynamic};

use crate::call::Call;
use crate::{App, AppError, Caller, names};

impl App {
    /// Checks a request against the rules of its fields, then asks whether the caller may do what the method's permission
    /// says, on each resource that the request names.
    ///
    /// # Errors
    /// [`AppError::InvalidArgument`], [`AppError::PermissionDenied`].
    pub(crate) async fn admit<R: Call>(&self, caller: &Caller, request: &R) -> Result<(), AppError> {
        let request = to_dynamic(request);
        let violations = rules::check_dynamic(&request);
        if !violations.is_empty() {
            return Err(AppError::InvalidArgument { violations });
        }
        let permission = permission::of_method(R::METHOD).expect("every method of the package has a permission");
        let Some(access) = access(permission) else { return Ok(()) };
        if permission.field.is_empty() {
            return self.authorize(caller, access, &Target::System).await;
        }
        let names = permission.resource_names(&request);
        if names.is_empty() {
            return Err(AppError::invalid(&permission.field, "must be set"));
        }
        for name in names {
            let target = target(permission, &name)
                .ok_or_else(|| AppError::invalid(&permission.field, format!("{name:?} is not a resource name")))?;
            self.authorize(caller, access, &target).await?;
        }
        Ok(())
    }

    /// Passes where the caller may.
    pub(crate) async fn authorize(&self, caller: &Caller, access: Access, target: &Target) -> Result<(), AppError> {
        Ok(self.inner.ports.authorizer.authorize(&caller.principal, access, target).await?)
    }

    /// Whether the caller may.
    pub(crate) async fn may(&self, caller: &Caller, access: Access, target: &Target) -> bool {
        self.authorize(caller, access, target).await.is_ok()
    }
}

/// `None` where everybody may.
fn access(permission: &Permission) -> Option<Access> {
    match permission.access {
        permission::Access::None => None,
        permission::Access::Read => Some(Access::Read),
        permission::Access::Write => Some(Access::Write),
        permission::Access::Execute => Some(Access::Execute),
        permission::Access::Create => Some(Access::Create),
        permission::Access::Unspecified => unreachable!("the proto crate's tests refuse methods without an access"),
    }
}

/// What a name stands for: the application, project or account that it begins with, all applications, or the id of a new
/// one.
fn target(permission: &Permission, name: &str) -> Option<Target> {
    if name == names::ALL_APPLICATIONS {
        return Some(Target::System);
    }
    let mut parts = name.split('/');
    match (parts.next()?, parts.next().map(str::to_owned).filter(|id| !id.is_empty())) {
        ("applications", Some(id)) => Some(Target::Application(id)),
        ("projects", Some(id)) => Some(Target::Project(id)),
        ("accounts", Some(id)) => Some(Target::Account(id)),
        (id, None) if permission.access == permission::Access::Create && !name.contains('/') => {
            match permission.resource {
                permission::Resource::Application => Some(Target::Application(id.to_owned())),
                permission::Resource::Project => Some(Target::Project(id.to_owned())),
                permission::Resource::Account => Some(Target::Account(id.to_owned())),
                permission::Resource::System | permission::Resource::Unspecified => None,
            }
        }
        _ => None,
    }
}
