//! Names, and the steps that lead from a value to something inside it.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::ast::{Access, Node, NodeKind, Step, Which};
use super::error::{Fault, SHOWN, cut};
use super::evaluate::{Absent, Evaluated, Evaluator, shallow};
use super::number::Number;
use super::roots::fixed;
use super::text::Text;
use super::value::{Kind, Value};
use super::{Problem, functions, methods};

/// What a list says that it has.
const BY_NUMBER: &str = "elements by number, from [0]";

/// A step, and where it starts from.
struct Stand<'a, 'n> {
    /// The text of what leads to the value.
    owner: &'n str,
    step: &'n Step,
    value: Value<'a>,
    /// Whether something that is not there is null.
    asked: bool,
    /// Whether a key that is not there is null.
    key_asked: bool,
}

impl Stand<'_, '_> {
    fn wrong<T>(&self, problem: Problem) -> Result<T, Fault> {
        Err(Fault::new(self.step.start, problem))
    }

    fn owner(&self) -> String {
        cut(self.owner, SHOWN)
    }

    fn nothing_inside<T>(&self) -> Result<T, Fault> {
        self.wrong(Problem::NotAContainer { owner: self.owner(), kind: self.value.kind().noun() })
    }

    fn unknown<T>(&self, name: &str, known: Vec<String>) -> Result<T, Fault> {
        self.wrong(Problem::Unknown { owner: self.owner(), name: name.to_owned(), known })
    }
}

