//! Where orders are bought: admins look at suppliers and steer them; resellers say whether orders wait, and take back one
//! that does.

use super::account::no_such_product;
use super::{Answer, Request};
use crate::shop::suppliers::Supplier;
use konter_command::{AdminRouting, Pin, RoutingCommand, says_when};
use konter_core::agent::Agent;
use konter_core::catalog::{Product, Route};
use konter_core::ids::{OrderId, ProductCode, SupplierId};
use konter_core::order::{Event, Order, step, view};
use konter_core::routing::{Door, Pause, SupplierOverrides, reason};
use konter_core::staff::Role;
use konter_reply::{
    CancelProblem, Reply, RouteLine, RoutingReply, SteerProblem, SupplierCard, SupplierState, SupplierTraffic,
};
use konter_store::{StoreError, Versioned};
use konter_suppliers::protocol::Now;

/// How long `/supplier` waits for the suppliers' balances.
const BALANCE_PATIENCE: std::time::Duration = std::time::Duration::from_secs(3);
/// Disturbed products named on a card.
const DISTURBED_SHOWN: usize = 10;

pub(super) fn says(reply: RoutingReply) -> Reply {
    Reply::Routing(Box::new(reply))
}

impl Request<'_> {
    pub(super) async fn routing(&self, command: RoutingCommand, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            RoutingCommand::Queue { on } => {
                if let Some(agent) = self.active_agent(answer) {
                    set_queue(&agent, on, answer);
                }
                Ok(())
            }
            RoutingCommand::Cancel { order, pin } => self.cancel_order(order, pin.as_ref(), answer).await,
        }
    }

    /// Takes back an order that waits for the end of a break. Nothing of it has left, and nothing will.
    async fn cancel_order(&self, id: OrderId, pin: Option<&Pin>, answer: &mut Answer) -> Result<(), StoreError> {
        let Some(agent) = self.active_agent(answer) else { return Ok(()) };
        // A PIN is not needed to get one's own money back, but a wrong one counts.
        if let Some(pin) = pin
            && !self.pin_fits(&agent, pin, answer).await
        {
            return Ok(());
        }
        let refused = |problem| says(RoutingReply::CancelRefused { order: id, problem });
        let Some(order) = self.shop.store.order(id).await?.filter(|order| order.agent == agent.id) else {
            answer.reply(refused(CancelProblem::NoSuchOrder));
            return Ok(());
        };
        let fresh = self.shop.fresh_reference(self.at).await?;
        let Some(step) = step(&order, Event::Cancelled, fresh, self.at) else {
            answer.reply(refused(why_not(&order)));
            return Ok(());
        };
        answer.commit.postings.extend(step.postings);
        answer.commit.outgoing.extend(self.shop.tracking.notices.says_of(&step.order, step.notices).await?);
        answer.commit.orders.push(Versioned { expected: Some(order.version), row: step.order });
        Ok(())
    }

    /// Every supplier as it is now.
    pub(super) async fn suppliers(&self, answer: &mut Answer) -> Result<(), StoreError> {
        let now = self.shop.clock.now();
        let asked = futures::future::join_all(
            self.shop.trade.suppliers.iter().map(|supplier| self.shop.trade.requests.ask_balance(supplier, now)),
        );
        // What did not come in time shows as it was last seen.
        let _ = tokio::time::timeout(BALANCE_PATIENCE, asked).await;
        let open = self.shop.store.open_orders().await?;
        let card = |supplier: &Supplier| card(supplier, &supplier.supplier_overrides(), &open, &now);
        let suppliers = self.shop.trade.suppliers.iter().map(card).collect();
        answer.reply(Reply::AdminSuppliers { suppliers, only_looks: self.role() < Some(Role::Operator) });
        Ok(())
    }

    pub(super) async fn admin_routing(&self, command: AdminRouting, answer: &mut Answer) -> Result<(), StoreError> {
        match command {
            AdminRouting::Show { supplier } => {
                if let Some(supplier) = self.find_supplier(&supplier, answer) {
                    let _ = tokio::time::timeout(
                        BALANCE_PATIENCE,
                        self.shop.trade.requests.ask_balance(supplier, self.shop.clock.now()),
                    )
                    .await;
                    self.show_supplier(supplier, &supplier.supplier_overrides(), answer).await?;
                }
            }
            AdminRouting::Pause { supplier, reason } if says_when(&reason) => {
                if let Some(supplier) = self.find_supplier(&supplier, answer) {
                    steer_refused(SteerProblem::NotYet { supplier: supplier.id.clone(), reason }, answer);
                }
            }
            AdminRouting::Pause { supplier, reason: why } => match reason(&why) {
                Err(_) => steer_refused(SteerProblem::LongReason, answer),
                Ok(reason) => {
                    let paused = Some(Pause { by: self.message.chat.clone(), at: self.at, reason });
                    self.steer(&supplier, |row| row.paused = paused, answer).await?;
                }
            },
            AdminRouting::Resume { supplier } => self.steer(&supplier, |row| row.paused = None, answer).await?,
            AdminRouting::Priority { supplier, priority } => {
                self.steer(&supplier, |row| row.priority = priority, answer).await?;
            }
            AdminRouting::RoutePriority { product, supplier, priority } => {
                self.change_route(&product, &supplier, answer, |product| product.prefer(&supplier, priority));
            }
            AdminRouting::PriceList { supplier, what } => {
                if let Some(supplier) = self.find_supplier(&supplier, answer) {
                    self.price_list(supplier, what, answer).await?;
                }
            }
            AdminRouting::Margins => self.show_margins(answer).await?,
            AdminRouting::SetMargin { category, rule } => self.set_category_margin(&category, rule, answer).await?,
            AdminRouting::RouteOpen { product, supplier, open } => {
                self.change_route(&product, &supplier, answer, |product| {
                    for route in product.routes.iter_mut().filter(|route| route.supplier == supplier) {
                        route.open = open;
                    }
                });
            }
        }
        Ok(())
    }

    fn find_supplier(&self, name: &str, answer: &mut Answer) -> Option<&Supplier> {
        let found = name.parse().ok().and_then(|id: SupplierId| self.shop.trade.suppliers.get(&id));
        if found.is_none() {
            steer_refused(SteerProblem::NoSuchSupplier { name: name.to_owned() }, answer);
        }
        found
    }

    /// Changes what is set for a supplier and shows it as it is then.
    async fn steer(
        &self,
        name: &str,
        set: impl FnOnce(&mut SupplierOverrides),
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let Some(supplier) = self.find_supplier(name, answer) else { return Ok(()) };
        let stored =
            self.shop.store.all_supplier_overrides().await?.into_iter().find(|row| row.supplier == supplier.id);
        let expected = stored.as_ref().map(|row| row.version);
        let before = stored.unwrap_or_else(|| SupplierOverrides::of(supplier.id.clone()));
        let mut row = before.next();
        set(&mut row);
        if before.priority != row.priority {
            let word = |priority: Option<u32>| priority.map_or_else(|| "-".to_owned(), |n| n.to_string());
            answer.note(format_args!("prioritas {} → {}", word(before.priority), word(row.priority)));
        }
        self.show_supplier(supplier, &row, answer).await?;
        answer.commit.routing.supplier_overrides.push(Versioned { expected, row });
        Ok(())
    }

    async fn show_supplier(
        &self,
        supplier: &Supplier,
        set: &SupplierOverrides,
        answer: &mut Answer,
    ) -> Result<(), StoreError> {
        let open = self.shop.store.open_orders().await?;
        let card = card(supplier, set, &open, &self.shop.clock.now());
        answer.reply(Reply::AdminSuppliers { suppliers: vec![card], only_looks: self.role() < Some(Role::Operator) });
        Ok(())
    }

    /// Changes one product's routes at one supplier and shows them all.
    fn change_route(
        &self,
        code: &ProductCode,
        supplier: &SupplierId,
        answer: &mut Answer,
        change: impl FnOnce(&mut Product),
    ) {
        let catalog = self.shop.catalog();
        let Some(product) = catalog.get(code) else {
            answer.commit.acts.clear();
            answer.reply(no_such_product(&catalog, code.as_str()));
            return;
        };
        if !product.routes.iter().any(|route| route.supplier == *supplier) {
            let (product, supplier) = (code.clone(), supplier.clone());
            steer_refused(SteerProblem::NoSuchRoute { product, supplier }, answer);
            return;
        }
        let before = product.routes.iter().find(|route| route.supplier == *supplier).cloned();
        answer.commit.replaces.push(product.clone());
        let mut product = product.clone();
        change(&mut product);
        let after = product.routes.iter().find(|route| route.supplier == *supplier);
        if let (Some(before), Some(after)) = (before, after) {
            note_route(&before, after, answer);
        }
        let set = |route: &Route| self.shop.trade.suppliers.get(&route.supplier)?.supplier_overrides().priority;
        let line = |route: &Route| RouteLine {
            supplier: route.supplier.clone(),
            sku: route.sku.clone(),
            cost: route.cost,
            priority: route.priority,
            open: route.open,
            set: set(route),
        };
        // As they are tried: what is set for all of a supplier's products counts before this product's own.
        let mut routes: Vec<RouteLine> = product.routes.iter().map(line).collect();
        routes.sort_by_key(|route| route.set.unwrap_or(route.priority));
        answer.reply(says(RoutingReply::Routes { product: product.code.clone(), name: product.name.clone(), routes }));
        answer.commit.products.push(product);
    }
}

