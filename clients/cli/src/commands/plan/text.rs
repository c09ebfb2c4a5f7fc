//! A plan as text.

use gennaker_client::v1::planned_stage::Verdict;
use gennaker_client::v1::waiting::Kind;
use gennaker_client::v1::{PlanExecutionResponse, PlannedExpression, PlannedStage, PlannedTask};
use gennaker_proto::values::value_of;

use crate::palette::{Palette, Tone};
use crate::render::resolved_artifact;
use crate::terminal::one_line;
use crate::time::{from_length, length};

/// A longer value is cut; `-o json` has it whole.
const WIDEST: usize = 200;

/// A tree that the server got wrong must not hang the client.
const DEEPEST: usize = 20;

/// The plan of a pipeline.
pub(super) fn plan(plan: &PlanExecutionResponse, name: &str, palette: Palette) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", palette.paint(Tone::Strong, name), summary(plan))];
    for problem in &plan.problems {
        let text = format!("{}: {}", problem.field, one_line(&problem.description));
        lines.push(format!("  {} {text}", palette.paint(Tone::Bad, "could not be started:")));
    }
    lines.extend(plan.parameters.iter().map(|(name, value)| format!("  {name} = {}", cut(&one_line(value)))));
    lines.extend(plan.resolved_artifacts.iter().map(|artifact| format!("  {}", resolved_artifact(artifact))));
    tree(plan, "", "", palette, &mut lines);
    lines
}

/// How many stages of the pipeline run, and what becomes of the others.
fn summary(plan: &PlanExecutionResponse) -> String {
    let stages = || plan.stages.iter().filter(|stage| stage.parent.is_empty());
    let kinds = [Verdict::Runs, Verdict::Skipped, Verdict::Fails, Verdict::Unknown];
    let count = |verdict| stages().filter(|stage| stage.verdict() == verdict).count();
    let parts: Vec<String> = kinds
        .into_iter()
        .map(|verdict| (count(verdict), verdict))
        .filter(|(count, _)| *count > 0)
        .map(|(count, verdict)| format!("{count} {}", Mark::of(verdict).text))
        .collect();
    let count = stages().count();
    let all = if count == 1 { "1 stage".to_owned() } else { format!("{count} stages") };
    if parts.is_empty() { all } else { format!("{all}, of which {}", parts.join(", ")) }
}

fn tree(plan: &PlanExecutionResponse, parent: &str, indent: &str, palette: Palette, lines: &mut Vec<String>) {
    if indent.chars().count() > 3 * DEEPEST {
        return;
    }
    let is_known = |id: &str| plan.stages.iter().any(|stage| stage.id == id);
    let belongs = |stage: &&PlannedStage| {
        let is_top = stage.parent.is_empty() || !is_known(&stage.parent);
        if parent.is_empty() { is_top } else { !is_top && stage.parent == parent }
    };
    let children: Vec<&PlannedStage> = plan.stages.iter().filter(belongs).collect();
    let last = children.len().saturating_sub(1);
    for (index, stage) in children.into_iter().enumerate() {
        let (branch, below) = if index == last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let below = format!("{indent}{below}");
        lines.push(format!("{}{}", palette.paint(Tone::Muted, &format!("{indent}{branch}")), title(stage, palette)));
        let margin = palette.paint(Tone::Muted, &below);
        lines.extend(details(stage, palette).into_iter().map(|line| format!("{margin}  {line}")));
        tree(plan, &stage.id, &below, palette, lines);
    }
}

fn title(stage: &PlannedStage, palette: Palette) -> String {
    let mark = Mark::of(stage.verdict());
    let name = one_line(if stage.name.is_empty() { &stage.id } else { &stage.name });
    let mut parts = vec![format!("{} {name}", palette.paint(mark.tone, &mark.icon.to_string()))];
    parts.push(palette.paint(Tone::Muted, &one_line(&stage.kind)));
    if stage.verdict() != Verdict::Runs {
        parts.push(palette.paint(mark.tone, mark.text));
    }
    if !stage.depends_on.is_empty() {
        parts.push(palette.paint(Tone::Muted, &format!("after {}", one_line(&stage.depends_on.join(", ")))));
    }
    parts.join("  ")
}