impl<'a> Evaluator<'_, 'a> {
    pub(super) fn traced_name(&mut self, node: &Node, name: &str, absent: Absent) -> Evaluated<'a> {
        let value = self.name(node, name, absent)?;
        self.record(name, &value);
        Ok(value)
    }

    /// A name by itself: a property of the element in a selection or projection; else, and where the element has none such
    /// and the name is a fixed one, of the execution.
    fn name(&mut self, node: &Node, name: &str, absent: Absent) -> Evaluated<'a> {
        let found = match self.this.last().cloned() {
            None => self.property(node.start, &self.root(), name)?,
            Some(element) => match self.property(node.start, &element, name)? {
                None => fixed(self.environment, name),
                found => found,
            },
        };
        match found {
            Some(value) => Ok(value),
            None if absent == Absent::IsNull => Ok(Value::Null),
            None => {
                let owner = if self.this.is_empty() { "the execution" } else { "the element" }.to_owned();
                let known = names_of(&self.this());
                Err(Fault::new(node.start, Problem::Unknown { owner, name: name.to_owned(), known }))
            }
        }
    }

    pub(super) fn chain(&mut self, node: &'a Node, head: &'a Node, steps: &'a [Step], absent: Absent) -> Evaluated<'a> {
        let mut path = self.path(head);
        let mut value = match &head.kind {
            NodeKind::Name(name) if steps.first().is_some_and(|step| step.safe) => {
                self.name(head, name, Absent::IsNull)?
            }
            NodeKind::Name(name) => self.name(head, name, absent)?,
            _ => self.value(head)?,
        };
        let mut reached = head.end;
        for (place, step) in steps.iter().enumerate() {
            self.pay(step.start, 1)?;
            let owner = &self.source[node.start..reached];
            reached = step.end;
            if matches!(value, Value::Null) && (step.safe || absent == Absent::IsNull) {
                continue;
            }
            let next = steps.get(place + 1);
            let asked = absent == Absent::IsNull || next.is_some_and(|next| next.safe);
            let key_asked = asked || (absent == Absent::IndexIsNull && next.is_none());
            value = self.step(&mut path, Stand { owner, step, value, asked, key_asked })?;
        }
        self.record_path(&mut path, &value);
        Ok(value)
    }

    fn step(&mut self, path: &mut Option<String>, stand: Stand<'a, 'a>) -> Evaluated<'a> {
        match &stand.step.kind {
            Access::Property(name) => {
                extend(path, || format!(".{name}"));
                self.step_property(&stand, name)
            }
            Access::Index(index) => {
                let key = self.key(&stand.value, index)?;
                extend(path, || format!("[{}]", key.preview(SHOWN)));
                self.step_index(&stand, &key)
            }
            Access::Method(name, arguments) => {
                self.record_path(path, &stand.value);
                self.step_method(stand, name, arguments)
            }
            Access::Select(which, condition) => {
                self.record_path(path, &stand.value);
                self.select(&stand, *which, condition)
            }
            Access::Project(projection) => {
                self.record_path(path, &stand.value);
                self.project(&stand, projection)
            }
        }
    }

    /// The beginning of a path into the execution, where what is read is traced.
    fn path(&self, head: &Node) -> Option<String> {
        self.session.trace.as_ref()?;
        let of_execution = match &head.kind {
            NodeKind::Name(_) | NodeKind::Root => self.this.is_empty(),
            NodeKind::Call(builtin, arguments) => {
                let literal = |node: &Node| matches!(node.kind, NodeKind::Text(_));
                functions::reads_execution(builtin) && arguments.iter().all(literal)
            }
            _ => false,
        };
        of_execution.then(|| self.source[head.start..head.end].to_owned())
    }

    fn record_path(&mut self, path: &mut Option<String>, value: &Value<'a>) {
        if let Some(path) = path.take() {
            self.record(&path, value);
        }
    }

    fn record(&mut self, path: &str, value: &Value<'a>) {
        if let Some(trace) = self.session.trace.as_mut().filter(|_| self.this.is_empty()) {
            trace.record(path, value);
        }
    }

    /// What a value has under a name. A date has the properties that its getters give. What has to be looked for or made is
    /// paid for.
    fn property(&mut self, at: usize, value: &Value<'a>, name: &str) -> Result<Option<Value<'a>>, Fault> {
        match value {
            Value::Time(time) => match methods::getter(time.kind(), name) {
                Some(getter) => self.call(at, getter, value.clone(), &[]).map(Some),
                None => Ok(None),
            },
            // What Java has for arrays, as `split` gives one.
            Value::List(list) if name == "length" => Ok(Some(Value::count(list.len()))),
            Value::View(view) => {
                self.pay(at, view.effort())?;
                let found = view.get(name);
                if let Some(Value::List(made)) = &found {
                    self.pay(at, made.len())?;
                }
                Ok(found)
            }
            _ => Ok(value.get(name)),
        }
    }

    fn step_property(&mut self, stand: &Stand<'a, '_>, name: &str) -> Evaluated<'a> {
        let (value, start) = (&stand.value, stand.step.start);
        if let Some(found) = self.property(start, value, name)? {
            return Ok(found);
        }
        if let Some(minus) = self.minus_in(start, value, name)? {
            return Err(Fault::Minus(minus));
        }
        match value.kind() {
            Kind::Null | Kind::Bool | Kind::Number | Kind::Text | Kind::Unit | Kind::Format | Kind::Random => {
                stand.nothing_inside()
            }
            _ if stand.asked => Ok(Value::Null),
            Kind::List => stand.unknown(name, vec![BY_NUMBER.to_owned()]),
            Kind::Map | Kind::Entry => stand.unknown(name, names_of(value)),
            kind @ (Kind::Date
            | Kind::Instant
            | Kind::LocalDate
            | Kind::LocalDateTime
            | Kind::Duration
            | Kind::DayOfWeek) => stand.unknown(name, methods::names(kind)),
        }
    }

    /// The hyphen of a name that must be a minus sign: the value has the name before it, but not the whole one.
    fn minus_in(&mut self, start: usize, value: &Value<'a>, name: &str) -> Result<Option<usize>, Fault> {
        for (hyphen, _) in name.rmatch_indices('-') {
            self.pay(start, 1)?;
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

    fn step_index(&mut self, stand: &Stand<'a, '_>, key: &Value<'a>) -> Evaluated<'a> {
        match (stand.value.kind(), key) {
            (Kind::Map | Kind::Entry, Value::Text(name)) => self.under_key(stand, name),
            (Kind::Map | Kind::Entry, Value::Number(_) | Value::Bool(_)) => {
                let name = Text::from(key.preview(SHOWN));
                self.under_key(stand, &name)
            }
            (Kind::List, Value::Number(number @ (Number::Int(_) | Number::Long(_)))) => {
                let index = number.to_long();
                let found = usize::try_from(index).ok().and_then(|place| stand.value.element(place));
                found.map_or_else(|| out_of_range(stand, index, stand.value.length().unwrap_or(0)), Ok)
            }
            (Kind::Text, Value::Number(number @ (Number::Int(_) | Number::Long(_)))) => {
                self.character(stand, number.to_long())
            }
            (Kind::List, Value::Text(name)) => stand.unknown(name, vec![BY_NUMBER.to_owned()]),
            (Kind::List | Kind::Text, _) => not_an_index(stand, "a whole number", key),
            (Kind::Map | Kind::Entry, _) => not_an_index(stand, "a name", key),
            _ => stand.nothing_inside(),
        }
    }

    fn under_key(&mut self, stand: &Stand<'a, '_>, name: &str) -> Evaluated<'a> {
        match self.property(stand.step.start, &stand.value, name)? {
            Some(found) => Ok(found),
            None if stand.key_asked => Ok(Value::Null),
            None => stand.unknown(name, names_of(&stand.value)),
        }
    }

    fn character(&mut self, stand: &Stand<'a, '_>, index: i64) -> Evaluated<'a> {
        let Value::Text(text) = &stand.value else { return stand.nothing_inside() };
        let paid = self.session.budget.bytes(text.len());
        paid.map_err(|problem| Fault::new(stand.step.start, problem))?;
        let found = usize::try_from(index).ok().and_then(|place| text.chars().nth(place));
        found.map_or_else(|| out_of_range(stand, index, text.chars().count()), |c| Ok(Value::from(c.to_string())))
    }

    fn step_method(&mut self, stand: Stand<'a, '_>, name: &str, arguments: &'a [Node]) -> Evaluated<'a> {
        let kind = stand.value.kind();
        if kind == Kind::Null {
            return stand.nothing_inside();
        }
        let Some(method) = methods::find(kind, name) else { return stand.wrong(methods::unknown(kind, name)) };
        if let Value::View(view) = &stand.value {
            self.pay(stand.step.start, view.effort_for_all())?;
        }
        method.takes(arguments.len()).or_else(|problem| stand.wrong(problem))?;
        let arguments = self.all(arguments)?;
        self.call(stand.step.start, method, stand.value, &arguments)
    }

    /// The elements of a list, or the entries of a map.
    fn members(&mut self, stand: &Stand<'a, '_>) -> Result<Vec<Value<'a>>, Fault> {
        let value = &stand.value;
        if let Value::View(view) = value {
            self.pay(stand.step.start, view.effort_for_all())?;
        }
        let members: Vec<Value<'a>> = if let Some(elements) = value.elements() {
            elements.collect()
        } else if let Some(entries) = value.entries() {
            entries.into_iter().map(|entry| Value::Entry(Rc::new(entry))).collect()
        } else {
            return stand.nothing_inside();
        };
        self.pay(stand.step.start, members.len())?;
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

    fn select(&mut self, stand: &Stand<'a, '_>, which: Which, condition: &'a Node) -> Evaluated<'a> {
        let mut members = self.members(stand)?;
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
        let of_map = stand.value.kind() == Kind::Map;
        Ok(match (which, of_map) {
            (Which::First | Which::Last, _) if chosen.is_empty() => Value::Null,
            (Which::First | Which::Last, false) => chosen.swap_remove(0),
            (Which::All, false) => chosen.into(),
            (_, true) => of_entries(&chosen),
        })
    }

    fn project(&mut self, stand: &Stand<'a, '_>, projection: &'a Node) -> Evaluated<'a> {
        let members = self.members(stand)?;
        let projected =
            members.into_iter().map(|member| self.with_this(member, |evaluator| evaluator.value(projection)));
        shallow(stand.step.start, projected.collect::<Result<Vec<_>, _>>()?.into())
    }
}

/// A map of entries.
fn of_entries<'a>(entries: &[Value<'a>]) -> Value<'a> {
    let entries = entries.iter().filter_map(|entry| match entry {
        Value::Entry(entry) => Some((**entry).clone()),
        _ => None,
    });
    entries.collect::<BTreeMap<_, _>>().into()
}

fn names_of(value: &Value<'_>) -> Vec<String> {
    value.keys().iter().map(|key| (**key).to_owned()).collect()
}

fn out_of_range<T>(stand: &Stand<'_, '_>, index: i64, length: usize) -> Result<T, Fault> {
    stand.wrong(Problem::OutOfRange { owner: stand.owner(), index, length })
}

fn not_an_index<T>(stand: &Stand<'_, '_>, expected: &'static str, key: &Value<'_>) -> Result<T, Fault> {
    stand.wrong(Problem::Type { what: format!("an index of {}", stand.owner()), expected, found: key.describe() })
}

fn extend(path: &mut Option<String>, step: impl FnOnce() -> String) {
    if let Some(path) = path {
        path.push_str(&step());
    }
}
