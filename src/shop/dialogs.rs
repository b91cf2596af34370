//! What is open with each chat, in memory: what was shown or asked, until the chat answers or it is too old.

use super::alarm::SerialPrompts;
use super::guide::Guides;
use super::keypad::Keypads;
use super::languages::Languages;
use super::sources::Sources;

#[derive(Default)]
pub(super) struct Dialogs {
    pub guides: Guides,
    pub keypads: Keypads,
    pub languages: Languages,
    pub serials: SerialPrompts,
    pub sources: Sources,
}