fn details(stage: &PlannedStage, palette: Palette) -> Vec<String> {
    let mut lines = Vec::new();
    // The expressions that are not known say so themselves.
    let is_told = stage.verdict() == Verdict::Unknown && stage.expressions.iter().any(|planned| planned.unknown);
    if !stage.problem.is_empty() && !is_told {
        lines.push(palette.paint(Mark::of(stage.verdict()).tone, &one_line(&stage.problem)));
    }
    if let Some(condition) = &stage.condition {
        lines.extend(expression("only if", condition, palette));
    }
    for planned in &stage.expressions {
        lines.extend(expression(&format!("{}:", one_line(&planned.field)), planned, palette));
    }
    if !stage.tasks.is_empty() {
        let steps: Vec<String> = stage.tasks.iter().map(step).collect();
        lines.push(palette.paint(Tone::Muted, &format!("steps: {}", steps.join(", "))));
    }
    lines
}

fn expression(label: &str, planned: &PlannedExpression, palette: Palette) -> Vec<String> {
    let mut lines = vec![format!("{label} {} → {}", cut(&one_line(&planned.source)), outcome(planned, palette))];
    let from = reads(planned);
    // Where one value is read and passed on, it would be there twice.
    let is_repeated = planned.reads.len() == 1 && planned.reads.values().next() == planned.value.as_ref();
    if !from.is_empty() && !is_repeated {
        lines.push(palette.paint(Tone::Muted, &format!("  from {}", from.join(", "))));
    }
    lines
}

/// The value of an expression, or why there is none.
pub(crate) fn outcome(planned: &PlannedExpression, palette: Palette) -> String {
    match &planned.value {
        Some(value) => palette.paint(Tone::Strong, &text(value)),
        None if planned.unknown => palette.paint(Tone::Waiting, "only a run will show"),
        None => palette.paint(Tone::Bad, &one_line(&why(planned))),
    }
}

/// Why there is no value, without the source where it stands beside it.
fn why(planned: &PlannedExpression) -> String {
    let source = format!(", in {}", planned.source);
    planned.error.strip_suffix(&source).unwrap_or(&planned.error).to_owned()
}

/// What an expression reads, each with its value.
pub(crate) fn reads(planned: &PlannedExpression) -> Vec<String> {
    planned.reads.iter().map(|(path, value)| format!("{} = {}", one_line(path), text(value))).collect()
}

fn text(value: &prost_types::Value) -> String {
    cut(&one_line(&value_of(value).to_string()))
}

fn cut(text: &str) -> String {
    console::truncate_str(text, WIDEST, "…").into_owned()
}

fn step(task: &PlannedTask) -> String {
    let what = match task.kind() {
        Kind::Timer => "passes time",
        Kind::Judgment => "asks a person",
        Kind::Execution => "waits for another execution",
        Kind::Unspecified | Kind::Queue | Kind::Stages | Kind::Window | Kind::Task | Kind::Resume => "",
    };
    let limit = task.limit.as_ref().map(|limit| format!("at most {}", length(from_length(limit))));
    let about: Vec<String> = (!what.is_empty()).then(|| what.to_owned()).into_iter().chain(limit).collect();
    let name = one_line(&task.name);
    if about.is_empty() { name } else { format!("{name} ({})", about.join(", ")) }
}

/// How a verdict looks.
struct Mark {
    icon: char,
    text: &'static str,
    tone: Tone,
}

impl Mark {
    fn of(verdict: Verdict) -> Self {
        let (icon, text, tone) = match verdict {
            Verdict::Runs => ('●', "would run", Tone::Good),
            Verdict::Skipped => ('↷', "would be skipped", Tone::Muted),
            Verdict::Fails => ('✘', "would fail", Tone::Bad),
            Verdict::Unknown => ('?', "can't be told before a run", Tone::Waiting),
            Verdict::Unspecified => ('?', "is not known", Tone::Muted),
        };
        Self { icon, text, tone }
    }
}
