//! What those who work here type without a slash, or not quite as it is typed: what only looks is done, all else is shown as
//! the line that does it.

use std::collections::BTreeSet;

use super::mutation::Origin;
use super::overdue::is_serial_alone;
use super::staff::desk;
use super::talk::talk;
use super::{Answer, Request, kind_of};
use konter_command::{
    AdminCommand, AdminRouting, Advice, Command, Named, NetworkCommand, Talk, Topic, Wanted, at_the_desk, sums_said,
};
use konter_core::deposit::mutation::{is_like_a_banks, may_tell_of_income, read, tells_of_income};
use konter_core::ids::{AgentId, OrderId, SupplierId};
use konter_core::staff::Role;
use konter_reply::{AdminProblem, DeskReply, TalkReply, newcomer_of_pad, orders_of_pad, ticket_of_pad};
use konter_store::{InboxMessage, StoreError};

impl Request<'_> {
    /// `/order abc`, `/deposit 50000 kr0001`, from somebody who works here: how it is typed. `false` where it is read, or
    /// nothing of the kind.
    fn misspelt_at_work(&self, command: &Command, answer: &mut Answer) -> bool {
        let text = self.message.text.trim();
        let is_read = match command {
            Command::Unknown { .. } | Command::Incomplete { .. } | Command::BadOrder(_) => false,
            Command::Order(_) | Command::Wish(_) => self.agent.is_some(),
            _ => true,
        };
        let word = text.split(char::is_whitespace).next().unwrap_or_default();
        if is_read || self.role().is_none() || !self.message.private || !word.starts_with('/') {
            return false;
        }
        if let Some(line) = konter_command::slash_line(text) {
            answer.reply(talk(TalkReply::SlashMeant { line }));
            return true;
        }
        let is_its_own = matches!(command, Command::Incomplete { topic, .. } if topic.needs().is_some());
        match konter_command::staff_topic(word).filter(|_| !is_its_own && self.agent.is_none()) {
            Some(topic) => {
                self.not_understood(topic, None, topic.example().to_owned(), answer);
                true
            }
            None => false,
        }
    }

    /// `isi saldo kr0001 100rb`, `agen`, `cari ani`: what somebody who works here asks for in everyday words. `false` where
    /// it is something of its own.
    pub(super) async fn meant_at_the_desk(&self, command: &Command, answer: &mut Answer) -> Result<bool, StoreError> {
        if self.misspelt_at_work(command, answer) {
            return Ok(true);
        }
        let Some(role) = self.role().filter(|_| self.message.private) else { return Ok(false) };
        let only_works_here = self.agent.is_none();
        let has_slash = self.message.text.trim_start().starts_with('/');
        let is_unread = matches!(command, Command::Unknown { .. });
        if only_works_here && role >= Role::Operator && self.names_a_tickets_amount(answer).await? {
            return Ok(true);
        }
        // `/tutup S5 S10`: the second is no supplier.
        if let Command::Admin(AdminCommand::Routing(AdminRouting::RouteOpen { supplier, .. })) = command
            && self.shop.trade.suppliers.get(supplier).is_none()
            && let Some(wanted @ Wanted::Each(_)) = self.wanted()
        {
            self.help_at_work(wanted, role, answer).await?;
            return Ok(true);
        }
        if matches!(command, Command::Admin(_) | Command::Talk(Talk::TakenBack { .. })) {
            return Ok(false);
        }
        if (only_works_here || is_unread || may_be_the_shops(command))
            && (!has_slash || is_unread)
            && let Some(line) = konter_command::decision_line(&self.message.text)
            // To look is no harm: `order 1` that was read is answered.
            && ((is_unread && only_works_here) || !line.starts_with("/order "))
        {
            answer.reply(talk(TalkReply::SlashMeant { line }));
            return Ok(true);
        }
        if !only_works_here && self.asks_for_an_order(command, answer).await? {
            return Ok(true);
        }
        // Its own mistake is told better than what else it may have been.
        let wanted = self.wanted();
        if only_works_here
            && role >= Role::Operator
            && !has_slash
            && self.tells_of_money(wanted.as_ref(), answer).await?
        {
            return Ok(true);
        }
        if has_slash && matches!(command, Command::Incomplete { topic, .. } if topic.needs().is_some()) {
            let is_deposit = matches!(command, Command::Incomplete { topic: Topic::AdminDeposit, .. });
            // But what it plainly was meant to be: `/deposit KR0001 seratus ribu`.
            let meant = wanted.filter(|wanted| {
                // A sum that could not be read is not guessed.
                let has_digit = |word: &str| word.bytes().any(|b| b.is_ascii_digit());
                let guesses = is_deposit && self.message.text.split_whitespace().skip(2).any(has_digit);
                match wanted {
                    Wanted::Line { line, plain: true } => !line.contains("JUMLAH") && !guesses,
                    Wanted::Each(_) => true,
                    _ => false,
                }
            });
            let is_meant = meant.is_some();
            if let Some(meant) = meant {
                self.help_at_work(meant, role, answer).await?;
            }
            return Ok(is_meant);
        }
        if !only_works_here && self.asks_whose_price(command, wanted.as_ref(), answer) {
            return Ok(true);
        }
        let is_plain = wanted.as_ref().is_some_and(|wanted| !matches!(wanted, Wanted::Line { plain: false, .. }));
        let wanted = wanted.filter(|wanted| match wanted {
            _ if is_unread => true,
            _ if !only_works_here && wanted.looks().is_some() => {
                is_plain && matches!(command, Command::Incomplete { .. })
            }
            _ if !only_works_here => may_be_the_shops(command) || (is_plain && only_tells(command)),
            Wanted::Line { plain: false, .. } => asks_a_reseller(command),
            _ => !is_certain(command),
        });
        match wanted {
            Some(wanted) => self.help_at_work(wanted, role, answer).await?,
            None if only_works_here && has_slash && is_unread => {
                answer.reply(talk(self.slash_meant().unwrap_or(TalkReply::LostAtWork)));
            }
            None => return Ok(false),
        }
        Ok(true)
    }

    /// What a bank writes of money that did not come in plainly, and a serial number by itself. `false` where it is neither.
    async fn tells_of_money(&self, wanted: Option<&Wanted>, answer: &mut Answer) -> Result<bool, StoreError> {
        const SHOWN: usize = 3;
        let text = self.message.text.trim();
        let is_said = matches!(wanted, Some(Wanted::Line { line, .. })
            if ["/siaran", "/balas", "/deposit"].iter().any(|word| line.starts_with(word)));
        if !is_said && (is_like_a_banks(text) || may_tell_of_income(text, self.today())) {
            self.mutation(&read(text, self.today()), Origin::default(), answer).await?;
            return Ok(true);
        }
        if !is_serial_alone(text) {
            return Ok(false);
        }
        let open: Vec<OrderId> =
            self.shop.store.open_orders().await?.iter().map(|order| order.id).take(SHOWN).collect();
        Ok(Self::which_decision(decisions(&open, &format!("sukses {text}")), answer))
    }

    /// `order 12` of somebody who sells as well: one that there is. `order 10` may be a nominal.
    async fn asks_for_an_order(&self, command: &Command, answer: &mut Answer) -> Result<bool, StoreError> {
        const NOMINAL: u64 = 5;
        let may_be = matches!(
            command,
            Command::Unknown { .. } | Command::Incomplete { .. } | Command::Prices { .. } | Command::Wish(_)
        );
        let line = konter_command::decision_line(&self.message.text).filter(|_| may_be);
        let Some(number) = line.as_ref().and_then(|line| line.strip_prefix("/order ")?.parse::<u64>().ok()) else {
            return Ok(false);
        };
        let id = OrderId(number);
        if number.is_multiple_of(NOMINAL) || self.shop.store.order(id).await?.is_none() {
            return Ok(false);
        }
        self.show_order(id, false, answer).await?;
        Ok(true)
    }

    /// `hargajual s10 10700` of an owner who sells as well: what its own customers pay, or what the shop's agents do.
    fn asks_whose_price(&self, command: &Command, wanted: Option<&Wanted>, answer: &mut Answer) -> bool {
        const OWN: &str = "hargajual";
        let text = self.message.text.trim();
        let (Command::Preference(_), Some(Wanted::Line { line, .. })) = (command, wanted) else { return false };
        let Some(rest) = text.get(OWN.len()..).filter(|_| text.to_lowercase().starts_with(OWN)) else { return false };
        if self.role() < Some(Role::Owner) || !line.starts_with("/hargajual ") {
            return false;
        }
        let own = format!("JUAL{rest}");
        answer.reply(talk(TalkReply::WhosePrice { shops: line.clone(), own }));
        true
    }

    /// `acc`, `tolak`, `100rb yang masuk` in reply to a ticket's card, or to that of somebody who has registered: the command
    /// for that very card. `false` where it shows something else, or something else is said.
    pub(super) async fn decides_by_reply(
        &self,
        card: &str,
        (text, command): (&str, &Command),
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        let shown = self.shop.chats.shown(&self.message.chat, card).and_then(|(card, _)| card);
        let is_its_own = matches!(command, Command::Admin(_) | Command::Order(_) | Command::Network(_));
        let Some(shown) = shown.filter(|_| !is_its_own) else { return Ok(false) };
        let orders = orders_of_pad(&shown);
        if !orders.is_empty() {
            // An answer to a complaint may be meant for whoever complains.
            let is_complaint = self.shop.store.card_shown(&self.message.chat, card).await?.is_some();
            return Ok(!is_complaint && Self::which_decision(decisions(&orders, text), answer));
        }
        let verdict = konter_command::verdict_said(text);
        let line = if let Some(id) = ticket_of_pad(&shown) {
            let sums = sums_said(text);
            match (verdict, sums.as_slice()) {
                (Some(false), _) => format!("/tolak {id}"),
                (_, [sum]) => match self.shop.store.ticket(id).await? {
                    Some(ticket) if ticket.pay != *sum => format!("/acc {id} {}", sum.get()),
                    _ => format!("/acc {id}"),
                },
                (Some(true), _) => format!("/acc {id}"),
                (None, _) => return Ok(false),
            }
        } else if let Some(code) = newcomer_of_pad(&shown) {
            match verdict {
                Some(true) => format!("/setujui {code}"),
                Some(false) => format!("/blokir {code}"),
                None => return Ok(false),
            }
        } else {
            return Ok(false);
        };
        answer.reply(talk(TalkReply::SlashMeant { line }));
        Ok(true)
    }

    /// Of several commands one is chosen by whoever meant one; `false` where there is none.
    fn which_decision(lines: Vec<String>, answer: &mut Answer) -> bool {
        let is_any = !lines.is_empty();
        match <[String; 1]>::try_from(lines) {
            Ok([line]) => answer.reply(talk(TalkReply::SlashMeant { line })),
            Err(lines) if is_any => answer.reply(talk(TalkReply::Advice { about: "which_order".to_owned(), lines })),
            Err(_) => {}
        }
        is_any
    }

    /// A ticket's own amount, alone: the command that accepts it.
    async fn names_a_tickets_amount(&self, answer: &mut Answer) -> Result<bool, StoreError> {
        let text = self.message.text.trim();
        let is_amount = text.chars().all(|c| c.is_ascii_digit() || ".,".contains(c)) && !text.starts_with('0');
        let sums = if is_amount { sums_said(text) } else { Vec::new() };
        let [sum] = sums.as_slice() else { return Ok(false) };
        let ticket = self.ticket_of_pay(*sum).await?.filter(|ticket| ticket.takes_proof(self.at));
        if let Some(ticket) = &ticket {
            answer.reply(talk(TalkReply::SlashMeant { line: format!("/acc {}", ticket.id) }));
        }
        Ok(ticket.is_some())
    }

    /// An answer to a card that is more likely meant for the shop: whoever wrote is asked which. `false` where it is an
    /// answer.
    pub(super) async fn meant_for_the_shop(
        &self,
        (card, agent): (&str, AgentId),
        text: &str,
        answer: &mut Answer,
    ) -> Result<bool, StoreError> {
        /// More words are an answer.
        const LONGEST_VERDICT: usize = 3;
        const YES: [&str; 7] = ["acc", "terima", "setuju", "setujui", "approve", "oke acc", "acc ya"];
        const NO: [&str; 2] = ["tolak", "tolak aja"];
        let word = text.trim().to_lowercase();
        let (accepts, refuses) = (YES.contains(&word.as_str()), NO.contains(&word.as_str()));
        let lines = if accepts || refuses {
            let tickets = self.shop.store.undecided_tickets(agent).await?;
            match tickets.iter().find(|ticket| ticket.takes_proof(self.at)) {
                Some(ticket) => vec![format!("/{} {}", if accepts { "acc" } else { "tolak" }, ticket.id)],
                None => vec![format!("/{} {agent}", if accepts { "setujui" } else { "blokir" })],
            }
        } else {
            let wanted = self.wanted().filter(|wanted| wanted.looks().is_none());
            let line = wanted.and_then(|wanted| match wanted {
                Wanted::Line { line, plain: true } => Some(line),
                _ => None,
            });
            match konter_command::decision_line(text).or(line) {
                Some(line) => vec![line],
                // `gagal`, `sukses`: of the orders the card shows, or of the latest.
                None if text.split_whitespace().count() <= LONGEST_VERDICT => {
                    decisions(&self.orders_of_card(card, agent).await?, text)
                }
                None => Vec::new(),
            }
        };
        let is_banks = tells_of_income(text, self.today());
        if lines.is_empty() && !is_banks {
            return Ok(false);
        }
        let reply = TalkReply::CardOrCommand { answer: format!("/balas {agent} {text}"), lines };
        answer.reply(talk(reply));
        Ok(true)
    }

    /// The orders a card about a reseller shows; where that is not known any more, its latest.
    async fn orders_of_card(&self, card: &str, agent: AgentId) -> Result<Vec<OrderId>, StoreError> {
        const LATEST: usize = 3;
        let shown = self.shop.chats.shown(&self.message.chat, card).and_then(|(card, _)| card);
        let shown = shown.map(|card| orders_of_pad(&card)).unwrap_or_default();
        if !shown.is_empty() {
            return Ok(shown);
        }
        let latest = self.shop.store.orders_of(agent, None, None, LATEST).await?;
        Ok(latest.into_iter().map(|order| order.id).collect())
    }

    fn wanted(&self) -> Option<Wanted> {
        let catalog = self.shop.catalog();
        let suppliers = &self.shop.trade.suppliers;
        let named = Named {
            kinds: &|code, named| kind_of(&catalog, code, named),
            is_supplier: &|name| name.parse().is_ok_and(|id: SupplierId| suppliers.get(&id).is_some()),
        };
        at_the_desk(&self.message.text, &named)
    }

    async fn help_at_work(&self, wanted: Wanted, role: Role, answer: &mut Answer) -> Result<(), StoreError> {
        if let Some(needs) = wanted.needs().filter(|needs| role < *needs) {
            self.may(needs, answer);
            return Ok(());
        }
        let looks = wanted.looks();
        match (wanted, looks) {
            (Wanted::Line { line, .. }, Some(command)) => self.look(line, command, answer).await,
            (Wanted::Line { line, .. }, None) => {
                answer.reply(talk(TalkReply::SlashMeant { line }));
                Ok(())
            }
            (Wanted::OfName { line, name }, _) => self.help_with_somebody(&line, &name, answer).await,
            (Wanted::Each(lines), _) => {
                answer.reply(talk(TalkReply::Advice { about: "each".to_owned(), lines }));
                Ok(())
            }
            (Wanted::Advice(advice), _) => {
                answer.reply(talk(self.advised(advice)));
                Ok(())
            }
        }
    }

    /// Does what only looks, as if its line had been typed.
    async fn look(&self, line: String, command: Command, answer: &mut Answer) -> Result<(), StoreError> {
        let message = InboxMessage { text: line, ..self.message.clone() };
        let typed = Request { shop: self.shop, message: &message, agent: self.agent.clone(), about: None, at: self.at };
        match command {
            Command::Admin(command) => typed.admin(command, answer).await,
            _ => self.open_tickets(answer).await,
        }
    }

    /// Whose code a name is; of several, or none, nobody is taken for the one that is meant.
    async fn help_with_somebody(&self, line: &str, name: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let found = self.agents_like(name).await?;
        let with = |who: &str| line.replace("{name}", who);
        if let [agent] = found.as_slice() {
            let (line, name) = (with(&agent.id.to_string()), agent.name.clone());
            Self::admin_refused(answer, AdminProblem::NamedAgent { agent: agent.id, name, line });
            return Ok(());
        }
        if found.is_empty() {
            let (text, agents) = (name.to_owned(), Vec::new());
            answer.reply(desk(DeskReply::Found { text, agents, left_out: 0 }));
            return Ok(());
        }
        self.find(name, answer).await?;
        answer.reply(talk(TalkReply::SlashMeant { line: with("KODE") }));
        Ok(())
    }

    /// What to do where no command does it, with the lines that come near.
    fn advised(&self, advice: Advice) -> TalkReply {
        const LINES: usize = 40;
        let catalog = self.shop.catalog();
        let suppliers = || self.shop.trade.suppliers.iter().map(|supplier| supplier.id.to_string());
        let text = self.message.text.to_lowercase();
        let (about, lines): (&str, Vec<String>) = match advice {
            Advice::Hours => {
                ("hours", suppliers().map(|id| format!("/supplier {id} jeda libur")).take(LINES).collect())
            }
            Advice::Restart => ("restart", Vec::new()),
            Advice::Bank => ("bank", Vec::new()),
            Advice::Backup => ("backup", Vec::new()),
            Advice::Debts => ("debts", Vec::new()),
            Advice::Access => ("access", Vec::new()),
            Advice::Cost => ("cost", Vec::new()),
            Advice::Complaints => ("complaints", Vec::new()),
            Advice::AllPrices => {
                let sign = if text.contains("turun") || text.contains("kurang") { '-' } else { '+' };
                let sums = sums_said(&text);
                let step = match sums.as_slice() {
                    [sum] if !text.contains('%') && !text.contains("persen") => sum.get(),
                    _ => 100,
                };
                let names: BTreeSet<&str> = catalog.iter().map(|product| product.category.as_str()).collect();
                let lines = names.into_iter().map(|name| format!("/hargajual kategori {name} {sign}{step}"));
                ("all_prices", lines.take(LINES).collect())
            }
        };
        TalkReply::Advice { about: about.to_owned(), lines }
    }
}

