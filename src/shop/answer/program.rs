//! An order of a reseller's own program: rung up like a typed one, answered by one line instead of a chat.

use sha2::{Digest as _, Sha256};

use super::{Answer, Context, Request};
use konter_command::OrderRequest;
use konter_core::agent::Agent;
use konter_core::catalog::{Catalog, DestKind, Product};
use konter_core::destination::{Destination, DestinationFault};
use konter_core::order::accept;
use konter_core::order::refusal::{Refused, Why};
use konter_core::order::request::{OrderLine, What};
use konter_core::order::same_dest;
use konter_reply::Reply;
use konter_store::{InboxMessage, Payload, StoreError};

/// What a program orders, as it wrote it.
pub(in crate::shop) struct Wanted {
    pub product: String,
    pub dest: String,
    pub nth: u8,
}

impl Wanted {
    /// A destination read as its product reads it.
    pub fn destination(catalog: &Catalog, product: &str, dest: &str) -> Result<Destination, DestinationFault> {
        let product = product.parse().ok().and_then(|code| catalog.get(&code));
        konter_command::destination_of(product.map_or(DestKind::Digits, Product::dest_kind), dest)
    }

    /// What makes the same request the same one.
    fn fingerprint(&self) -> u64 {
        let digest = Sha256::digest(format!("{}|{}|{}", self.product.to_uppercase(), same_dest(&self.dest), self.nth));
        digest.iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte))
    }

    fn line(&self, catalog: &Catalog) -> Result<OrderLine, Refused> {
        let refused = |why| Refused { product: self.product.to_uppercase(), dest: self.dest.clone(), why };
        let unknown = || refused(Why::UnknownProduct { near: Vec::new() });
        let code = self.product.parse().map_err(|_| unknown())?;
        let product = catalog.get(&code).ok_or_else(unknown)?;
        let dest = Self::destination(catalog, &self.product, &self.dest)
            .map_err(|fault| refused(Why::of_destination(fault, || accept::example(product, fault, &self.dest))))?;
        Ok(OrderLine { what: What::Code(code), dest, nth: self.nth, buyer_phone: None })
    }
}

/// Rings up what a program orders; whose program it is has been proven. What can be no order is kept as refused. `None`: it may have
/// been bought before a restore, so it never is.
pub(in crate::shop) async fn program_order(
    shop: &Context,
    message: &InboxMessage,
    agent: Agent,
    wanted: Option<Result<Wanted, Refused>>,
) -> Result<Answer, StoreError> {
    let request = Request { shop, message, agent: Some(agent.clone()), at: shop.clock.utc(), about: None };
    let mut answer = Answer::new(message, agent.locale, request.at);
    let fingerprint = wanted.as_ref().map_or(0, |wanted| wanted.as_ref().map_or(0, Wanted::fingerprint));
    answer.commit.answers = Some((message.key(), fingerprint));
    let Some(wanted) = wanted else {
        tracing::warn!(agent = %agent.id, key = %message.key(), "a program's order may be from before the restore: it is not bought");
        return Ok(answer);
    };
    match wanted.and_then(|wanted| wanted.line(&shop.catalog())) {
        Err(refused) => answer.commit.refused = Some(refused),
        Ok(line) => {
            let order = OrderRequest { lines: vec![line], pin: None, reference: Some(message.message.clone()) };
            if let Some(refused) = request.program_skips(&agent, &order).await? {
                answer.commit.refused = Some(refused);
                return Ok(answer);
            }
            request.ring_up_all(&agent, &order, None, &mut answer).await?;
            answer.commit.refused = answer.commit.outgoing.drain(..).find_map(|say| match say.payload {
                Payload::Reply(reply) => match *reply {
                    Reply::OrderRefused(refused) => Some(refused),
                    _ => None,
                },
                _ => None,
            });
        }
    }
    for order in &mut answer.commit.orders {
        // The answer says so; what follows is the end.
        order.row.announced = true;
    }
    Ok(answer)
}
