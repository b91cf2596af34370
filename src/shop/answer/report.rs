//! Reports: a reseller's sales and statement, the shop's figures for admins.

use super::super::reports::{IN_A_FILE, SHOWN};
use super::{Answer, Request};
use konter_command::{DateArg, Page, Pin, ReportFile, ReportKind, SpanProblem, span_of};
use konter_core::agent::Agent;
use konter_core::report::Span;
use konter_reply::{Reply, ReportForm, ReportProblem};
use konter_store::{Act, Payload, Say, StoreError};

impl Request<'_> {
    /// A reseller's own report. A PIN is not needed to see it in one's own chat, but a wrong one counts. An admin who is
    /// no reseller means the shop's.
    pub(super) async fn report(
        &self,
        kind: ReportKind,
        date: Option<DateArg>,
        pin: Option<&Pin>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        if kind == ReportKind::Sales && self.agent.is_none() && self.role().is_some() {
            return self.recap(date, answer).await;
        }
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        match kind {
            ReportKind::Sales => {
                let Some(span) = self.span(date, answer) else { return Ok(()) };
                let card = Box::new(self.shop.reports.sales_card(&agent, span).await?);
                answer.reply_with_balance(&agent, Reply::Sales(card));
            }
            ReportKind::Statement => {
                let days = match date {
                    None => None,
                    Some(date) => {
                        let Some(span) = self.span(Some(date), answer) else { return Ok(()) };
                        Some(span)
                    }
                };
                answer.reply(self.statement(&agent, Page::Last, days).await?);
            }
        }
        Ok(())
    }

    async fn statement(&self, agent: &Agent, page: Page, days: Option<Span>) -> Result<Reply, StoreError> {
        Ok(Reply::Statement(Box::new(self.shop.reports.statement_card(agent, page, days).await?)))
    }

    /// Turns the page under whose message the button stands. It is always the statement of whoever taps.
    pub(super) async fn tapped_statement(
        &self,
        page: Page,
        days: Option<Span>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let reply = self.statement(&agent, page, days).await?;
        match &self.message.tapped {
            Some(message) => {
                let payload = Payload::Edit { message: message.clone(), reply: Box::new(reply) };
                let say = Say::new(self.message.chat.clone(), answer.locale, payload);
                answer.commit.outgoing.push(say);
            }
            None => answer.reply(reply),
        }
        Ok(())
    }

    /// The shop's figures. Only for admins; whoever calls this has made sure.
    pub(super) async fn recap(&self, date: Option<DateArg>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(span) = self.span(date, answer) else { return Ok(()) };
        let card = Box::new(self.shop.reports.shop_card(span, SHOWN).await?);
        answer.reply(Reply::ShopReport { form: ReportForm::Text, card });
        Ok(())
    }

    /// The shop's figures as a file, as they are at the moment of the tap.
    pub(super) async fn tapped_report(
        &self,
        file: ReportFile,
        span: Span,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let what = format!("/rekap {} {} ({file})", span.from(), span.to());
        answer.commit.acts.push(Act { at: self.at, by: self.message.chat.clone(), what });
        let card = Box::new(self.shop.reports.shop_card(span, IN_A_FILE).await?);
        answer.reply(Reply::ShopReport { form: file.into(), card });
        Ok(())
    }

    /// The days that were asked for; otherwise the answer says why not.
    pub(super) fn span(&self, date: Option<DateArg>, answer: &mut Answer) -> Option<Span> {
        let problem = match span_of(date, self.shop.clock.day_of(self.at)) {
            Ok(span) => return Some(span),
            Err(SpanProblem::Future) => ReportProblem::Future,
            Err(SpanProblem::TooLong) => ReportProblem::TooLong { days: Span::MOST_DAYS },
            Err(SpanProblem::NoSuchDay) => ReportProblem::NoSuchDay,
        };
        // Nothing was done, so there is nothing to record.
        answer.commit.acts.clear();
        answer.reply(Reply::ReportRefused { problem });
        None
    }
}
