//! Samples of what is said about those who work here, categories and announcements.

use super::says::{AgentCard, BelowCost};
use super::says_staff::{BroadcastCard, BroadcastStage, CategoryCard, DeskReply, RoleProblem, StaffLine};
use konter_core::ids::{AgentId, BroadcastId, ChatId};
use konter_core::staff::Role;

pub(super) fn desk(agents: &[AgentCard], below: &BelowCost) -> Vec<DeskReply> {
    let line = |chat, role, configured, agent: Option<u32>| StaffLine {
        chat: ChatId::telegram(chat),
        role,
        configured,
        agent: agent.map(AgentId),
        name: agent.map(|_| "Budi Cell".to_owned()),
    };
    let operator = || line(1002, Some(Role::Operator), false, Some(7));
    let mut all = vec![
        DeskReply::RoleNeeded { needs: Role::Owner, has: Role::Viewer },
        DeskReply::Staff { lines: vec![line(1001, Some(Role::Owner), true, None), operator()] },
        DeskReply::RoleSet { lines: vec![operator()], role: Some(Role::Operator) },
        DeskReply::RoleSet { lines: vec![line(1002, None, false, None)], role: None },
        DeskReply::Renamed { agent: AgentId(7), before: "Budi Cell".to_owned(), after: "Berkah Cell".to_owned() },
        DeskReply::RenameRefused { most: 40 },
        DeskReply::YourName { name: "Berkah Cell".to_owned() },
        DeskReply::NoSuchCategory {
            name: "PULSA".to_owned(),
            near: vec!["Pulsa XL".to_owned(), "Pulsa Tri".to_owned()],
        },
        DeskReply::NoSuchCategory { name: "PULSA".to_owned(), near: Vec::new() },
        DeskReply::BelowCost { rows: vec![below.clone()], more: 3 },
        DeskReply::BelowCost { rows: vec![below.clone()], more: 0 },
        DeskReply::BroadcastGone,
    ];
    let problems = [
        RoleProblem::Configured { chat: ChatId::telegram(1001) },
        RoleProblem::LastOwner,
        RoleProblem::NoChat { agent: AgentId(7) },
        RoleProblem::NoPerson { chat: ChatId::telegram(-1_001_234_567_890) },
        RoleProblem::Same { role: Some(Role::Operator) },
        RoleProblem::Same { role: None },
    ];
    all.extend(problems.map(|problem| DeskReply::RoleRefused { problem }));
    all.extend([Some(Role::Viewer), None].map(|role| DeskReply::YourRole { role }));
    all.extend(
        [(agents.to_vec(), 0), (agents.to_vec(), 5), (Vec::new(), 0)].map(|(agents, left_out)| DeskReply::Found {
            text: "budi".to_owned(),
            agents,
            left_out,
        }),
    );
    all.extend(categories().map(DeskReply::Category));
    all.extend(broadcasts().map(DeskReply::Broadcast));
    all
}

fn categories() -> [CategoryCard; 4] {
    let card = |open, changed, already: &[&str]| CategoryCard {
        name: "Pulsa Telkomsel".to_owned(),
        open,
        changed,
        already: already.len(),
        already_codes: already.iter().map(|code| (*code).to_owned()).collect(),
    };
    [card(false, 9, &[]), card(true, 7, &["S5", "S100"]), card(false, 7, &["S5", "S100"]), card(true, 0, &["S5"])]
}

fn broadcasts() -> [BroadcastCard; 5] {
    let card = |stage, reached, unreachable| BroadcastCard {
        broadcast: BroadcastId(3),
        text: "Server kembali normal".to_owned(),
        chats: 450,
        reached,
        unreachable,
        stage,
    };
    [
        card(BroadcastStage::Asked, 0, 0),
        card(BroadcastStage::Cancelled, 0, 0),
        card(BroadcastStage::Sending, 120, 3),
        card(BroadcastStage::Done, 447, 3),
        card(BroadcastStage::Done, 440, 3),
    ]
}