fn note_route(before: &Route, after: &Route, answer: &mut Answer) {
    let word = |open| if open { "buka" } else { "tutup" };
    if before.priority != after.priority {
        answer.note(format_args!("prioritas {} → {}", before.priority, after.priority));
    }
    if before.open != after.open {
        answer.note(format_args!("{} → {}", word(before.open), word(after.open)));
    }
}

pub(super) fn steer_refused(problem: SteerProblem, answer: &mut Answer) {
    // Nothing was done, so there is nothing to record.
    answer.commit.acts.clear();
    answer.reply(says(RoutingReply::SteerRefused { problem }));
}

fn set_queue(agent: &Agent, on: Option<bool>, answer: &mut Answer) {
    let on = on.unwrap_or(agent.waits_for_break);
    if on != agent.waits_for_break {
        answer.write_agent(agent, Agent { waits_for_break: on, ..agent.clone() });
    }
    answer.reply(says(RoutingReply::QueueSetting { on }));
}

fn why_not(order: &Order) -> CancelProblem {
    if order.is_open() { CancelProblem::Sent } else { CancelProblem::Ended { verdict: view::line(order).verdict } }
}

fn card(supplier: &Supplier, set: &SupplierOverrides, open: &[Order], now: &Now) -> SupplierCard {
    let (health, traffic) = (supplier.health(), supplier.traffic());
    let is_there = |order: &&Order| order.current().is_some_and(|attempt| attempt.route.supplier == supplier.id);
    let balance = traffic.funds.known();
    let in_cutoff = supplier.in_cutoff(now);
    let state = match (&set.paused, supplier.break_ends(now), traffic.door(now.utc)) {
        (Some(pause), ..) => SupplierState::Paused { reason: pause.reason.clone(), at: pause.at },
        (None, Some(until), _) => SupplierState::CutOff { until },
        (None, None, Door::Open { until }) => SupplierState::Rests { until },
        (None, None, Door::HalfOpen { .. }) => SupplierState::HalfOpen,
        (None, None, Door::Closed) => SupplierState::Open,
    };
    let low = |(balance, _): (_, _)| supplier.limits.low_balance.is_some_and(|level| balance < level);
    SupplierCard {
        id: supplier.id.clone(),
        protocol: supplier.kind.name().to_owned(),
        balance: balance.map(|(balance, _)| balance),
        balance_at: balance.map(|(_, at)| at),
        in_cutoff,
        open_orders: open.iter().filter(is_there).count(),
        last_ok: health.last_ok,
        trouble: health.last_error.as_ref().map(|(_, trouble, _)| (*trouble).to_owned()),
        last_error_at: health.last_error.as_ref().map(|(.., at)| *at),
        last_error: health.last_error.map(|(error, ..)| error),
        traffic: SupplierTraffic {
            state,
            balance_minutes: balance.map(|(_, at)| (now.utc - at).num_minutes()),
            low: balance.is_some_and(low),
            under_way: traffic.under_way(),
            ended: traffic.record.count(),
            percent: traffic.record.percent(),
            median_ms: traffic.record.median().map(|took| took.num_milliseconds()),
            disturbed: traffic.disturbed(now.utc).take(DISTURBED_SHOWN).map(str::to_owned).collect(),
            priority: set.priority,
        },
    }
}
