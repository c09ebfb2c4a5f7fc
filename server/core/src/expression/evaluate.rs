//! Evaluating the parts of an expression.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::ast::{Access, Node, NodeKind, Step, Which};
use super::budget::Budget;
use super::builtin::{Builtin, Call};
use super::environment::Environment;
use super::error::{Fault, SHOWN, cut};
use super::number::Number;
use super::roots::View;
use super::text::Text;
use super::trace::Trace;
use super::value::{Kind, Value};
use super::{MAX_COMPILED_PATTERN, MAX_PATTERN, Problem, functions, methods, operators};

/// What the expressions of one text share while they are evaluated.
pub(super) struct Session {
    pub(super) budget: Budget,
    pub(super) patterns: Patterns,
    pub(super) draws: u64,
    pub(super) trace: Option<Trace>,
}

impl Session {
    pub(super) fn new(trace: Option<Trace>) -> Self {
        Self { budget: Budget::new(), patterns: Patterns::default(), draws: 0, trace }
    }
}

/// Regular expressions that were compiled: a selection matches many elements against the same one.
#[derive(Default)]
pub(super) struct Patterns(HashMap<(String, bool), Regex>);

/// What compiling a regular expression costs for each of its bytes, in steps.
const STEPS_PER_PATTERN_BYTE: usize = 20;

impl Patterns {
    /// Compiles a pattern; for `whole` it must match a text from its beginning to its end.
    pub(super) fn compile(&mut self, pattern: &str, whole: bool, budget: &mut Budget) -> Result<Regex, Problem> {
        if pattern.len() > MAX_PATTERN {
            return Err(Problem::TooLong { what: "a regular expression", limit: MAX_PATTERN });
        }
        let key = (pattern.to_owned(), whole);
        if let Some(regex) = self.0.get(&key) {
            return Ok(regex.clone());
        }
        budget.steps(pattern.len() * STEPS_PER_PATTERN_BYTE)?;
        let build = |text: &str| RegexBuilder::new(text).size_limit(MAX_COMPILED_PATTERN).build();
        let mut compiled = build(pattern);
        if whole && compiled.is_ok() {
            compiled = build(&format!("^(?:{pattern})$"));
        }
        let regex = compiled.map_err(|error| pattern_problem(pattern, &error))?;
        self.0.insert(key, regex.clone());
        Ok(regex)
    }
}

fn pattern_problem(pattern: &str, error: &regex::Error) -> Problem {
    let why = match error {
        regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
        error => {
            let text = error.to_string();
            let last = text.lines().last().unwrap_or_default();
            last.trim_start_matches("error: ").to_owned()
        }
    };
    Problem::Failed(format!(
        "{:?} is not a regular expression here: {why}; look-around and back-references, which Java has, are left out",
        cut(pattern, SHOWN)
    ))
}

/// What is made of a value that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Absent {
    /// It is a mistake.
    Wrong,
    /// It is a mistake, but for an index of a map at the end of a path, which is null as it is in Spring's language.
    IndexIsNull,
    /// It is null: the expression asks whether there is something.
    IsNull,
}

/// Evaluates one expression.
pub(super) struct Evaluator<'s, 'a> {
    session: &'s mut Session,
    environment: &'a Environment<'a>,
    source: &'a str,
    /// What `#this` is, innermost last; empty at the top.
    this: Vec<Value<'a>>,
}

type Evaluated<'a> = Result<Value<'a>, Fault>;

impl<'s, 'a> Evaluator<'s, 'a> {
    pub(super) fn new(session: &'s mut Session, environment: &'a Environment<'a>, source: &'a str) -> Self {
        Self { session, environment, source, this: Vec::new() }
    }

