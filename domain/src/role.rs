//! Who may do what where: roles are granted one by one and imply nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::area::AreaCode;

/// What a person may be here. None of them includes another: a supervisor who
/// also settles cases is granted both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 居民: verified to live in the area.
    Resident,
    /// 居委会/业委会.
    Committee,
    /// 社会组织/志愿队/群团/党支部.
    Organisation,
    /// 代办员/网格员.
    Agent,
    /// 部门处置员.
    Handler,
    /// 调解员.
    Mediator,
    /// 督办/管理员.
    Supervisor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 7] = [Self::Resident, Self::Committee, Self::Organisation, Self::Agent, Self::Handler, Self::Mediator, Self::Supervisor];

    /// The stable code, as stored and as typed on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Committee => "committee",
            Self::Organisation => "organisation",
            Self::Agent => "agent",
            Self::Handler => "handler",
            Self::Mediator => "mediator",
            Self::Supervisor => "supervisor",
        }
    }

    /// Whether it can be granted for such a scope: people act for an organisation, of whatever kind; everything else
    /// they are in an area. A grant from before this was asked stays readable, and can be taken.
    pub fn fits(self, scope: &Scope) -> bool {
        match self {
            Self::Organisation => matches!(scope, Scope::Organisation(_)),
            Self::Resident | Self::Committee | Self::Agent | Self::Handler | Self::Mediator | Self::Supervisor => matches!(scope, Scope::Area(_)),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A word that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.as_str() == code).ok_or_else(|| UnknownRole(code.to_owned()))
    }
}

/// Where a grant holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// In an area and everything within it.
    Area(AreaCode),
    /// In an organisation or department, by its id.
    Organisation(String),
}

/// The word it is stored and sent as: an area is its digits, an organisation its id behind `org:`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Area(area) => f.pad(area.as_str()),
            Self::Organisation(id) => write!(f, "org:{id}"),
        }
    }
}

/// A word that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an area's code nor `org:` with an organisation's id")]
pub struct UnknownScope(pub String);

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word.strip_prefix("org:") {
            Some(id) if !id.is_empty() => Ok(Self::Organisation(id.to_owned())),
            _ => AreaCode::parse(word).map(Self::Area).map_err(|_| UnknownScope(word.to_owned())),
        }
    }
}

/// One role, given for one scope.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Where it holds.
    pub scope: Scope,
}

impl Grant {
    /// A role in an area and everything within it.
    pub fn in_area(role: Role, area: AreaCode) -> Self {
        Self { role, scope: Scope::Area(area) }
    }

    /// A role in an organisation.
    pub fn in_organisation(role: Role, id: impl Into<String>) -> Self {
        Self { role, scope: Scope::Organisation(id.into()) }
    }
}

/// Who is looking: a visitor, or an account with what was granted to it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Viewer {
    /// The account; none for a visitor.
    pub account: Option<AccountId>,
    /// Its grants.
    pub grants: Vec<Grant>,
}

impl Viewer {
    /// Someone not signed in.
    pub fn visitor() -> Self {
        Self::default()
    }

    /// An account with its grants.
    pub fn of(account: AccountId, grants: Vec<Grant>) -> Self {
        Self { account: Some(account), grants }
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.account.is_some()
    }

    /// The grants in force: a visitor has none, whatever the list says.
    fn in_force(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|_| self.account.is_some())
    }

    /// Whether the role is held in `area`: granted for it or for an area around it.
    pub fn holds(&self, role: Role, area: &AreaCode) -> bool {
        self.areas(role).any(|granted| area.is_within(granted))
    }

    /// Whether the role is held in an organisation.
    pub fn holds_for(&self, role: Role, organisation: &str) -> bool {
        self.organisations(role).any(|granted| granted == organisation)
    }

    /// Whether the role is held anywhere: enough to show a door, not to open it.
    pub fn holds_somewhere(&self, role: Role) -> bool {
        self.in_force().any(|grant| grant.role == role)
    }

    /// The areas the role was granted for.
    pub fn areas(&self, role: Role) -> impl Iterator<Item = &AreaCode> {
        self.in_force().filter(move |grant| grant.role == role).filter_map(|grant| match &grant.scope {
            Scope::Area(area) => Some(area),
            Scope::Organisation(_) => None,
        })
    }

    /// The organisations the role was granted for.
    pub fn organisations(&self, role: Role) -> impl Iterator<Item = &str> {
        self.in_force().filter(move |grant| grant.role == role).filter_map(|grant| match &grant.scope {
            Scope::Organisation(organisation) => Some(organisation.as_str()),
            Scope::Area(_) => None,
        })
    }
}
