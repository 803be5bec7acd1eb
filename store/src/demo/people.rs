//! The demo district's accounts: every role, spread over the areas.

use std::sync::Arc;

use argon2::password_hash::PasswordHasher;
use argon2::{Algorithm, Argon2, Params, Version};
use domain::area::{Area, AreaCode};
use domain::organisation::Organisations;
use domain::role::{Role, Scope};
use sqlx::Any;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

use super::chance::Chance;
use crate::database::Row;
use crate::{Result, StoreError};

/// How many accounts there are.
const ACCOUNTS: usize = 60;

/// An account that is printed, for whoever looks around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// The role's code.
    pub role: String,
    /// The sign-in name.
    pub name: String,
    /// The password.
    pub password: String,
    /// The area's name.
    pub area: String,
    /// What one sees with it.
    pub what: String,
}

pub(super) struct AccountRow {
    id: String,
    name: String,
    phone: String,
    password: String,
    home_area: Option<String>,
    created_at: i64,
}

impl Row for AccountRow {
    const INTO: &'static str = "account (id, name, phone, mail, password, language, home_area, tell, quiet_from, quiet_to, created_at)";
    const COLUMNS: usize = 11;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query
            .bind(&self.id)
            .bind(&self.name)
            .bind(&self.phone)
            .bind(None::<String>)
            .bind(&self.password)
            .bind("zh")
            .bind(self.home_area.as_deref())
            .bind(domain::notice::Tell::AtOnce.as_str())
            .bind(22i64)
            .bind(7i64)
            .bind(self.created_at)
    }
}

pub(super) struct GrantRow {
    account: String,
    role: Role,
    scope: String,
    granted_at: i64,
}

impl Row for GrantRow {
    const INTO: &'static str = "role_grant (account, role, scope, granted_by, granted_at)";
    const COLUMNS: usize = 5;

    fn bind<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        query.bind(&self.account).bind(self.role.as_str()).bind(&self.scope).bind(None::<String>).bind(self.granted_at)
    }
}

/// Somebody and the area that is theirs.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) area: AreaCode,
}

/// Everybody.
#[derive(Default)]
pub(super) struct People {
    pub(super) accounts: Vec<AccountRow>,
    pub(super) grants: Vec<GrantRow>,
    /// The first is the one that is printed.
    pub(super) residents: Vec<Person>,
    pub(super) agents: Vec<Person>,
    /// The first handles the whole district.
    pub(super) handlers: Vec<Person>,
    pub(super) supervisors: Vec<Person>,
    pub(super) shown: Vec<DemoAccount>,
}

const SURNAMES: &str = "陈林黄李张王刘吴周郑何罗梁谢曾邓杨赖廖钟彭叶温古";
const GIVEN: &str = "秀英|丽华|志强|建国|美玲|晓东|雅婷|国栋|春梅|家豪|淑芬|永康|小燕|伟明|玉兰|子轩|海燕|文彬|桂芳|俊杰|慧敏|大勇|思琪|润生|月娥|宏伟|彩霞|少华|静怡|振邦|冬梅|立新|诗韵|耀辉|凤仪|锦程|素珍|博文";

/// A well-known account: role, name, and what one sees with it.
type Known = (Role, &'static str, &'static str);

impl People {
    /// Makes everybody. `now`: when the history ends.
    pub(super) fn new(seed: u64, district: &crate::District, now: i64) -> Result<Self> {
        let areas = &district.areas;
        let organisations = district.organisations.clone();
        let mut chance = Chance::new(seed, "people", 0);
        let district = areas.district().map_err(|error| StoreError::Import(vec![error.to_string()]))?.clone();
        let subdistricts: Vec<Area> = areas.children(&district.code).cloned().collect();
        let communities: Vec<Area> = subdistricts.iter().flat_map(|area| areas.children(&area.code)).cloned().collect();
        // One area only, without communities, is a district too.
        let any = |of: &[Area], chance: &mut Chance| chance.pick(of).unwrap_or(&district).clone();
        let letters = b"ABCDEFGHJKMNPQRSTVWXYZ";
        let password = format!("linli-demo-{}{}", chance.between(2, 9), char::from(letters[chance.below(letters.len())]));
        let hash = hash(&password, &mut chance)?;
        let mut making = Making { organisations, people: Self::default(), chance: Chance::new(seed, "accounts", 0), hash, password, now };

        let home = any(&communities, &mut chance);
        let known: [(Known, &Area); 8] = [
            ((Role::Resident, "resident", "自己报过的事、等您回答的问题、等您评分的结果"), &home),
            ((Role::Resident, "owner", "同一社区的业主"), &home),
            ((Role::Committee, "committee", "居委会：核实居民、当面给找回密码的验证码"), &home),
            ((Role::Organisation, "organisation", "志愿队"), &home),
            ((Role::Agent, "agent", "代办员：上门替人报事"), &district),
            ((Role::Handler, "handler", "全区的处置台"), &district),
            ((Role::Mediator, "mediator", "调解员"), &district),
            ((Role::Supervisor, "supervisor", "督办：角色、举报、目录"), &district),
        ];
        for ((role, name, what), area) in known {
            making.account(role, Some(name), Some(what), area);
        }
        for area in subdistricts.iter().take(6) {
            making.account(Role::Handler, None, (area.code == subdistricts[0].code).then_some("一个街道的处置台"), area);
            making.account(Role::Agent, None, None, area);
            let community = any(&areas.children(&area.code).cloned().collect::<Vec<_>>(), &mut chance);
            making.account(Role::Committee, None, None, &community);
        }
        for _ in 0..2 {
            let area = any(&subdistricts, &mut chance);
            making.account(Role::Organisation, None, None, &area);
        }
        let area = any(&subdistricts, &mut chance);
        making.account(Role::Mediator, None, None, &area);
        making.account(Role::Supervisor, None, Some("一个街道的督办"), &area);
        while making.people.accounts.len() < ACCOUNTS {
            let area = any(&communities, &mut chance);
            making.account(Role::Resident, None, None, &area);
        }
        Ok(making.people)
    }

