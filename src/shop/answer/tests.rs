//! What is not offered is told in the reader's language: every name given to the replies has a text there.

use super::admin::feature_of;
use super::feature_key;
use crate::command::{Command, Feature, Topic, parse};
use crate::reply::FEATURES;

fn has_a_text(name: &str) -> bool {
    FEATURES.iter().any(|(known, _)| *known == name)
}

#[test]
fn every_feature_of_other_servers_has_a_text() {
    for feature in [
        Feature::DownlineRegistration,
        Feature::DownlineStatus,
        Feature::Markup,
        Feature::SenderNumbers,
        Feature::ShopName,
        Feature::Commission,
        Feature::Points,
        Feature::TakeBack,
        Feature::CancelOrder,
        Feature::CentreNumbers,
        Feature::ResetPin,
        Feature::StaffUsers,
        Feature::FeeScheme,
    ] {
        assert!(has_a_text(feature_key(feature)), "{feature:?}");
    }
}

#[test]
fn every_admin_command_not_offered_has_a_text() {
    let examples = Topic::ALL.map(Topic::example).into_iter().chain(["/buka S10"]);
    for example in examples {
        if let Command::Admin(command) = parse(example) {
            let name = feature_of(&command);
            assert!(name.is_empty() || has_a_text(name), "{example}: {name}");
        }
    }
}
