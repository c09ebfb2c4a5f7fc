//! The permission that each method asks for, from the option `(gennaker.v1.permission)`.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost_reflect::{DynamicMessage, Value};

pub use crate::v1::method_permission::{Access, Resource};

use crate::options;
use crate::reflect::pool;

/// The permission that a method asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The sort of resource that the permission is given on.
    pub resource: Resource,
    /// What is done with the resource.
    pub access: Access,
    /// The path of the request's field that names the resource. Empty when the method is about all of them.
    pub field: String,
}

static PERMISSIONS: LazyLock<HashMap<String, Permission>> = LazyLock::new(|| {
    let services = pool().services();
    let methods = services.flat_map(|service| service.methods().collect::<Vec<_>>());
    methods
        .filter_map(|method| {
            let option = options::permission(&method)?;
            let permission = Permission { resource: option.resource(), access: option.access(), field: option.field };
            Some((method.full_name().to_owned(), permission))
        })
        .collect()
});

/// The permission of a method, by its full name (`gennaker.v1.ExecutionService.GetExecution`) or by its path in
/// HTTP/2 (`/gennaker.v1.ExecutionService/GetExecution`). `None` for a method of another package.
pub fn of_method(method: &str) -> Option<&'static Permission> {
    PERMISSIONS.get(&method.trim_start_matches('/').replace('/', "."))
}

impl Permission {
    /// The names of the resources that a request is about: one, or one of each element when the path goes through
    /// a repeated field. Names that are empty are left out.
    pub fn resource_names(&self, request: &DynamicMessage) -> Vec<String> {
        if self.field.is_empty() {
            return Vec::new();
        }
        let mut values = vec![Value::Message(request.clone())];
        for part in self.field.split('.') {
            values = values.iter().flat_map(|value| field_values(value, part)).collect();
        }
        values.iter().filter_map(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned).collect()
    }
}

/// The values of one field of a message: the elements of a repeated one, and nothing for a message that isn't set.
fn field_values(message: &Value, field: &str) -> Vec<Value> {
    let Some(value) = message.as_message().and_then(|message| message.get_field_by_name(field)) else {
        return Vec::new();
    };
    match value.into_owned() {
        Value::List(elements) => elements,
        value => vec![value],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{to_dynamic, v1};
    use prost_reflect::MethodDescriptor;

    /// The type at the end of a path of fields.
    fn leaf_is_text(method: &MethodDescriptor, path: &str) -> bool {
        let mut message = Some(method.input());
        let mut text = false;
        for part in path.split('.') {
            let field = message.take().and_then(|message| message.get_field_by_name(part));
            let Some(field) = field else { return false };
            text = field.kind() == prost_reflect::Kind::String;
            message = field.kind().as_message().cloned();
        }
        text
    }

    #[test]
    fn every_method_has_a_permission_with_a_field_that_exists() {
        let services: Vec<_> = pool().services().collect();
        assert_eq!(services.len(), 9);
        for method in services.iter().flat_map(|service| service.methods()) {
            let name = method.full_name();
            let permission = of_method(name).unwrap_or_else(|| panic!("{name} has no permission"));
            assert_ne!(permission.resource, Resource::Unspecified, "{name}");
            assert_ne!(permission.access, Access::Unspecified, "{name}");
            if permission.field.is_empty() {
                let all = matches!(permission.access, Access::None | Access::Read);
                assert!(all, "{name} changes something that it does not name");
            } else {
                assert!(leaf_is_text(&method, &permission.field), "{name}: `{}` is no text field", permission.field);
            }
        }
    }

    #[test]
    fn is_found_by_name_and_by_path() {
        let by_path = of_method("/gennaker.v1.ExecutionService/CancelExecution").unwrap();
        assert_eq!(of_method("gennaker.v1.ExecutionService.CancelExecution").unwrap(), by_path);
        assert_eq!((by_path.resource, by_path.access), (Resource::Application, Access::Execute));
        assert!(of_method("/grpc.health.v1.Health/Check").is_none());
    }

    #[test]
    fn finds_the_resources_of_a_request() {
        let watch = v1::WatchExecutionsRequest {
            subjects: ["applications/a", "applications/b"]
                .map(|name| v1::WatchSubject { name: name.into(), ..Default::default() })
                .into(),
            ..Default::default()
        };
        let permission = of_method("gennaker.v1.ExecutionService.WatchExecutions").unwrap();
        assert_eq!(permission.resource_names(&to_dynamic(&watch)), ["applications/a", "applications/b"]);

        let update = of_method("gennaker.v1.PipelineService.UpdatePipeline").unwrap();
        assert!(update.resource_names(&to_dynamic(&v1::UpdatePipelineRequest::default())).is_empty());
    }
}
