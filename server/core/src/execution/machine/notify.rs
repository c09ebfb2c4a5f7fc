//! Telling people and programs what happens.

use super::Machine;
use crate::execution::{
    ErrandKind, ErrandSpec, Event, ExecutionStatus, JudgmentDecision, Stage, StageStatus, TaskKind,
};
use crate::expression::evaluate_in;
use crate::notification::{Notice, Notification, Occasion};

/// Something that people may want to be told of.
#[derive(Clone, Copy)]
pub(super) struct News {
    occasion: Occasion,
    /// The place of the stage that it is about.
    stage: Option<usize>,
}

impl Machine<'_> {
    /// What an event is about that is about to be applied, where somebody asked to be told of it.
    pub(super) fn news(&self, event: &Event) -> Option<News> {
        let stage = event.stage().and_then(|id| self.execution.place(id));
        let of_stage = stage.map(|place| &self.execution.stages[place]);
        let occasion = match event {
            Event::Started => Occasion::PipelineStarting,
            Event::Finished { status: ExecutionStatus::Succeeded, .. } => Occasion::PipelineComplete,
            Event::Finished { status: ExecutionStatus::Terminal, .. } => Occasion::PipelineFailed,
            Event::StageStarted { .. } if of_stage?.started.is_none() => Occasion::StageStarting,
            Event::StageFinished { status: StageStatus::Succeeded, .. } => Occasion::StageComplete,
            Event::StageFinished {
                status: StageStatus::Terminal | StageStatus::Stopped | StageStatus::FailedContinue,
                ..
            } => Occasion::StageFailed,
            Event::TaskStarted { task, .. } if is_judgment(of_stage?, *task) => Occasion::JudgmentRequested,
            Event::Judged { verdict, .. } => match verdict.decision {
                JudgmentDecision::Stop => Occasion::JudgmentStopped,
                JudgmentDecision::Continue if of_stage?.missing_approvals() <= 1 => Occasion::JudgmentContinued,
                JudgmentDecision::Continue => return None,
            },
            _ => return None,
        };
        let news = News { occasion, stage };
        self.notifications(news).any(|notification| notification.when.contains(&occasion)).then_some(news)
    }

    /// Has messages sent about something that has just happened.
    pub(super) fn tell(&mut self, news: News) {
        let wanted = self.notifications(news).filter(|notification| notification.when.contains(&news.occasion));
        let errands: Vec<ErrandSpec> = wanted.map(|notification| self.errand_for(notification, news)).collect();
        errands.into_iter().for_each(|errand| self.add_errand(errand));
    }

    fn notifications(&self, news: News) -> impl Iterator<Item = &Notification> {
        let all = match news.stage {
            Some(place) => &self.execution.stages[place].definition.notifications,
            None => &self.execution.start.definition.notifications,
        };
        all.iter()
    }

    fn errand_for(&self, notification: &Notification, news: News) -> ErrandSpec {
        let definition = &self.execution.start.definition;
        let stage = news.stage.map(|place| &self.execution.stages[place]);
        let subject = self.subject(news);
        let notice = Notice {
            channel: notification.channel.clone(),
            occasion: news.occasion,
            application: definition.application.clone(),
            execution: format!("applications/{}/executions/{}", definition.application, self.execution.id()),
            display_name: definition.display_name.clone(),
            stage: stage.map(|stage| (stage.id().to_string(), stage.definition.name.clone())),
            text: self.text(notification, news, &subject),
            subject: subject.clone(),
        };
        ErrandSpec {
            stage: stage.map(|stage| stage.id().clone()),
            description: format!("{}: {subject}", notification.channel.name()),
            kind: ErrandKind::Notify { notice: Box::new(notice) },
        }
    }

    /// What happened, as one line.
    fn subject(&self, news: News) -> String {
        let definition = &self.execution.start.definition;
        let pipeline = format!("{} of {}", definition.display_name, definition.application);
        let stage = news.stage.map_or("", |place| self.execution.stages[place].definition.name.as_str());
        match news.occasion {
            Occasion::PipelineStarting => format!("{pipeline} has started"),
            Occasion::PipelineComplete => format!("{pipeline} has succeeded"),
            Occasion::PipelineFailed => format!("{pipeline} has failed"),
            Occasion::StageStarting => format!("Stage {stage} of {pipeline} has started"),
            Occasion::StageComplete => format!("Stage {stage} of {pipeline} has succeeded"),
            Occasion::StageFailed => format!("Stage {stage} of {pipeline} has failed"),
            Occasion::JudgmentRequested => format!("Stage {stage} of {pipeline} waits for a judgment"),
            Occasion::JudgmentContinued => format!("Stage {stage} of {pipeline} was judged and goes on"),
            Occasion::JudgmentStopped => format!("Stage {stage} of {pipeline} was judged and stops"),
        }
    }

    /// The author's text with its expressions evaluated, or what the server says. A mistake in the text does not keep the message
    /// from being sent.
    fn text(&self, notification: &Notification, news: News, subject: &str) -> String {
        let own = self.details(news).map_or_else(|| subject.to_owned(), |details| format!("{subject}\n\n{details}"));
        if notification.message.is_empty() {
            return own;
        }
        let stage = news.stage.map(|place| &self.execution.stages[place]);
        match evaluate_in(&notification.message, self.execution, stage, self.context.now, self.context.random) {
            Ok(serde_json::Value::String(text)) => text,
            Ok(value) => value.to_string(),
            Err(error) => format!("{own}\n\n(The text of this notification can't be evaluated: {error})"),
        }
    }

    fn details(&self, news: News) -> Option<String> {
        let stage = news.stage.map(|place| &self.execution.stages[place]);
        match news.occasion {
            Occasion::PipelineFailed => self.execution.failure.clone(),
            Occasion::StageFailed => stage?.failure.as_ref().map(|failure| failure.message.clone()),
            Occasion::JudgmentRequested => stage?.tasks.iter().find_map(|task| match &task.spec.kind {
                TaskKind::Judgment(spec) => Some(spec.instructions.clone()),
                TaskKind::Run { .. } | TaskKind::Wait { .. } | TaskKind::AwaitChild { .. } => None,
            }),
            Occasion::JudgmentContinued | Occasion::JudgmentStopped => stage?.judgment.as_ref().map(|judgment| {
                let said = if judgment.comment.is_empty() { "" } else { ": " };
                format!("{}{said}{}", judgment.judge, judgment.comment)
            }),
            Occasion::PipelineStarting
            | Occasion::PipelineComplete
            | Occasion::StageStarting
            | Occasion::StageComplete => None,
        }
        .filter(|details| !details.is_empty())
    }
}

fn is_judgment(stage: &Stage, task: u32) -> bool {
    stage.tasks.get(task as usize).is_some_and(|task| matches!(task.spec.kind, TaskKind::Judgment(_)))
}
