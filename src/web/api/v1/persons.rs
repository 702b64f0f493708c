//! One person's data: a copy of it, and erasing it (docs/PRIVACY.md).

use actix_web::{HttpResponse, get, post};

use crate::persons::{self, Erased, ErasedPayer, Payer, PayerCopy, Person, PersonCopy};
use crate::primitives::ids::{AccountId, VendorId};
use crate::web::api::v1::NoFields;
use crate::web::caller::Caller;
use crate::web::json::Json;
use crate::web::path::Id;
use crate::web::problem::Problem;

resource!(copy_vendor, erase_vendor, copy_holder, erase_holder, copy_payer, erase_payer);

type Answer = Result<HttpResponse, Problem>;

/// Everything that is kept of a vendor. Needs `registry.read` too.
#[utoipa::path(tag = "persons", params(("id" = VendorId, Path)),
    security(("key" = ["amounts.read"])), responses((status = 200, body = PersonCopy)))]
#[get("/vendors/{id}/copy")]
async fn copy_vendor(caller: Caller, id: Id<VendorId>) -> Answer {
    let person = Person::Vendor(id.0);
    caller.show(move |connection, act| persons::copy(connection, act, person)).await
}

/// Erases a vendor for good, with the accounts that served nobody else. Needs `registry.write` too.
#[utoipa::path(tag = "persons", params(("id" = VendorId, Path)), request_body = NoFields,
    security(("key" = ["amounts.read"])), responses((status = 200, body = Erased)))]
#[post("/vendors/{id}/erase")]
async fn erase_vendor(caller: Caller, id: Id<VendorId>, body: Json<NoFields>) -> Answer {
    let person = Person::Vendor(id.0);
    let work = move |connection: &mut _, act: &_, NoFields {}| {
        persons::erase(connection, act, person)
    };
    caller.perform(body, work).await
}

/// Everything that is kept of an account and its holder. Needs `registry.read` too.
#[utoipa::path(tag = "persons", params(("id" = AccountId, Path)),
    security(("key" = ["amounts.read"])), responses((status = 200, body = PersonCopy)))]
#[get("/accounts/{id}/copy")]
async fn copy_holder(caller: Caller, id: Id<AccountId>) -> Answer {
    let person = Person::Holder(id.0);
    caller.show(move |connection, act| persons::copy(connection, act, person)).await
}

/// Erases an account's holder and numbers for good. Needs `registry.write` too.
#[utoipa::path(tag = "persons", params(("id" = AccountId, Path)), request_body = NoFields,
    security(("key" = ["amounts.read"])), responses((status = 200, body = Erased)))]
#[post("/accounts/{id}/erase")]
async fn erase_holder(caller: Caller, id: Id<AccountId>, body: Json<NoFields>) -> Answer {
    let person = Person::Holder(id.0);
    let work = move |connection: &mut _, act: &_, NoFields {}| {
        persons::erase(connection, act, person)
    };
    caller.perform(body, work).await
}

/// What somebody paid, as far as the keys of the years are still there that tell who a payer is.
/// Needs `registry.read` too.
#[utoipa::path(tag = "persons", request_body = Payer, security(("key" = ["amounts.read"])),
    responses((status = 200, body = PayerCopy)))]
#[post("/payers/copy")]
async fn copy_payer(caller: Caller, of: Json<Payer>) -> Answer {
    let (key, of) = (caller.state.secret_key.clone(), of.value);
    caller
        .show(move |connection, act| persons::copy_payer(connection, act, &key, &of))
        .await
}

/// Erases what names a payer, and makes their transfers nobody's. Needs `registry.write` too.
#[utoipa::path(tag = "persons", request_body = Payer, security(("key" = ["amounts.read"])),
    responses((status = 200, body = ErasedPayer)))]
#[post("/payers/erase")]
async fn erase_payer(caller: Caller, of: Json<Payer>) -> Answer {
    let key = caller.state.secret_key.clone();
    let work = move |connection: &mut _, act: &_, of: Payer| {
        persons::erase_payer(connection, act, &key, &of)
    };
    caller.perform(of, work).await
}
