use rand::Rng;
use uuid::Builder;

/// A UUIDv7 made from the given clock reading.
pub(crate) fn uuid(millis: i64) -> String {
    let mut random = [0u8; 10];
    rand::rng().fill_bytes(&mut random);
    Builder::from_unix_timestamp_millis(u64::try_from(millis).unwrap_or_default(), &random).into_uuid().to_string()
}

/// Bits of a request id that are not time.
pub(crate) const ID_BITS: u32 = 21;

/// A time-ordered whole number: 42 bits of milliseconds (until the year 2109), 21 bits of chance. Full-text rows on
/// SQLite are found by whole numbers only, and keyset pages and joins cost half of what text costs.
pub(crate) fn request_id(millis: i64) -> i64 {
    (millis.clamp(0, (1 << 42) - 1) << ID_BITS) | i64::from(rand::rng().next_u32() >> (32 - ID_BITS))
}

/// The request id of a moment, told apart by a number instead of chance.
pub(crate) fn request_id_of(millis: i64, number: u64) -> i64 {
    (millis.clamp(0, (1 << 42) - 1) << ID_BITS) | i64::try_from(number & ((1 << ID_BITS) - 1)).unwrap_or(0)
}
