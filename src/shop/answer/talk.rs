//! Everyday talk: greetings, thanks, and the questions that people type as they would say them.

use super::super::sources::Waits;
use super::account::{matching, price_line, shown};
use super::of_downline::of_downline;
use super::pin_shown::is_a_pin_alone;
use super::preference::Again;
use super::question::dropped;
use super::{Answer, Request};
use chrono::{DateTime, Utc};
use konter_command::{
    AfterFailure, Ask, Command, OrdersQuery, PreferenceCommand, PriceFilter, ReceiptOf, Sort, Talk, Topic, proof_words,
};
use konter_core::agent::{Agent, AgentStatus};
use konter_core::catalog::{Product, ProductKind, Route};
use konter_core::ids::ProductCode;
use konter_core::order::card::{OrderLine, Verdict};
use konter_core::order::{Order, view};
use konter_core::routing::Availability;
use konter_reply::{OfDownline, RegisterProblem, Reply, TalkReply};
use konter_store::StoreError;

/// Orders shown where one of them may be meant.
const ORDERS_SHOWN: usize = 3;
/// Orders looked through for those that are under way.
const ORDERS_SEARCHED: usize = 20;

pub(super) fn talk(reply: TalkReply) -> Reply {
    Reply::Talk(Box::new(reply))
}

