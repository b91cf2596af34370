//! Other servers' words for what konter does not have. Where servers mean different things by a word, `docs/commands.md` says
//! what it means here.

/// What other servers offer and konter does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    DownlineRegistration,
    DownlineStatus,
    Markup,
    SenderNumbers,
    Commission,
    Points,
    CancelOrder,
    CentreNumbers,
    ResetPin,
    StaffUsers,
    FeeScheme,
}

/// Words that mean nothing else here.
const WORDS: &[(Feature, &[&str])] = &[
    (Feature::DownlineRegistration, &["D", "AUTOREG"]),
    (Feature::DownlineStatus, &["NA", "SS", "DA", "DB", "A"]),
    // Prices instead of markups.
    (Feature::Markup, &["GH", "SH"]),
    (Feature::Points, &["CEKHADIAH", "HADIAH", "POIN", "POINT", "CEKPOIN"]),
    (Feature::CentreNumbers, &["CENTER", "CENTRE"]),
    (Feature::ResetPin, &["RP", "RESET", "RESETPIN", "LUPAPIN"]),
    (Feature::StaffUsers, &["LISTUSER"]),
    (Feature::FeeScheme, &["GANTIFEE"]),
];

/// What the word asks for that only other servers have; letter case does not matter.
pub(super) fn feature(word: &str) -> Option<Feature> {
    let found = WORDS.iter().find(|(_, words)| words.iter().any(|known| word.eq_ignore_ascii_case(known)));
    found.map(|(feature, _)| *feature)
}

/// All of these words.
#[cfg(test)]
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().flat_map(|(_, words)| words.iter().copied())
}
