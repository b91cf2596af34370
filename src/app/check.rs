//! `konter check`: every mistake in settings and catalog, at once.

use std::path::{Path, PathBuf};

use super::about::About;
use super::environment::Environment;
use super::machine::Found;
use super::open::{cannot_be_ordered, catalog_table, prefixes, texts};
use super::unrouted::{plausible, unrouted};
use super::{Failure, machine, online};
use crate::config::{DEFAULT_CATALOG, Settings, SupplierSettings};
use konter_core::catalog::{RowError, read_catalog};
use konter_core::ids::SupplierId;
use konter_core::pricing::{below_cost, odd_prices};

const ADMINS: &str = "KONTER_ADMINS";

/// Reads everything a start would read, reports every mistake, sends nothing; what is tried on this machine leaves
/// nothing behind. `online`: also asks Telegram and the suppliers what can be asked.
///
/// # Errors
/// [`Failure::Fault`] with all mistakes when there is one.
pub async fn check(environment: &Environment, online: bool) -> Result<(), Failure> {
    let (settings, warnings) = environment.check();
    let mut found = Found { warnings, ..Found::default() };
    match settings {
        Err(mistakes) => {
            found.mistakes.extend(mistakes);
            if online {
                found.notes.push("nobody was asked anything: the settings must be right first".to_owned());
            }
            // Which suppliers there are is not known; the rest of the catalog can be judged all the same.
            let catalog = environment.get("KONTER_CATALOG").filter(|path| !path.trim().is_empty());
            let path = catalog.map_or_else(|| DEFAULT_CATALOG.into(), |path| PathBuf::from(path.trim()));
            let mistakes = in_catalog(&path, None, &mut found);
            found.mistakes.extend(mistakes);
        }
        Ok(settings) => {
            eprintln!("konter {}", About::of(&settings));
            look(&settings, &mut found).await;
            if online {
                ask(&settings, &mut found).await;
            }
        }
    }
    for note in &found.notes {
        eprintln!("note: {note}");
    }
    for warning in &found.warnings {
        eprintln!("warning: {warning}");
    }
    if !found.mistakes.is_empty() {
        return Err(Failure::Fault(found.mistakes.join("\n")));
    }
    let is_well = found.warnings.is_empty();
    eprintln!("{}", if is_well { "all is well" } else { "nothing stops a start, but look at this first" });
    Ok(())
}

/// What is wrong with settings that can be read, the files they name, and this machine for them.
async fn look(settings: &Settings, found: &mut Found) {
    let read = [texts(settings).map(drop), prefixes(settings).map(drop)];
    found.mistakes.extend(read.into_iter().filter_map(Result::err).map(|failure| failure.to_string()));
    let mistakes = in_catalog(&settings.catalog, Some(&settings.supplier_ids()), found);
    found.mistakes.extend(mistakes);
    found.warnings.extend(unprotected(settings));
    let uncontrolled = nobody_in_charge(settings);
    // Said once is enough.
    let unset = unset(settings).into_iter().filter(|told| uncontrolled.is_none() || !told.starts_with(ADMINS));
    found.notes.extend(unset.map(ToOwned::to_owned));
    if settings.telegram.is_some() && settings.policy.contact.is_none() {
        let words = "KONTER_CONTACT is not set: whoever has lost their chat or is blocked cannot write to the admins here, and \
                     is told to ask at the shop itself";
        found.notes.push(words.to_owned());
    }
    found.mistakes.extend(uncontrolled);
    machine::look(settings, found).await;
}

async fn ask(settings: &Settings, found: &mut Found) {
    for answer in online::ask(settings).await {
        match answer {
            Ok(words) => eprintln!("{words}"),
            Err(problem) => found.mistakes.push(problem),
        }
    }
}

/// A bot without owners: nobody can let a reseller in or book a deposit, so nothing will ever be sold. A start lets it
/// pass: nothing is lost by it.
fn nobody_in_charge(settings: &Settings) -> Option<String> {
    let words = "is missing: a bot without owners sells nothing, because nobody can approve resellers or book deposits; \
                 for example KONTER_ADMINS=telegram:1001";
    (settings.telegram.is_some() && settings.policy.admins.is_empty()).then(|| format!("{ADMINS}: {words}"))
}

/// Suppliers whose reports are believed from nobody.
pub(super) fn unprotected(settings: &Settings) -> Vec<String> {
    let is_one = |given: &&SupplierSettings| {
        given.protocol.reports() && given.callback_ips.is_empty() && given.callback_secret.is_none()
    };
    let told = |given: &SupplierSettings| {
        let name = given.id.as_str().to_uppercase();
        let harm = if given.protocol.can_check() { "come later" } else { "never come by themselves" };
        format!(
            "SUPPLIER_{name}_CALLBACK_IPS: is not set, nor is SUPPLIER_{name}_CALLBACK_SECRET: {}'s reports are \
             believed from nobody, and final words on its orders {harm}",
            given.id
        )
    };
    settings.suppliers.iter().filter(is_one).map(told).collect()
}

/// What a shop can be without, though hardly anybody means it to be.
pub(super) fn unset(settings: &Settings) -> Vec<&'static str> {
    let no_token = "TELOXIDE_TOKEN is not set: there is no chat, only callbacks are served";
    let no_admins = "KONTER_ADMINS is not set: nobody can approve resellers, book deposits or decide orders";
    let no_suppliers = "KONTER_SUPPLIERS is not set: nothing can be bought";
    let missing = [
        (settings.telegram.is_none(), no_token),
        (settings.policy.admins.is_empty(), no_admins),
        (settings.suppliers.is_empty(), no_suppliers),
    ];
    missing.into_iter().filter_map(|(is_missing, words)| is_missing.then_some(words)).collect()
}

/// The mistakes in the catalog. What sells below its cost, or has nobody of `suppliers` to be bought from, is no mistake
/// in the file, but a warning; a supplier's name that looks like a slip is one.
fn in_catalog(path: &Path, suppliers: Option<&[SupplierId]>, said: &mut Found) -> Vec<String> {
    let table = match catalog_table(path) {
        Ok(table) => table,
        Err(failure) => return vec![failure.to_string()],
    };
    let in_file = |errors: &[RowError]| errors.iter().map(|error| format!("{}: {error}", path.display())).collect();
    match read_catalog(&table, None, &cannot_be_ordered) {
        Ok(products) => {
            let plausible = suppliers.map(|suppliers| plausible(&products, suppliers));
            if let Err(slips) = read_catalog(&table, plausible.as_deref(), &cannot_be_ordered) {
                return in_file(&slips);
            }
            eprintln!("catalog: {} product{}", products.len(), if products.len() == 1 { "" } else { "s" });
            if products.is_empty() {
                said.notes.push(format!("{}: it has no row below its header, so nothing can be sold", path.display()));
            }
            let found = below_cost(&products)
                .map(|row| row.to_string())
                .chain(odd_prices(&products).map(|row| row.to_string()));
            let found = found.chain(suppliers.and_then(|suppliers| unrouted(&products, suppliers)));
            said.warnings.extend(found.map(|words| format!("{}: {words}", path.display())));
            Vec::new()
        }
        Err(errors) => in_file(&errors),
    }
}
