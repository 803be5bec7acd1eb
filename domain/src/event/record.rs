//! An event as it leaves: a CloudEvents 1.0 record in JSON.

use serde::{Deserialize, Serialize};

/// A CloudEvents 1.0 record (structured JSON), one per change of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Always `1.0`.
    pub specversion: String,
    /// UUIDv7 of the change; the same at every redelivery, and the feed's cursor.
    pub id: String,
    /// The portal's public address.
    pub source: String,
    /// `cn.linli.event.<change>.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The event number, 21 digits.
    pub subject: String,
    /// When the change happened, RFC 3339 in UTC.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: String,
    /// Where the JSON Schema of `data` is published.
    pub dataschema: String,
    /// The event after the change. No names, phones or accounts.
    pub data: Data,
}

impl Record {
    /// As everybody may read it: whether somebody is in danger is the desk's to know.
    #[must_use]
    pub fn for_everybody(mut self) -> Self {
        self.data.danger = false;
        self
    }
}

/// What the grid system receives of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// The event number, 21 digits.
    pub number: String,
    /// Class code; absent until it is classified.
    pub class: Option<String>,
    /// The catalogue version the class is from.
    pub catalogue: String,
    /// Code of the deepest area known.
    pub area: String,
    /// The composed description.
    pub description: String,
    /// WGS-84 latitude, decimal degrees.
    pub lat: Option<f64>,
    /// WGS-84 longitude, decimal degrees.
    pub lon: Option<f64>,
    /// Accuracy of the position, metres.
    pub accuracy: Option<i64>,
    /// The rule that dispatched it, with its version; absent until a rule did.
    pub rule: Option<String>,
    /// The lead department; absent until dispatched.
    pub lead: Option<String>,
    /// Helping departments.
    pub helpers: Vec<String>,
    /// Until when it is settled, RFC 3339 in UTC.
    pub deadline: Option<String>,
    /// Where it stands after the change.
    pub state: String,
    /// Whether nothing of it was public when the record was written.
    pub private: bool,
    /// How many others said that they met the same; absent in records from before it was counted here.
    #[serde(default)]
    pub me_too: i64,
    /// Whether the resident said that somebody may be in danger; absent in records from before it was asked.
    #[serde(default)]
    pub danger: bool,
    /// What this change changed.
    pub change: Changed,
}

/// What one change changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Changed {
    /// The change's stable word.
    pub kind: String,
    /// The role that made it, never a name.
    pub role: String,
    /// The public words that go with it.
    pub words: String,
    /// How the resident rated the result, 1 to 5; absent in every other change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<i64>,
}

/// The record type of a change's stable word.
#[must_use]
pub fn kind(change: &str) -> String {
    format!("cn.linli.event.{}.v1", change.replace('_', "-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_reads_all_but_the_danger() {
        let body = r#"{"specversion":"1.0","id":"0199","source":"https://linli.example","type":"cn.linli.event.registered.v1","subject":"440309002261123000423",
            "time":"2026-11-23T00:00:00.000Z","datacontenttype":"application/json","dataschema":"https://linli.example/api/v1/event.schema.json",
            "data":{"number":"440309002261123000423","class":"040401","catalogue":"2026.1","area":"440309002001","description":"\"danger\":true","lat":22.6093123456789012,
            "lon":114.02873456789012,"accuracy":18,"rule":null,"lead":null,"helpers":[],"deadline":null,"state":"reported","private":false,"me_too":0,"danger":true,
            "change":{"kind":"registered","role":"resident","words":""}}}"#;
        let told: Record = serde_json::from_str(body).expect("a record");
        let public = told.clone().for_everybody();
        assert!(told.data.danger && !public.data.danger);
        let mut back = public.clone();
        back.data.danger = true;
        assert_eq!(back, told);
        let again: Record = serde_json::from_str(&serde_json::to_string(&public).expect("written")).expect("read");
        assert_eq!(again, public, "to the last digit of a position");
    }
}