/// What is said of orders, as a command for each of them.
fn decisions(orders: &[OrderId], said: &str) -> Vec<String> {
    let asks = ["cek ulang", "cekulang", "tanya lagi", "cek lagi"].contains(&said.to_lowercase().as_str());
    let line = |order: &OrderId| {
        let said = if asks { format!("cekulang {order}") } else { format!("trx {order} {said}") };
        konter_command::decision_line(&said).filter(|line| !line.starts_with("/order "))
    };
    orders.iter().filter_map(line).collect()
}

/// What says something certain, whatever else its words may mean.
const fn is_certain(command: &Command) -> bool {
    match command {
        Command::Order(request) => request.pin.is_some() || request.reference.is_some(),
        Command::Start { .. }
        | Command::Register { .. }
        | Command::ChangePin { .. }
        | Command::Language { .. }
        | Command::Help { topic: Some(_) }
        | Command::Report { .. }
        | Command::Meter { .. }
        | Command::BillInquiry { .. }
        | Command::BillPayment { .. } => true,
        _ => false,
    }
}

/// What somebody who sells and works here may mean for the shop: what its own account has no use for.
const fn may_be_the_shops(command: &Command) -> bool {
    matches!(
        command,
        Command::Unknown { .. }
            | Command::Incomplete { .. }
            | Command::Transfer(_)
            | Command::Complaint { .. }
            | Command::Talk(
                Talk::NotArrived { .. } | Talk::ChangesPrice { .. } | Talk::Undo { .. } | Talk::OfNumber { .. }
            )
    )
}

/// What changes nothing for whoever sells, however it was read.
const fn only_tells(command: &Command) -> bool {
    matches!(
        command,
        Command::Prices { .. }
            | Command::Help { topic: Some(_) }
            | Command::Known(_)
            | Command::Talk(_)
            | Command::Network(NetworkCommand::Block { pin: None, .. })
    )
}

/// What only a reseller asks for: somebody who is none means something else by it.
const fn asks_a_reseller(command: &Command) -> bool {
    match command {
        Command::Unknown { .. }
        | Command::Incomplete { .. }
        | Command::Transfer(_)
        | Command::Network(_)
        | Command::Preference(_)
        | Command::Prices { .. }
        | Command::Help { topic: None }
        | Command::Known(_)
        | Command::Orders(_)
        | Command::Deposit { amount: Some(_), .. }
        | Command::Proof { .. }
        | Command::Talk(
            Talk::NotArrived { .. }
            | Talk::Disturbance { .. }
            | Talk::ChangesPrice { .. }
            | Talk::Undo { .. }
            | Talk::MoneyNotIn
            | Talk::WantsToJoin
            | Talk::OfNumber { .. },
        ) => true,
        Command::Order(request) => request.pin.is_none() && request.reference.is_none(),
        _ => false,
    }
}
