//! Evaluating the parts of an expression.

use std::collections::BTreeMap;

use super::ast::{Comparison, Node, NodeKind};
use super::budget::Budget;
use super::builtin::{Builtin, Call};
use super::environment::Environment;
use super::error::Fault;
use super::number::Arithmetic;
use super::patterns::Patterns;
use super::roots::View;
use super::text::Text;
use super::trace::Trace;
use super::value::Value;
use super::{MAX_VALUE_DEPTH, Problem, operators};

/// What the expressions of one text share while they are evaluated.
pub(super) struct Session {
    pub(super) budget: Budget,
    pub(super) patterns: Patterns,
    /// How many random numbers were drawn.
    pub(super) draws: u64,
    pub(super) trace: Option<Trace>,
}

impl Session {
    pub(super) fn new(trace: Option<Trace>) -> Self {
        Self { budget: Budget::new(), patterns: Patterns::default(), draws: 0, trace }
    }
}

/// What is made of a value that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Absent {
    /// It is a mistake.
    Wrong,
    /// It is a mistake, but for an index of a map at the end of a path, which is null as it is in Spring's language.
    IndexIsNull,
    /// It is null: the expression asks whether there is something.
    IsNull,
}

/// Evaluates one expression.
pub(super) struct Evaluator<'s, 'a> {
    pub(super) session: &'s mut Session,
    pub(super) environment: &'a Environment<'a>,
    pub(super) source: &'a str,
    /// What `#this` is, innermost last; empty at the top.
    pub(super) this: Vec<Value<'a>>,
}

pub(super) type Evaluated<'a> = Result<Value<'a>, Fault>;

impl<'s, 'a> Evaluator<'s, 'a> {
    pub(super) fn new(session: &'s mut Session, environment: &'a Environment<'a>, source: &'a str) -> Self {
        Self { session, environment, source, this: Vec::new() }
    }