    /// The value of the whole expression.
    pub(super) fn result(&mut self, root: &'a Node) -> Evaluated<'a> {
        match &root.kind {
            NodeKind::Chain(head, steps) => self.chain(root, head, steps, Absent::Wrong),
            _ => self.value(root),
        }
    }

    fn value(&mut self, node: &'a Node) -> Evaluated<'a> {
        self.absent(node, Absent::IndexIsNull)
    }

    fn absent(&mut self, node: &'a Node, absent: Absent) -> Evaluated<'a> {
        self.pay(node.start, 1)?;
        Ok(match &node.kind {
            NodeKind::Null => Value::Null,
            NodeKind::Bool(value) => Value::Bool(*value),
            NodeKind::Number(number) => Value::Number(*number),
            NodeKind::Text(text) => Value::Text(Text::Borrowed(text)),
            NodeKind::Name(name) => {
                let value = self.name(node, name, absent)?;
                self.record(name, &value);
                value
            }
            NodeKind::This => self.this(),
            NodeKind::Root => self.root(),
            NodeKind::List(elements) => self.all(elements)?.into(),
            NodeKind::Map(entries) => self.map(entries)?,
            NodeKind::Call(builtin, arguments) => {
                let arguments = self.all(arguments)?;
                self.call(node.start, builtin, Value::Null, &arguments)?
            }
            NodeKind::Chain(head, steps) => self.chain(node, head, steps, absent)?,
            NodeKind::Not(operand) => Value::Bool(!self.truth(operand)?),
            NodeKind::Negate(operand) => {
                let value = self.value(operand)?;
                operators::negate(&value).map_err(|problem| Fault::new(node.start, problem))?
            }
            NodeKind::Positive(operand) => {
                let value = self.value(operand)?;
                operators::positive(value).map_err(|problem| Fault::new(node.start, problem))?
            }
            NodeKind::Arithmetic(first, rest) => {
                let mut result = self.value(first)?;
                for (operator, at, operand) in rest {
                    let operand = self.value(operand)?;
                    let budget = &mut self.session.budget;
                    let computed = operators::arithmetic(*operator, result, operand, budget);
                    result = computed.map_err(|problem| Fault::new(*at, problem))?;
                }
                result
            }
            NodeKind::Compare(comparison, at, left, right) => {
                let asks = |other: &Node| {
                    if matches!(other.kind, NodeKind::Null) { Absent::IsNull } else { Absent::IndexIsNull }
                };
                let (left, right) = (self.absent(left, asks(right))?, self.absent(right, asks(left))?);
                let session = &mut *self.session;
                let result = operators::compare(*comparison, &left, &right, &mut session.budget, &mut session.patterns);
                Value::Bool(result.map_err(|problem| Fault::new(*at, problem))?)
            }
            NodeKind::And(operands) => {
                let mut truths = operands.iter().map(|operand| self.truth(operand));
                Value::Bool(!truths.any_is(false)?)
            }
            NodeKind::Or(operands) => {
                let mut truths = operands.iter().map(|operand| self.truth(operand));
                Value::Bool(truths.any_is(true)?)
            }
            NodeKind::Choice(condition, then, otherwise) => {
                if self.truth(condition)? {
                    self.value(then)?
                } else {
                    self.value(otherwise)?
                }
            }
            NodeKind::Elvis(value, otherwise) => match self.absent(value, Absent::IsNull)? {
                Value::Null => self.value(otherwise)?,
                Value::Text(text) if text.is_empty() => self.value(otherwise)?,
                value => value,
            },
        })
    }

    fn pay(&mut self, at: usize, steps: usize) -> Result<(), Fault> {
        self.session.budget.steps(steps).map_err(|problem| Fault::new(at, problem))
    }

    fn all(&mut self, nodes: &'a [Node]) -> Result<Vec<Value<'a>>, Fault> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn map(&mut self, entries: &'a [(Box<str>, Node)]) -> Evaluated<'a> {
        let mut map = BTreeMap::new();
        for (key, node) in entries {
            map.insert(Text::Borrowed(key), self.value(node)?);
        }
        Ok(map.into())
    }

    fn truth(&mut self, node: &'a Node) -> Result<bool, Fault> {
        let value = self.value(node)?;
        operators::truth(&value).map_err(|problem| Fault::new(node.start, problem))
    }

    fn call(
        &mut self,
        at: usize,
        builtin: &'static Builtin,
        this: Value<'a>,
        arguments: &[Value<'a>],
    ) -> Evaluated<'a> {
        let session = &mut *self.session;
        let mut call = Call {
            name: builtin.name,
            this,
            arguments,
            environment: self.environment,
            budget: &mut session.budget,
            patterns: &mut session.patterns,
            draws: &mut session.draws,
        };
        builtin.call(&mut call).map_err(|problem| Fault::new(at, problem))
    }

    fn root(&self) -> Value<'a> {
        Value::View(View::Root(self.environment))
    }

    fn this(&self) -> Value<'a> {
        self.this.last().cloned().unwrap_or_else(|| self.root())
    }

    /// A name by itself: a property of the element in a selection or projection; else, and where the element has none such
    /// and the name is a fixed one, of the execution.
    fn name(&mut self, node: &Node, name: &str, absent: Absent) -> Evaluated<'a> {
        let environment = self.environment;
        let found = match self.this.last() {
            None => View::Root(environment).get(name),
            Some(element) => match self.property(node.start, &element.clone(), name)? {
                Some(value) => Some(value),
                None => View::Root(environment).fixed(name),
            },
        };
        match found {
            Some(value) => Ok(value),
            None if absent == Absent::IsNull => Ok(Value::Null),
            None => {
                let owner = if self.this.is_empty() { "the execution" } else { "the element" }.to_owned();
                let known = self.this().keys().iter().map(|key| (**key).to_owned()).collect();
                Err(Fault::new(node.start, Problem::Unknown { owner, name: name.to_owned(), known }))
            }
        }
    }

    fn chain(&mut self, node: &'a Node, head: &'a Node, steps: &'a [Step], absent: Absent) -> Evaluated<'a> {
        let head_absent = match steps.first() {
            Some(step) if step.safe => Absent::IsNull,
            _ => absent,
        };
        let mut path = self.path(head);
        let mut value = match &head.kind {
            NodeKind::Name(name) => self.name(head, name, head_absent)?,
            _ => self.value(head)?,
        };
        let mut reached = head.end;
        for (place, step) in steps.iter().enumerate() {
            self.pay(step.start, 1)?;
            let owner = &self.source[node.start..reached];
            reached = step.end;
            if matches!(value, Value::Null) {
                if step.safe {
                    continue;
                }
                if absent == Absent::IsNull {
                    return Ok(Value::Null);
                }
                return Err(inside_nothing(owner, step, &value));
            }
            let next = steps.get(place + 1);
            let asked = absent == Absent::IsNull || next.is_some_and(|next| next.safe);
            let null_at_end = absent == Absent::IndexIsNull && next.is_none();
            let traced = path.is_some().then(|| value.clone());
            let stepped = match &step.kind {
                Access::Property(name) => {
                    if let Some(path) = &mut path {
                        path.push('.');
                        path.push_str(name);
                    }
                    self.step_property(owner, step, &value, name, asked)?
                }
                Access::Index(index) => {
                    let key = self.key(&value, index)?;
                    if let Some(path) = &mut path {
                        path.push('[');
                        path.push_str(&key.preview(SHOWN));
                        path.push(']');
                    }
                    element(owner, step, &value, &key, asked, null_at_end)?
                }
                Access::Method(name, arguments) => {
                    self.record_path(&mut path, traced);
                    self.method(owner, step, value, name, arguments)?
                }
                Access::Select(which, condition) => {
                    self.record_path(&mut path, traced);
                    self.select(owner, step, &value, *which, condition)?
                }
                Access::Project(projection) => {
                    self.record_path(&mut path, traced);
                    self.project(owner, step, &value, projection)?
                }
            };
            value = stepped;
        }
        let last = path.is_some().then(|| value.clone());
        self.record_path(&mut path, last);
        Ok(value)
    }

    /// The beginning of a path into the execution, where what is read is traced.
    fn path(&self, head: &Node) -> Option<String> {
        self.session.trace.as_ref()?;
        let of_execution = match &head.kind {
            NodeKind::Name(_) | NodeKind::Root => self.this.is_empty(),
            NodeKind::Call(builtin, arguments) => {
                functions::reads_execution(builtin)
                    && arguments.iter().all(|node| matches!(node.kind, NodeKind::Text(_)))
            }
            _ => false,
        };
        of_execution.then(|| self.source[head.start..head.end].to_owned())
    }

    fn record_path(&mut self, path: &mut Option<String>, value: Option<Value<'a>>) {
        if let (Some(path), Some(value)) = (path.take(), value) {
            self.record(&path, &value);
        }
    }

    fn record(&mut self, path: &str, value: &Value<'a>) {
        if let Some(trace) = self.session.trace.as_mut().filter(|_| self.this.is_empty()) {
            trace.record(path, value);
        }
    }

    /// What a value has under a name. A date has the properties that its getters give.
    fn property(&mut self, at: usize, value: &Value<'a>, name: &str) -> Result<Option<Value<'a>>, Fault> {
        match value {
            Value::Time(time) => match methods::getter(time.kind(), name) {
                Some(getter) => self.call(at, getter, value.clone(), &[]).map(Some),
                None => Ok(None),
            },
            _ => Ok(value.get(name)),
        }
    }

    fn step_property(&mut self, owner: &str, step: &Step, value: &Value<'a>, name: &str, asked: bool) -> Evaluated<'a> {
        if let Some(found) = self.property(step.start, value, name)? {
            return Ok(found);
        }
        if let Some(minus) = self.minus_in(step.start, value, name)? {
            return Err(Fault::Minus(minus));
        }
        let known = match value.kind() {
            Kind::Map | Kind::Entry => value.keys().iter().map(|key| (**key).to_owned()).collect(),
            Kind::List => vec!["elements by number, from [0]".to_owned()],
            Kind::Date | Kind::Instant | Kind::LocalDate | Kind::LocalDateTime | Kind::Duration | Kind::DayOfWeek => {
                methods::names(value.kind())
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::Text | Kind::Unit | Kind::Format | Kind::Random => {
                return Err(inside_nothing(owner, step, value));
            }
        };
        if asked {
            return Ok(Value::Null);
        }
        Err(Fault::new(step.start, Problem::Unknown { owner: cut(owner, SHOWN), name: name.to_owned(), known }))
    }

    /// The hyphen of a name that must be a minus sign: the value has the name before it, but not the whole one.
    fn minus_in(&mut self, start: usize, value: &Value<'a>, name: &str) -> Result<Option<usize>, Fault> {
        for (hyphen, _) in name.rmatch_indices('-') {
            if self.property(start, value, &name[..hyphen])?.is_some() {
                return Ok(Some(start + hyphen));
            }
        }
        Ok(None)
    }

    /// An index. Within a map a bare name stands for itself, as in Spring's language.
    fn key(&mut self, value: &Value<'a>, index: &'a Node) -> Evaluated<'a> {
        match &index.kind {
            NodeKind::Name(name) if value.kind() == Kind::Map => Ok(Value::Text(Text::Borrowed(name))),
            _ => self.value(index),
        }
    }

    fn method(
        &mut self,
        owner: &str,
        step: &Step,
        value: Value<'a>,
        name: &str,
        arguments: &'a [Node],
    ) -> Evaluated<'a> {
        let Some(method) = methods::find(value.kind(), name) else {
            let problem = methods::unknown(value.kind(), owner, name);
            return Err(Fault::new(step.start, problem));
        };
        method.takes(arguments.len()).map_err(|problem| Fault::new(step.start, problem))?;
        let arguments = self.all(arguments)?;
        self.call(step.start, method, value, &arguments)
    }

    /// The elements of a list, or the entries of a map.
    fn members(&mut self, owner: &str, step: &Step, value: &Value<'a>) -> Result<Vec<Value<'a>>, Fault> {
        let members: Vec<Value<'a>> = if let Some(elements) = value.elements() {
            elements.collect()
        } else if let Some(entries) = value.entries() {
            entries.into_iter().map(|entry| Value::Entry(Rc::new(entry))).collect()
        } else {
            return Err(inside_nothing(owner, step, value));
        };
        self.pay(step.start, members.len())?;
        Ok(members)
    }

    fn with_this<T>(
        &mut self,
        this: Value<'a>,
        evaluate: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.this.push(this);
        let result = evaluate(self);
        self.this.pop();
        result
    }

    fn select(
        &mut self,
        owner: &str,
        step: &Step,
        value: &Value<'a>,
        which: Which,
        condition: &'a Node,
    ) -> Evaluated<'a> {
        let mut members = self.members(owner, step, value)?;
        if which == Which::Last {
            members.reverse();
        }
        let mut chosen = Vec::new();
        for member in members {
            if self.with_this(member.clone(), |evaluator| evaluator.truth(condition))? {
                chosen.push(member);
                if which != Which::All {
                    break;
                }
            }
        }
        let of_map = value.kind() == Kind::Map;
        Ok(match which {
            Which::First | Which::Last if chosen.is_empty() => Value::Null,
            Which::First | Which::Last if !of_map => chosen.swap_remove(0),
            _ if of_map => {
                let entries = chosen.iter().filter_map(|entry| match entry {
                    Value::Entry(entry) => Some((**entry).clone()),
                    _ => None,
                });
                entries.collect::<BTreeMap<_, _>>().into()
            }
            _ => chosen.into(),
        })
    }

    fn project(&mut self, owner: &str, step: &Step, value: &Value<'a>, projection: &'a Node) -> Evaluated<'a> {
        let members = self.members(owner, step, value)?;
        let projected =
            members.into_iter().map(|member| self.with_this(member, |evaluator| evaluator.value(projection)));
        Ok(projected.collect::<Result<Vec<_>, _>>()?.into())
    }
}

/// What a list, a map or a text has at an index.
fn element<'a>(
    owner: &str,
    step: &Step,
    value: &Value<'a>,
    key: &Value<'a>,
    asked: bool,
    null_at_end: bool,
) -> Evaluated<'a> {
    let wrong = |problem| Err(Fault::new(step.start, problem));
    let owner_text = || cut(owner, SHOWN);
    match (value.kind(), key) {
        (Kind::Map | Kind::Entry, Value::Text(_) | Value::Number(_) | Value::Bool(_)) => {
            let name = match key {
                Value::Text(text) => text.clone(),
                other => Text::from(other.preview(SHOWN)),
            };
            let null = asked || (null_at_end && !matches!(value, Value::View(_)));
            match value.get(&name) {
                Some(found) => Ok(found),
                None if null => Ok(Value::Null),
                None => {
                    let known = value.keys().iter().map(|key| (**key).to_owned()).collect();
                    let name = if matches!(key, Value::Text(_)) { (*name).to_owned() } else { format!("[{}]", &*name) };
                    wrong(Problem::Unknown { owner: owner_text(), name, known })
                }
            }
        }
        (Kind::List | Kind::Text, Value::Number(number @ (Number::Int(_) | Number::Long(_)))) => {
            let index = number.to_long();
            let place = usize::try_from(index).ok();
            let (found, length) = match value {
                Value::Text(text) => {
                    let found = place.and_then(|place| text.chars().nth(place));
                    (found.map(|c| Value::from(c.to_string())), text.chars().count())
                }
                list => (place.and_then(|place| list.element(place)), list.length().unwrap_or(0)),
            };
            found.map_or_else(|| wrong(Problem::OutOfRange { owner: owner_text(), index, length }), Ok)
        }
        (Kind::List, Value::Text(name)) => {
            let known = vec!["elements by number, from [0]".to_owned()];
            wrong(Problem::Unknown { owner: owner_text(), name: (**name).to_owned(), known })
        }
        (Kind::List | Kind::Text, key) => wrong(Problem::Type {
            what: format!("an index of {}", owner_text()),
            expected: "a whole number",
            found: key.describe(),
        }),
        (Kind::Map | Kind::Entry, key) => wrong(Problem::Type {
            what: format!("an index of {}", owner_text()),
            expected: "a name",
            found: key.describe(),
        }),
        _ => Err(inside_nothing(owner, step, value)),
    }
}

fn inside_nothing(owner: &str, step: &Step, value: &Value<'_>) -> Fault {
    Fault::new(step.start, Problem::NotAContainer { owner: cut(owner, SHOWN), kind: value.kind().noun() })
}

/// Looking for a truth value among some, up to the first mistake.
trait AnyIs {
    fn any_is(&mut self, wanted: bool) -> Result<bool, Fault>;
}

impl<I: Iterator<Item = Result<bool, Fault>>> AnyIs for I {
    fn any_is(&mut self, wanted: bool) -> Result<bool, Fault> {
        for truth in self {
            if truth? == wanted {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