impl Request<'_> {
    /// A reseller who may do business. Everybody else is told in a friendly way how to become one, or what is waited for.
    pub(super) async fn customer(&self, answer: &mut Answer) -> Result<Option<Agent>, StoreError> {
        if self.agent.is_none() {
            self.welcome(answer).await?;
        }
        Ok(self.agent.as_ref().and_then(|_| self.active_agent(answer)))
    }

    pub(super) async fn talk(&self, said: Talk, answer: &mut Answer) -> Result<(), StoreError> {
        match said {
            Talk::Greeting { peace } => {
                if let Some(agent) = self.customer(answer).await? {
                    let greeting = TalkReply::Greeting { name: agent.name.clone(), peace };
                    answer.reply_with_balance(&agent, talk(greeting));
                }
            }
            Talk::Thanks => {
                let name = self.agent.as_ref().map_or_else(String::new, |agent| agent.name.clone());
                answer.reply(talk(TalkReply::Thanks { name }));
            }
            Talk::Chatter if self.agent.is_none() && self.role().is_none() => self.welcome(answer).await?,
            Talk::Chatter => {
                self.remind_of_the_pin(answer);
            }
            Talk::LostPin if self.agent.is_none() && self.role().is_none() => self.lost_account(answer).await?,
            Talk::LostPin if self.pin_of_a_downline(answer).await? => {}
            Talk::TellDownlines => self.say_to_customer(TalkReply::TellDownlines, answer).await?,
            Talk::LostPin => self.say_to_customer(TalkReply::LostPin, answer).await?,
            Talk::LostAccount => self.lost_account(answer).await?,
            Talk::ChangesPrice { product } => {
                let code = product.map_or_else(|| "S10".to_owned(), |code| code.to_string());
                self.say_to_customer(TalkReply::OwnPrice { code }, answer).await?;
            }
            Talk::Disturbance { named } => self.disturbance(&named, answer).await?,
            Talk::WantsAdmin if self.agent.is_none() && self.role().is_none() => {
                answer.reply(talk(TalkReply::AskTheOwner));
            }
            Talk::WhoAmI => self.who_am_i(answer).await?,
            Talk::CloseAccount => self.say_to_customer(TalkReply::CloseAccount, answer).await?,
            Talk::MoneyNotIn => {
                if !self.ticket_in_wait(Some(self.at), answer).await? {
                    self.say_to_customer(TalkReply::MoneyNotIn, answer).await?;
                }
            }
            Talk::WantsAdmin => self.say_to_customer(TalkReply::WantsAdmin, answer).await?,
            Talk::DropTicket => self.say_to_customer(TalkReply::TicketLapses, answer).await?,
            Talk::Undo { dest } => self.undo(dest.as_deref(), answer).await?,
            Talk::OfNumber { dest } => self.of_number(&dest, answer).await?,
            Talk::OfSerial { serial } => self.of_serial(&serial, answer).await?,
            Talk::Later => self.say_to_known(TalkReply::Later, answer).await?,
            Talk::Meant { line } => self.say_to_customer(TalkReply::SlashMeant { line }, answer).await?,
            Talk::WhoseNumber => self.say_to_customer(TalkReply::WhoseNumber, answer).await?,
            Talk::Hours => self.say_to_customer(TalkReply::Hours, answer).await?,
            Talk::NotArrived { dest } => self.not_arrived(dest.as_deref(), answer).await?,
            Talk::WantsToJoin => {
                if let Some(agent) = self.customer(answer).await? {
                    answer.reply(Reply::RegisterRefused { problem: RegisterProblem::Already { code: agent.id } });
                }
            }
            Talk::Yes => self.yes(answer).await?,
            Talk::No => {
                if !self.drop_what_waits(answer).await? && !self.show_what_is_asked_back(answer).await? {
                    let said = match self.unpaid_bill().await? {
                        Some((product, customer)) => TalkReply::BillUnpaid { product, customer },
                        None => TalkReply::NothingWaits { works_here: self.role().is_some() },
                    };
                    self.say_to_known(said, answer).await?;
                }
            }
            Talk::Wait => {
                if !self.remind_of_the_pin(answer) {
                    self.say_to_known(TalkReply::Waits, answer).await?;
                }
            }
            Talk::Pays => self.pays(answer).await?,
            Talk::TakenBack { what, words, dest } => self.taken_back(what, words, dest.as_deref(), answer).await?,
        }
        Ok(())
    }

    /// Asked for and taken back in one message. The same may wait, or be under way, from a message before.
    async fn taken_back(
        &self,
        what: String,
        words: String,
        dest: Option<&str>,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        if let (Some(dest), Some(agent)) = (dest, &self.agent) {
            if self.waits_for(dest).await? && self.drop_what_waits(answer).await? {
                return Ok(());
            }
            if self.orders_to(agent, Some(dest), ORDERS_SEARCHED).await?.iter().any(Order::is_open) {
                return self.undo(Some(dest), answer).await;
            }
        }
        self.say_to_known(TalkReply::TakenBack { what, words, order: dest.is_some() }, answer).await
    }

    /// To whoever has business here; others are told how to become one.
    async fn say_to_known(&self, reply: TalkReply, answer: &mut Answer) -> Result<(), StoreError> {
        if self.agent.is_none() && self.role().is_none() {
            return self.welcome(answer).await;
        }
        answer.reply(talk(reply));
        Ok(())
    }

    /// `bayar aja`, `oke bayar`: what was shown is not paid by that, but its PIN asked for.
    async fn pays(&self, answer: &mut Answer) -> Result<(), StoreError> {
        if self.customer(answer).await?.is_none() || self.remind_of_the_pin(answer) || self.asked_to_pay(answer).await?
        {
            return Ok(());
        }
        self.preference(PreferenceCommand::Ask(Ask::Bills), answer).await
    }

    /// `bayar 4821`, right after a bill was shown: it is shown with its keypad, and paid with the PIN alone.
    pub(super) async fn pays_what_was_shown(&self, command: &Command, answer: &mut Answer) -> Result<bool, StoreError> {
        let is_to_pay = matches!(
            command,
            Command::Incomplete { topic: Topic::BillPayment, .. } | Command::Unknown { nearest: Topic::BillPayment }
        );
        let is_that =
            is_to_pay && self.agent.is_some() && self.message.text.split_whitespace().skip(1).all(is_a_pin_alone);
        if !is_that {
            return Ok(false);
        }
        Ok(self.bill_shown_last().await?.is_some() && self.asked_to_pay(answer).await?)
    }

    async fn bill_shown_last(&self) -> Result<Option<Waits>, StoreError> {
        let newest = self.shop.dialogs.sources.newest(&self.message.chat, &self.waiting().await?);
        Ok(newest.filter(|waits| matches!(waits, Waits::Bill(_))))
    }

    async fn say_to_customer(&self, reply: TalkReply, answer: &mut Answer) -> Result<(), StoreError> {
        if self.customer(answer).await?.is_some() {
            answer.reply(talk(reply));
        }
        Ok(())
    }

    /// Whoever has no account here is told how to come back to it; what a chat alone says proves nothing.
    pub(super) async fn lost_account(&self, answer: &mut Answer) -> Result<(), StoreError> {
        if self.agent.is_none() && self.role().is_some() {
            return self.welcome(answer).await;
        }
        answer.reply(talk(TalkReply::LostAccount { registered: self.agent.is_some() }));
        Ok(())
    }

    /// What of this cannot be bought now, and what of it is still under way for whoever asks.
    async fn disturbance(&self, named: &[PriceFilter], answer: &mut Answer) -> Result<(), StoreError> {
        const MOST_SHOWN: usize = 10;
        if self.agent.is_none() && self.role().is_some() {
            return self.suppliers(answer).await;
        }
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        let catalog = self.shop.catalog();
        let mut meant: Vec<&Product> = named.iter().flat_map(|filter| matching(&catalog, filter)).collect();
        let is_known = !meant.is_empty();
        if !is_known {
            meant = catalog.iter().collect();
        }
        let now = self.shop.clock.now();
        let is_ready = |route: &Route| {
            route.open && self.shop.trade.suppliers.availability(route, route.cost, &now) == Availability::Ready
        };
        let can_be_bought = |product: &Product| product.is_open() && product.routes.iter().any(is_ready);
        let closed = meant.iter().filter(|product| !can_be_bought(product)).map(|product| price_line(product));
        let closed = closed.take(MOST_SHOWN).collect();
        let orders = self.orders_to(&agent, None, ORDERS_SEARCHED).await?;
        let is_meant = |order: &&Order| order.is_open() && meant.iter().any(|product| product.code == order.product);
        let waiting = orders.iter().filter(is_meant).take(ORDERS_SHOWN).map(view::line).collect();
        let name = named.iter().filter(|_| is_known).map(shown).collect::<Vec<_>>().join(" ");
        answer.reply(talk(TalkReply::Disturbance { name, closed, waiting }));
        Ok(())
    }

    /// A word that needs no answer, but for what waits for a PIN; whether something does.
    pub(super) fn remind_of_the_pin(&self, answer: &mut Answer) -> bool {
        let keypads = &self.shop.dialogs.keypads;
        let waits = keypads.waiting(&self.message.chat, self.at).is_some_and(|pad| self.may_mean(pad.into()))
            && keypads.resume(&self.message.chat, &self.message.message);
        if waits {
            answer.reply(talk(TalkReply::PressPin));
        }
        waits
    }

    /// A yes by itself does nothing: what it is for is done by the button, or with the question's number.
    async fn yes(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let pad = self.shop.dialogs.keypads.waiting(&self.message.chat, self.at);
        // A bill that was shown last is paid with its PIN, which is asked for.
        if let Some(bill) = self.bill_shown_last().await?
            && bill.pad() != pad
            && self.message.replies_to.is_none()
            && self.asked_to_pay(answer).await?
        {
            return Ok(());
        }
        if let Some(pad) = pad {
            if !self.may_mean(pad.into()) {
                return self.answered_else(answer).await;
            }
            self.remind_of_the_pin(answer);
            return Ok(());
        }
        if self.show_what_is_asked_back(answer).await? {
            return Ok(());
        }
        let open = self.shop.store.question(&self.message.chat).await?.filter(|asked| asked.is_open(self.at));
        let works_here = self.role().is_some();
        if open.is_none() && !works_here && self.customer(answer).await?.is_none() {
            return Ok(());
        }
        // An announcement drops what was asked before it: what is open beside it was asked later.
        let send = if open.is_none() { self.open_announcement().await?.map(|asked| asked.id) } else { None };
        let (number, what) = (open.as_ref().map(|asked| asked.number), open.as_ref().and_then(dropped));
        answer.reply(talk(TalkReply::YesTo { number, what, send, works_here }));
        Ok(())
    }

    async fn undo(&self, dest: Option<&str>, answer: &mut Answer) -> Result<(), StoreError> {
        let is_about_it = konter_command::is_bare_no(&self.message.text) || self.is_of_what_waits().await?;
        if is_about_it && self.drop_what_waits(answer).await? {
            return Ok(());
        }
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        let orders = self.orders_to(&agent, dest, ORDERS_SEARCHED).await?;
        if dest.is_none() && self.offer_take_back(&agent, orders.first(), answer).await? {
            return Ok(());
        }
        if dest.is_none()
            && let Some((product, customer)) = self.unpaid_bill().await?
        {
            answer.reply(talk(TalkReply::BillUnpaid { product, customer }));
            return Ok(());
        }
        let open = orders.iter().filter(|order| dest.is_some() || order.is_open());
        let mut lines: Vec<OrderLine> = open.take(ORDERS_SHOWN).map(view::line).collect();
        if lines.is_empty() && dest.is_none() {
            // What is over may be what is regretted.
            let today = self.shop.clock.day_of(self.at);
            lines.extend(orders.first().filter(|order| order.day == today).map(view::line));
        }
        answer.reply(talk(TalkReply::Undo { lines, dest: dest.map(str::to_owned) }));
        Ok(())
    }

    /// The bill that was looked up last and not paid.
    async fn unpaid_bill(&self) -> Result<Option<(ProductCode, String)>, StoreError> {
        let bills = self.shop.dialogs.guides.bills(&self.message.chat, self.at);
        let Some(id) = bills.first().copied() else { return Ok(None) };
        let bill = self.shop.store.inquiry(id).await?.filter(|bill| bill.payable(self.at).is_some());
        Ok(bill.map(|bill| (bill.ask.product, bill.customer)))
    }

    /// Something about a number: what has become of the orders to it, or else what there is for it.
    async fn of_number(&self, dest: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        let number = konter_command::destination_alone(dest);
        let products = number.as_ref().map(|number| self.products_for(number)).unwrap_or_default();
        match number {
            Some(number) if !products.is_empty() && self.orders_to(&agent, Some(dest), 1).await?.is_empty() => {
                self.offer_list(&number, products, answer).await
            }
            _ => self.not_arrived(Some(dest), answer).await,
        }
    }

    async fn not_arrived(&self, dest: Option<&str>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        let orders = self.orders_to(&agent, dest, ORDERS_SEARCHED).await?;
        let orders = self.of_what_is_named(orders);
        // `andi tadi isi ke 0812… masuk ga`: whose order it may be.
        if orders.is_empty()
            && let Some(downline) = self.downline_spoken_of().await?
        {
            answer.reply(of_downline(downline, OfDownline::Orders));
            return Ok(());
        }
        if dest.is_none() && !orders.iter().any(Order::is_open) {
            let latest = orders.first().map(|order| order.created_at);
            if self.ticket_in_wait(latest, answer).await? {
                return Ok(());
            }
        }
        let open: Vec<&Order> = orders.iter().filter(|order| order.is_open()).collect();
        // Those under way first: they are what somebody waits for.
        let shown = if open.is_empty() { orders.iter().collect() } else { open };
        let lines = shown.into_iter().take(ORDERS_SHOWN).map(view::line).collect();
        answer.reply(talk(TalkReply::NotArrived { lines, dest: dest.map(str::to_owned) }));
        Ok(())
    }

    /// `blm masuk juga`, where nothing but a deposit is waited for: how that stands. `false` where none is, goods are spoken of, or
    /// something was done since its proof; `since`: the latest order.
    async fn ticket_in_wait(&self, since: Option<DateTime<Utc>>, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(agent) = self.agent.as_ref().filter(|agent| agent.status == AgentStatus::Active) else {
            return Ok(false);
        };
        if konter_command::goods_said(&self.message.text) != (None, None) {
            return Ok(false);
        }
        let tickets = self.shop.store.undecided_tickets(agent.id).await?;
        let latest = tickets.iter().filter(|ticket| ticket.takes_proof(self.at)).max_by_key(|ticket| ticket.id);
        let Some(ticket) = latest else { return Ok(false) };
        let proven = self.shop.dialogs.guides.proven_at(&self.message.chat, ticket.id);
        let is_waited_for = since.is_none_or(|since| proven.is_some_and(|at| at >= since || since == self.at));
        if !is_waited_for {
            return Ok(false);
        }
        let (number, pay, since) = (ticket.id, ticket.pay, ticket.created_at);
        answer.reply(talk(TalkReply::TicketWaits { number, pay, since }));
        Ok(true)
    }

    /// `kode saya`, `upline saya siapa`
    async fn who_am_i(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        let upline = match agent.network.upline {
            Some(upline) => self.shop.store.agent(upline).await?.map(|upline| upline.name),
            None => None,
        };
        answer.reply(talk(TalkReply::WhoAmI { code: agent.id, name: agent.name, upline }));
        Ok(())
    }

    /// `tokennya berapa tadi`, `minta sn yg xl tadi`: the latest of those, where there is one.
    fn of_what_is_named(&self, orders: Vec<Order>) -> Vec<Order> {
        let (sort, brand) = konter_command::goods_said(&self.message.text);
        let catalog = self.shop.catalog();
        let is_meant = |order: &&Order| {
            let product = catalog.get(&order.product);
            let is_of_sort = sort == Some(Sort::Token) && product.is_some_and(|one| one.kind == ProductKind::Token);
            let is_of_brand =
                brand.is_some_and(|brand| product.is_some_and(|one| one.operator.as_deref() == Some(brand)));
            is_of_sort || is_of_brand
        };
        match orders.iter().find(is_meant) {
            Some(order) if sort == Some(Sort::Token) || brand.is_some() => vec![order.clone()],
            _ => orders,
        }
    }

    /// A serial number that does not do what it should: a complaint of its order.
    async fn of_serial(&self, serial: &str, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.customer(answer).await? else { return Ok(()) };
        let digits = |sn: &str| sn.chars().filter(char::is_ascii_digit).collect::<String>();
        let orders = self.orders_to(&agent, None, ORDERS_SEARCHED).await?;
        match orders.iter().find(|order| digits(&view::line(order).sn).contains(serial)) {
            Some(order) => self.complain_of(Some(order), &proof_words(&self.message.text), answer).await,
            None => self.not_arrived(None, answer).await,
        }
    }

    /// `kenapa`, `uangnya balik ga`, `coba lagi`, in answer to an order that failed or right after one: why, that its money is
    /// back, and how it is sent again. `false` where none did.
    async fn after_a_failure(&self, command: &Command, answer: &mut Answer) -> Result<bool, StoreError> {
        let Some(said) = konter_command::after_failure(&self.message.text) else { return Ok(false) };
        let Some(agent) = self.agent.as_ref().filter(|agent| agent.status == AgentStatus::Active) else {
            return Ok(false);
        };
        let is_open = matches!(
            command,
            Command::Unknown { .. }
                | Command::Help { .. }
                | Command::BadOrder(_)
                | Command::Incomplete { .. }
                | Command::Talk(_)
                | Command::Preference(PreferenceCommand::Repeat)
        );
        let order = match self.about {
            Some(id) => self.shop.store.order(id).await?,
            // A plain repetition is of what was delivered last.
            None if is_open && self.message.replies_to.is_none() && !is_repeat(command) => {
                let today = self.shop.clock.day_of(self.at);
                self.orders_to(agent, None, 1).await?.into_iter().next().filter(|order| order.day == today)
            }
            None => None,
        };
        let is_again = said == AfterFailure::Again && !is_repeat(command) && self.message.replies_to.is_none();
        // One that was refused was never taken.
        let refused = self.shop.dialogs.guides.refused(&self.message.chat, self.at).filter(|_| is_again && is_open);
        if let Some((product, dest, at)) = refused
            && order.as_ref().is_none_or(|order| order.created_at <= at)
        {
            self.offer_counted(agent, &Again { product, dest, buyer_phone: None }, (1, 1), answer).await?;
            return Ok(true);
        }
        let Some(order) = order.filter(|order| order.agent == agent.id) else { return Ok(false) };
        let line = view::line(&order);
        match said {
            AfterFailure::Again if line.verdict == Verdict::Failed => self.tapped_repeat(order.id, answer).await?,
            // What is under way, or delivered, is told first.
            _ if line.verdict == Verdict::Failed || (is_again && self.about.is_none()) => {
                answer.reply(talk(TalkReply::NotArrived { lines: vec![line], dest: Some(order.dest) }));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Words that answer the message of an order are about that order. `false` when they are something of their own.
    pub(super) async fn about_an_order(&self, command: &Command, answer: &mut Answer) -> Result<bool, StoreError> {
        if self.after_a_failure(command, answer).await? {
            return Ok(true);
        }
        let repeats = is_repeat(command);
        let order = match self.about {
            Some(id) => self.shop.store.order(id).await?,
            None => None,
        };
        let own = |order: &Order| self.agent.as_ref().is_some_and(|agent| agent.id == order.agent);
        let Some(order) = order.filter(own) else {
            // The latest order is not what a reply to something else means.
            let asks = repeats && self.message.replies_to.is_some();
            if let Some(agent) = self.agent.as_ref().filter(|agent| asks && agent.status == AgentStatus::Active) {
                let orders = self.orders_to(agent, None, ORDERS_SEARCHED).await?;
                let lines = orders.iter().take(ORDERS_SHOWN).map(view::line).collect();
                answer.reply(talk(TalkReply::WhichOrder { lines }));
            }
            return Ok(asks);
        };
        let plain_query =
            |query: &OrdersQuery| query.dest.is_none() && query.product.is_none() && query.number.is_none();
        match command {
            Command::Preference(PreferenceCommand::Repeat) => self.tapped_repeat(order.id, answer).await?,
            Command::Receipt { of: ReceiptOf::Latest, price } => {
                self.receipt_of_order(order.id, *price, answer).await?;
            }
            Command::Orders(query) if plain_query(query) => {
                let Some(agent) = self.active_agent(answer) else { return Ok(true) };
                let shown = Reply::Orders { lines: vec![view::line(&order)], dest: Some(order.dest.clone()) };
                answer.reply_with_balance(&agent, shown);
            }
            Command::Complaint { text, .. } => self.complain_of(Some(&order), text.as_str(), answer).await?,
            // What it is about cannot be taken back.
            Command::Talk(Talk::Undo { dest: None }) if konter_command::is_bare_no(&self.message.text) => {
                if !self.waiting().await?.is_empty() {
                    self.answered_else(answer).await?;
                    return Ok(true);
                }
                let (lines, dest) = (vec![view::line(&order)], Some(order.dest.clone()));
                answer.reply(talk(TalkReply::Undo { lines, dest }));
            }
            Command::Talk(Talk::NotArrived { dest: None } | Talk::Undo { dest: None } | Talk::WantsAdmin) => {
                self.complain_of(Some(&order), &proof_words(&self.message.text), answer).await?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
}

const fn is_repeat(command: &Command) -> bool {
    matches!(command, Command::Preference(PreferenceCommand::Repeat))
}
