//! The expressions of a stage.

use gennaker_core::expression::Template;
use gennaker_proto::v1::precondition::Check;
use gennaker_proto::v1::stage::Kind;
use gennaker_proto::{expressions, v1};

use super::Findings;
use super::notifications::NO_LOOK_UPS;

/// What is wrong with the expressions of a stage, whose path is given.
pub(super) fn check(stage: &v1::Stage, path: &str, findings: &mut Findings) {
    for (field, text) in expressions::all(stage) {
        if let Err(error) = Template::parse(&text) {
            findings.violation(format!("{path}.{field}"), error.to_string());
        }
    }
    match Template::parse_expression(&stage.condition) {
        Ok(condition) if condition.looks_up() => findings.violation(format!("{path}.condition"), NO_LOOK_UPS),
        Err(error) if !stage.condition.trim().is_empty() => {
            findings.violation(format!("{path}.condition"), error.to_string());
        }
        Ok(_) | Err(_) => {}
    }
    if let Some(Kind::CheckPreconditions(check)) = &stage.kind {
        for (place, precondition) in check.preconditions.iter().enumerate() {
            let Some(Check::Expression(expression)) = &precondition.check else { continue };
            if let Err(error) = Template::parse_expression(&expression.expression) {
                let field = format!("{path}.check_preconditions.preconditions[{place}].expression.expression");
                findings.violation(field, error.to_string());
            }
        }
    }
}