    /// Who handles an area: the nearest handler around it.
    pub(super) fn handler(&self, area: &AreaCode) -> Option<&Person> {
        self.handlers.iter().filter(|person| area.is_within(&person.area)).max_by_key(|person| person.area.prefix().len())
    }

    /// Who supervises an area.
    pub(super) fn supervisor(&self, area: &AreaCode) -> Option<&Person> {
        self.supervisors.iter().find(|person| area.is_within(&person.area))
    }
}

struct Making {
    organisations: Arc<Organisations>,
    people: People,
    chance: Chance,
    hash: String,
    password: String,
    now: i64,
}

impl Making {
    fn account(&mut self, role: Role, name: Option<&str>, what: Option<&str>, area: &Area) {
        let nth = self.people.accounts.len();
        let created_at = self.now - self.chance.between(366, 420) * 86_400_000 - self.chance.between(0, 40_000_000);
        let id = self.chance.uuid(created_at);
        let name = name.map_or_else(|| self.name(), str::to_owned);
        self.people.accounts.push(AccountRow {
            id: id.clone(),
            name: name.clone(),
            phone: format!("1380013{:04}", 1000 + nth),
            password: self.hash.clone(),
            home_area: area.code.community().map(|code| code.as_str().to_owned()),
            created_at,
        });
        // Who acts for an organisation does so for the nearest one around.
        let around = self.organisations.iter().filter(|organisation| role == Role::Organisation && area.code.is_within(&organisation.area));
        let (scope, place) = match around.max_by_key(|organisation| organisation.area.prefix().len()) {
            Some(organisation) => (Scope::Organisation(organisation.id.clone()), organisation.name_zh.clone()),
            None => (Scope::Area(area.code), area.name.clone()),
        };
        // Where there is no organisation, nobody acts for one.
        if role.fits(&scope) {
            self.people.grants.push(GrantRow { account: id.clone(), role, scope: scope.to_string(), granted_at: created_at });
        }
        let person = Person { id, area: area.code };
        match role {
            Role::Resident => self.people.residents.push(person),
            Role::Agent => self.people.agents.push(person),
            Role::Handler => self.people.handlers.push(person),
            Role::Supervisor => self.people.supervisors.push(person),
            Role::Committee | Role::Organisation | Role::Mediator => {}
        }
        if let Some(what) = what {
            self.people.shown.push(DemoAccount { role: role.as_str().into(), name, password: self.password.clone(), area: place, what: what.into() });
        }
    }

    /// A name nobody has yet.
    fn name(&mut self) -> String {
        let surnames: Vec<char> = SURNAMES.chars().collect();
        let given: Vec<&str> = GIVEN.split('|').collect();
        loop {
            let name = format!("{}{}", self.chance.pick(&surnames).unwrap_or(&'陈'), self.chance.pick(&given).unwrap_or(&"安"));
            if self.people.accounts.iter().all(|account| account.name != name) {
                return name;
            }
        }
    }
}

/// One hash for all demo accounts: they share the password that is printed, and sixty hashes take half a minute.
fn hash(password: &str, chance: &mut Chance) -> Result<String> {
    let mut salt = [0u8; 16];
    salt[..8].copy_from_slice(&chance.next().to_le_bytes());
    salt[8..].copy_from_slice(&chance.next().to_le_bytes());
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19 * 1024, 2, 1, None).unwrap_or_default());
    let hash = argon2.hash_password_with_salt(password.as_bytes(), &salt).map_err(|error| StoreError::Import(vec![error.to_string()]))?;
    Ok(hash.to_string())
}
