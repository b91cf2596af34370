//! The zone of a game's user: marked as such, or asked for.

use super::order::not_shown;
use super::preference::Again;
use super::{Answer, Request};
use konter_command::Wish;
use konter_core::destination::DestinationFault;
use konter_core::ids::ProductCode;
use konter_core::order::refusal::{Refused, Why};

impl Request<'_> {
    /// `ml86 12345678 8264`: where as many digits as the PIN has stand behind a game's user, and nothing says that they are the
    /// zone, they are not shown, and sent to nobody.
    pub(super) fn zone_may_be_the_pin(&self, again: &Again) -> Option<Refused> {
        const NAMES: [&str; 5] = ["(", "zon", "server", "srv", "svr"];
        let (user, zone) = again.dest.strip_suffix(')')?.split_once('(')?;
        let text = self.message.text.to_lowercase();
        let is_named = NAMES.iter().any(|name| text.contains(name));
        let is_typed = text.contains(user);
        let has_its_length = self.agent.as_ref()?.pin.digits.is_none_or(|digits| digits == zone.len());
        (is_typed && !is_named && has_its_length).then(|| needs_its_zone(&again.product, user))
    }

    /// A user alone, where both were asked for.
    pub(super) fn lacks_its_zone(&self, wish: &Wish, answer: &mut Answer) {
        let (Some(agent), Some(code)) = (self.active_agent(answer), &wish.code) else { return };
        not_shown(&agent, answer, needs_its_zone(code, self.message.text.trim()));
    }
}

fn needs_its_zone(product: &ProductCode, user: &str) -> Refused {
    let example = format!("{product}.{user}(2001).PIN");
    let why = Why::NotItsDestination { fault: DestinationFault::NeedsZone, example };
    Refused { product: product.to_string(), dest: user.to_owned(), why }
}
