//! A reseller's own program: switched on with a password, let in from addresses, told how orders end.

use super::preference::{says, write_preferences};
use super::{Answer, Request};
use crate::config::parse_range;
use crate::shop::h2h::target::{BadTarget, target};
use crate::shop::h2h::{ProgramSecrets, standing_of};
use konter_command::{ApiCommand, ApiPassword, Pin};
use konter_core::agent::Agent;
use konter_core::preferences::{ApiAccess, ApiAddresses, MOST_API_ADDRESSES};
use konter_reply::{ApiCard, ApiProblem, PreferenceReply, Reply};
use konter_store::StoreError;

const ANYWHERE: &str = "*";

impl Request<'_> {
    pub(super) async fn api(&self, command: ApiCommand, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        let mut preferences = self.shop.store.preferences(agent.id).await?;
        let read = preferences.stored();
        let mut weak = false;
        let changed = match command {
            ApiCommand::Show => Ok(false),
            // Less needs no PIN.
            ApiCommand::Off => Ok(preferences.api.secrets.take().is_some()),
            ApiCommand::On { pin, .. }
            | ApiCommand::Allow { pin, .. }
            | ApiCommand::AllowNone { pin }
            | ApiCommand::ReportTo { pin, .. }
            | ApiCommand::ReportNowhere { pin }
                if !self.pin_fits(&agent, &pin, answer).await =>
            {
                return Ok(());
            }
            ApiCommand::On { password, pin } => {
                weak = password.is_weak();
                let Some(api) = self.switched_on(&agent, &preferences.api, &pin, &password) else {
                    answer.reply(Reply::TryAgain { order: false });
                    return Ok(());
                };
                preferences.api = api;
                Ok(true)
            }
            ApiCommand::Allow { addresses, .. } => allow(&mut preferences.api.addresses, &addresses).map(|()| true),
            ApiCommand::AllowNone { .. } => {
                preferences.api.addresses = ApiAddresses::default();
                Ok(true)
            }
            ApiCommand::ReportTo { url, .. } => {
                let private = self.shop.policy.private_reports;
                let checked = target(url.as_str(), private).map(|_| preferences.api.report = Some(url.to_string()));
                checked.map(|()| true).map_err(|bad| match bad {
                    BadTarget::NotTheWeb => ApiProblem::NoWebAddress,
                    BadTarget::Private => ApiProblem::PrivateReport,
                })
            }
            ApiCommand::ReportNowhere { .. } => {
                preferences.api.report = None;
                Ok(true)
            }
        };
        match changed {
            Err(problem) => answer.reply(says(PreferenceReply::ApiRefused { problem })),
            Ok(changed) => {
                answer.reply(says(PreferenceReply::Api(self.api_card(&agent, &preferences.api, weak))));
                if changed {
                    write_preferences(read, preferences, answer);
                }
            }
        }
        Ok(())
    }

    fn switched_on(&self, agent: &Agent, before: &ApiAccess, pin: &Pin, password: &ApiPassword) -> Option<ApiAccess> {
        let secrets = ProgramSecrets::new(pin.expose(), password.expose());
        let secrets = Some(self.shop.programs.vault.close(agent.id, &secrets)?);
        Some(ApiAccess { secrets, since: Some(self.at), ..before.clone() })
    }

    fn api_card(&self, agent: &Agent, api: &ApiAccess, weak: bool) -> ApiCard {
        let (anywhere, addresses) = match &api.addresses {
            ApiAddresses::Any => (true, Vec::new()),
            ApiAddresses::Only(known) => (false, known.clone()),
        };
        let state = standing_of(self.shop, agent.id, api);
        ApiCard { code: agent.id, state, anywhere, addresses, report: api.report.clone(), weak }
    }

    /// A program proves itself by the PIN too: where a reseller has another one, or none, its program's secrets go.
    pub(super) async fn forget_secrets_of_other_pins(&self, answer: &mut Answer) -> Result<(), StoreError> {
        for written in answer.commit.agents.clone() {
            let Some(before) = self.shop.store.agent(written.row.id).await? else { continue };
            if before.pin.hash == written.row.pin.hash {
                continue;
            }
            let mut preferences = self.shop.store.preferences(before.id).await?;
            let read = preferences.stored();
            if preferences.api.secrets.take().is_some() {
                write_preferences(read, preferences, answer);
            }
        }
        Ok(())
    }
}

fn allow(known: &mut ApiAddresses, addresses: &[String]) -> Result<(), ApiProblem> {
    for text in addresses {
        if text == ANYWHERE {
            *known = ApiAddresses::Any;
            continue;
        }
        let range = parse_range(text).ok_or_else(|| ApiProblem::NoAddress { text: text.clone() })?;
        let is_one = range.prefix_len() == range.max_prefix_len();
        let kept = if is_one { range.addr().to_string() } else { range.trunc().to_string() };
        known.add(kept).map_err(|_| ApiProblem::TooManyAddresses { most: MOST_API_ADDRESSES })?;
    }
    Ok(())
}
