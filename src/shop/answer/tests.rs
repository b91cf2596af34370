//! What is not offered is told in the reader's language: every name given to the replies has a text there.

use super::feature_key;
use konter_command::Feature;
use konter_reply::FEATURES;

fn has_a_text(name: &str) -> bool {
    FEATURES.contains(&name)
}

#[test]
fn every_feature_of_other_servers_has_a_text() {
    for feature in [
        Feature::DownlineRegistration,
        Feature::DownlineStatus,
        Feature::Markup,
        Feature::SenderNumbers,
        Feature::Commission,
        Feature::Points,
        Feature::CancelOrder,
        Feature::CentreNumbers,
        Feature::ResetPin,
        Feature::StaffUsers,
        Feature::FeeScheme,
    ] {
        assert!(has_a_text(feature_key(feature)), "{feature:?}");
    }
}
