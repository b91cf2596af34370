//! `konter read`: what a reply is taken for, to try a recipe out.

use std::io::{Read as _, Write as _};

use konter_suppliers::recipe::Recipe;
use konter_suppliers::taken::{self, Taken};
use konter_suppliers::{ProtocolKind, Response};

use super::Failure;

/// More than any supplier's reply has.
const LONGEST: u64 = 1 << 20;

/// Reads one reply from stdin and prints what a supplier's protocol or a recipe takes it for, as one line of JSON.
///
/// # Errors
/// [`Failure::Wrong`] when there is no such supplier or recipe.
pub fn read(name: &str) -> Result<(), Failure> {
    let reader = reader(name)?;
    let mut reply = Vec::new();
    let fault = |error: std::io::Error| Failure::Fault(error.to_string());
    std::io::stdin().lock().take(LONGEST).read_to_end(&mut reply).map_err(fault)?;
    let taken = reader(&reply);
    let line = serde_json::to_string(&taken).map_err(|error| Failure::Fault(error.to_string()))?;
    match writeln!(std::io::stdout(), "{line}") {
        // Whoever listened has heard enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(fault),
    }
}

type Reader = Box<dyn Fn(&[u8]) -> Taken>;

fn reader(name: &str) -> Result<Reader, Failure> {
    let by_code = ProtocolKind::from_name(&name.to_lowercase()).filter(|kind| *kind != ProtocolKind::Recipe);
    if let Some(kind) = by_code {
        return Ok(Box::new(move |reply| taken::by_protocol(kind, reply).unwrap_or_default()));
    }
    let recipe = Recipe::load(name).map_err(|fault| {
        let known = ProtocolKind::ALL.into_iter().filter(|kind| *kind != ProtocolKind::Recipe).map(ProtocolKind::name);
        let known: Vec<&str> = known.collect();
        Failure::Wrong(format!("{fault}\nsuppliers in code: {}", known.join(", ")))
    })?;
    Ok(Box::new(move |reply| {
        let response = Response { content_type: None, body: reply.to_vec() };
        recipe.taken(&response.text())
    }))
}