    /// The value of the whole expression.
    pub(super) fn result(&mut self, root: &'a Node) -> Evaluated<'a> {
        self.absent(root, Absent::Wrong)
    }

    pub(super) fn value(&mut self, node: &'a Node) -> Evaluated<'a> {
        self.absent(node, Absent::IndexIsNull)
    }

    /// The value of a part. The work is done in functions of their own, so that parts within parts take little stack.
    fn absent(&mut self, node: &'a Node, absent: Absent) -> Evaluated<'a> {
        self.pay(node.start, 1)?;
        match &node.kind {
            NodeKind::Null => Ok(Value::Null),
            NodeKind::Bool(value) => Ok(Value::Bool(*value)),
            NodeKind::Number(number) => Ok(Value::Number(*number)),
            NodeKind::Text(text) => Ok(Value::Text(Text::Borrowed(text))),
            NodeKind::Name(name) => self.traced_name(node, name, absent),
            NodeKind::This => Ok(self.this()),
            NodeKind::Root => Ok(self.root()),
            NodeKind::List(elements) => self.list(node, elements),
            NodeKind::Map(entries) => self.map(node, entries),
            NodeKind::Call(builtin, arguments) => self.call_function(node, builtin, arguments),
            NodeKind::Chain(head, steps) => self.chain(node, head, steps, absent),
            NodeKind::Not(operand) => self.not(operand),
            NodeKind::Negate(operand) => self.signed(node, operand, operators::negate),
            NodeKind::Positive(operand) => self.signed(node, operand, operators::positive),
            NodeKind::Arithmetic(first, rest) => self.arithmetic(first, rest),
            NodeKind::Compare(comparison, at, left, right) => self.compare(*comparison, *at, left, right),
            NodeKind::And(operands) => self.any_is(false, operands).map(|found| Value::Bool(!found)),
            NodeKind::Or(operands) => self.any_is(true, operands).map(Value::Bool),
            NodeKind::Choice(condition, then, otherwise) => self.choice(condition, then, otherwise),
            NodeKind::Elvis(value, otherwise) => self.elvis(value, otherwise),
        }
    }

    /// Pays for some steps at a place.
    pub(super) fn pay(&mut self, at: usize, steps: usize) -> Result<(), Fault> {
        self.session.budget.steps(steps).map_err(|problem| Fault::new(at, problem))
    }

    pub(super) fn root(&self) -> Value<'a> {
        Value::View(View::Root(self.environment))
    }

    pub(super) fn this(&self) -> Value<'a> {
        self.this.last().cloned().unwrap_or_else(|| self.root())
    }

    pub(super) fn all(&mut self, nodes: &'a [Node]) -> Result<Vec<Value<'a>>, Fault> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn list(&mut self, node: &'a Node, elements: &'a [Node]) -> Evaluated<'a> {
        let elements = self.all(elements)?;
        shallow(node.start, elements.into())
    }

    fn map(&mut self, node: &'a Node, entries: &'a [(Box<str>, Node)]) -> Evaluated<'a> {
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            map.insert(Text::Borrowed(key), self.value(value)?);
        }
        shallow(node.start, map.into())
    }

    pub(super) fn truth(&mut self, node: &'a Node) -> Result<bool, Fault> {
        let value = self.value(node)?;
        operators::truth(&value).map_err(|problem| Fault::new(node.start, problem))
    }

    fn not(&mut self, operand: &'a Node) -> Evaluated<'a> {
        Ok(Value::Bool(!self.truth(operand)?))
    }

    fn signed(
        &mut self,
        node: &'a Node,
        operand: &'a Node,
        sign: fn(&Value<'a>) -> Result<Value<'a>, Problem>,
    ) -> Evaluated<'a> {
        let value = self.value(operand)?;
        sign(&value).map_err(|problem| Fault::new(node.start, problem))
    }

    fn arithmetic(&mut self, first: &'a Node, rest: &'a [(Arithmetic, usize, Node)]) -> Evaluated<'a> {
        let mut result = self.value(first)?;
        for (operator, at, operand) in rest {
            let operand = self.value(operand)?;
            let computed = operators::arithmetic(*operator, &result, &operand, &mut self.session.budget);
            result = computed.map_err(|problem| Fault::new(*at, problem))?;
        }
        Ok(result)
    }

    fn compare(&mut self, comparison: Comparison, at: usize, left: &'a Node, right: &'a Node) -> Evaluated<'a> {
        let asked_by = |other: &Node| match other.kind {
            NodeKind::Null => Absent::IsNull,
            _ => Absent::IndexIsNull,
        };
        let left_value = self.absent(left, asked_by(right))?;
        let right_value = self.absent(right, asked_by(left))?;
        let result = operators::compare(comparison, &left_value, &right_value, self.session);
        result.map(Value::Bool).map_err(|problem| Fault::new(at, problem))
    }

    /// Whether one of some conditions is as wanted; those after it are not looked at.
    fn any_is(&mut self, wanted: bool, conditions: &'a [Node]) -> Result<bool, Fault> {
        for condition in conditions {
            if self.truth(condition)? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn choice(&mut self, condition: &'a Node, then: &'a Node, otherwise: &'a Node) -> Evaluated<'a> {
        if self.truth(condition)? { self.value(then) } else { self.value(otherwise) }
    }

    fn elvis(&mut self, value: &'a Node, otherwise: &'a Node) -> Evaluated<'a> {
        match self.absent(value, Absent::IsNull)? {
            Value::Null => self.value(otherwise),
            Value::Text(text) if text.is_empty() => self.value(otherwise),
            value => Ok(value),
        }
    }

    fn call_function(&mut self, node: &'a Node, builtin: &'static Builtin, arguments: &'a [Node]) -> Evaluated<'a> {
        let arguments = self.all(arguments)?;
        self.call(node.start, builtin, Value::Null, &arguments)
    }

    pub(super) fn call(
        &mut self,
        at: usize,
        builtin: &'static Builtin,
        this: Value<'a>,
        arguments: &[Value<'a>],
    ) -> Evaluated<'a> {
        let mut call =
            Call { name: builtin.name, this, arguments, environment: self.environment, session: self.session };
        let value = builtin.call(&mut call).map_err(|problem| Fault::new(at, problem))?;
        shallow(at, value)
    }
}

/// Refuses a value that is nested too deep: whatever goes through values would need too much stack.
pub(super) fn shallow(at: usize, value: Value<'_>) -> Evaluated<'_> {
    if value.depth() > MAX_VALUE_DEPTH {
        return Err(Fault::new(at, Problem::TooDeep { what: "the value", limit: MAX_VALUE_DEPTH }));
    }
    Ok(value)
}
