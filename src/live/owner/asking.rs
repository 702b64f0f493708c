//! A code for an amount, as a vendor asks a customer for it, and what became of it.

use serde::{Deserialize, Serialize};

use crate::access::{Act, SecretKey};
use crate::db::{DbConnection, Outcome};
use crate::intake::pulse::{self, SightState, SightedRequest};
use crate::ledger::stall::{self, Odd};
use crate::ledger::{beyond, perhaps};
use crate::live::announcement::wall_clock;
use crate::live::{Hearer, paying};
use crate::primitives::ids::{AccountId, RequestId};
use crate::primitives::spoken::{self, Region};
use crate::primitives::time::MS_PER_MINUTE;
use crate::primitives::{Refusal, Vnd, typed};
use crate::registry::store::links;
use crate::registry::{accounts, boards};
use crate::requests::{self, NewRequest, RequestKind, RequestState, Step};
use crate::text_enum;
use crate::vietqr::{self, Format, Level};

/// Of an account's number, by which its holder knows it.
const LAST_DIGITS: usize = 4;
/// What came longer ago is not of the customer who stands there.
const PAST_MS: i64 = 5 * MS_PER_MINUTE;

/// An amount that a customer shall pay.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAmount {
    /// As people type it: `50k`, `1tr2`, `50.000`.
    pub amount: String,
    /// Of several accounts the one that is paid to; the main one if absent.
    pub account_id: Option<AccountId>,
}

/// An account that the stall is paid on, as a choice.
#[derive(Debug)]
pub struct Choice {
    pub id: AccountId,
    /// `Vietcombank …1100`.
    pub name: String,
}

text_enum!(
    /// What is shown of a request, large.
    Face {
        /// The source is proven alive, and nothing has come.
        Waiting = "waiting",
        /// Nothing has come that is known; only the bank's app can say.
        Unknown = "unknown",
        Paid = "paid",
        Late = "late",
        Underpaid = "underpaid",
        Overpaid = "overpaid",
        Duplicate = "duplicate",
        /// Too little, and two reports of one amount: one payment or two.
        TwoReports = "two_reports",
        /// A thousand times off.
        Thousandfold = "thousandfold",
        /// What had come was given back, or the bank took it back.
        GivenBack = "given_back",
        Expired = "expired",
        /// The time is over, and nobody knows whether money came: nobody shall pay twice.
        ExpiredUnknown = "expired_unknown",
        Cancelled = "cancelled",
        AfterCancel = "after_cancel",
    }
);

/// A request as the vendor's phone shows it.
#[derive(Debug, Serialize)]
pub struct Asked {
    pub id: RequestId,
    pub face: Face,
    /// `50.000 đ`.
    pub amount: String,
    /// In the south's words and in the north's.
    pub south: String,
    pub north: String,
    /// What has come; where it is a thousand times off, with that.
    pub received: String,
    /// What is to be asked for or given back.
    pub difference: Option<String>,
    /// A payment a thousand times off that nobody has judged yet.
    pub odd: Option<String>,
    /// It was a thousand times too much.
    pub is_more: bool,
    /// Money came meanwhile that names no request and may be for this one.
    pub is_perhaps: bool,
    /// `09:15`, when money last came.
    pub paid_at: Option<String>,
    /// It came long ago: whoever stands there now has not paid it.
    pub is_past: bool,
    /// The symbol as SVG, while it is to be paid; of what is still lacking, where too little came.
    pub svg: Option<String>,
    /// The payer's page, below the server's address.
    pub path: String,
}

/// Asks for an amount, to the stall's account.
///
/// # Errors
/// `amount-not-readable` (amount), those of [`requests::create`].
pub fn ask(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    key: &SecretKey,
    new: &NewAmount,
) -> Outcome<Asked> {
    let request = NewRequest {
        kind: RequestKind::Sale,
        occupancy_id: hearer.occupancy_id,
        account_id: account(connection, act, hearer, new.account_id)?,
        number_id: None,
        amount_vnd: typed::amount("amount", &new.amount)?,
        purpose: None,
        expires_in_s: None,
        order: None,
    };
    let id = requests::create(connection, act, request)?.id;
    look(connection, act, hearer, key, id)
}

/// The account that is paid to: the one that the vendor chose, or the main one.
fn account(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    chosen: Option<AccountId>,
) -> Outcome<Option<AccountId>> {
    if chosen.is_some() {
        return Ok(chosen);
    }
    Ok(linked(connection, act, hearer)?.first().copied())
}

/// The accounts that the stall is paid on, the main one first: the one that its money came to last.
fn linked(connection: &mut DbConnection, act: &Act, hearer: &Hearer) -> Outcome<Vec<AccountId>> {
    let (board_id, occupancy_id) = (hearer.board_id, hearer.occupancy_id);
    let today = boards::today(connection, act)?;
    let mut linked = links::accounts_of(connection, board_id, occupancy_id, today)?;
    if linked.len() > 1 {
        let newest = stall::newest(connection, board_id, occupancy_id, None)?;
        let is_linked = |id: &AccountId| linked.contains(id);
        let last = newest.into_iter().find_map(|one| one.account_id.filter(is_linked));
        linked.sort_by_key(|id| last != Some(*id));
    }
    Ok(linked)
}

/// What the vendor may choose from, the main account first.
pub fn choices(connection: &mut DbConnection, act: &Act, hearer: &Hearer) -> Outcome<Vec<Choice>> {
    let linked = linked(connection, act, hearer)?;
    let choice = |id| {
        let account = accounts::require(connection, act, id, "account_id")?;
        let from = account.number.len().saturating_sub(LAST_DIGITS);
        let last = account.number.get(from..).unwrap_or_default();
        Ok(Choice { id, name: format!("{} …{last}", account.bank) })
    };
    linked.into_iter().map(choice).collect()
}

/// A request of the stall as it stands now.
///
/// # Errors
/// `not-found`.
pub fn look(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    key: &SecretKey,
    id: RequestId,
) -> Outcome<Asked> {
    let sighted = own(connection, act, hearer, id)?;
    let seen = Seen::of(connection, act, sighted)?;
    let svg = seen.payload()?.as_deref().map(svg).transpose()?;
    let difference = seen.difference();
    let came = seen.came();
    let Seen { face, odd, is_perhaps, sighted, .. } = seen;
    let odd = odd.map(|odd| odd.largest);
    let request = sighted.request;
    // Under "given back" stands what was.
    let is_given_back = face == Face::GivenBack;
    let shown = if is_given_back { request.given_back_vnd } else { request.amount_vnd };
    let amount = shown.unwrap_or(Vnd::ZERO);
    let received = match face {
        Face::Thousandfold => came,
        Face::AfterCancel => difference,
        _ => None,
    };
    let received = received.or(request.received_vnd);
    let words = |region| spoken::amount(amount, region).unwrap_or_default();
    // A bank that tells the date alone tells no hour.
    let paid_at = request.last_paid_at.filter(|at| at.day(0).start(0) != *at);
    Ok(Asked {
        id,
        face,
        amount: amount.to_string(),
        south: words(Region::South),
        north: words(Region::North),
        received: received.unwrap_or(Vnd::ZERO).to_string(),
        difference: difference.map(|vnd| vnd.to_string()),
        odd: odd.map(|vnd| vnd.to_string()),
        is_more: odd.is_some_and(|odd| odd > amount),
        is_perhaps,
        paid_at: paid_at.map(wall_clock),
        is_past: paid_at.is_some_and(|at| act.at.0.saturating_sub(at.0) > PAST_MS),
        svg,
        path: paying::path(key, hearer.board_id, id)?,
    })
}

/// Takes a request of the stall back.
///
/// # Errors
/// `not-found`, those of [`requests::cancel`].
pub fn take_back(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    key: &SecretKey,
    id: RequestId,
) -> Outcome<Asked> {
    own(connection, act, hearer, id)?;
    requests::cancel(connection, act, id)?;
    look(connection, act, hearer, key, id)
}

fn own(
    connection: &mut DbConnection,
    act: &Act,
    hearer: &Hearer,
    id: RequestId,
) -> Outcome<SightedRequest> {
    let seen = pulse::request(connection, act, id)?;
    if seen.request.occupancy_id == hearer.occupancy_id {
        return Ok(seen);
    }
    Err(Refusal::not_found("request").into())
}

/// A request with what its phone shows of it.
pub(in crate::live) struct Seen {
    pub sighted: SightedRequest,
    pub face: Face,
    /// What came a thousand times off, where nobody has judged it yet.
    pub odd: Option<Odd>,
    /// Money came that may be for it and does not say so.
    pub is_perhaps: bool,
    /// What the payer is to have back of what came too much.
    owed: Option<Vnd>,
}

impl Seen {
    pub fn of(connection: &mut DbConnection, act: &Act, sighted: SightedRequest) -> Outcome<Self> {
        let (board_id, id) = (act.board_id(), sighted.request.id);
        let odd = if sighted.request.thousandfold {
            stall::thousandfold(connection, board_id, id)?
        } else {
            None
        };
        let face = face(&sighted, odd);
        let (mut is_perhaps, mut owed) = (false, None);
        if matches!(face, Face::Unknown | Face::ExpiredUnknown)
            && let Some(row) = requests::by_id(connection, board_id, id)?
        {
            is_perhaps = perhaps::came_for(connection, board_id, &row)?;
        }
        if face.is_too_much()
            && let Some(row) = requests::by_id(connection, board_id, id)?
        {
            let both = beyond::owed(connection, board_id, &row)?;
            owed = both.unjudged.checked_add(both.odd);
        }
        Ok(Self { sighted, face, odd, is_perhaps, owed })
    }

    /// The text of the symbol, while something is to be paid: all of it, or what is lacking. What
    /// came a thousand times too small was a slip: who made it pays the right amount now.
    pub fn payload(&self) -> Outcome<Option<String>> {
        let request = &self.sighted.request;
        let Some(payload) = request.payload.as_deref() else { return Ok(None) };
        Ok(match (self.face, request.next_step.amount_vnd) {
            (Face::Waiting | Face::Unknown, _) => Some(payload.to_owned()),
            (Face::Underpaid, Some(rest)) => Some(vietqr::with_amount(payload, rest)?),
            (Face::Thousandfold | Face::Underpaid, _) => match self.lacking() {
                Some(rest) => Some(vietqr::with_amount(payload, rest)?),
                None => None,
            },
            _ => None,
        })
    }

    /// What is still to be paid beside a payment a thousand times too small.
    fn lacking(&self) -> Option<Vnd> {
        let request = &self.sighted.request;
        let asked =
            request.amount_vnd.filter(|asked| self.odd.is_some_and(|odd| odd.largest < *asked))?;
        let lacking = asked.checked_sub(request.received_vnd.unwrap_or(Vnd::ZERO))?;
        (lacking > Vnd::ZERO).then_some(lacking)
    }

    /// All that came, with what is a thousand times off.
    pub fn came(&self) -> Option<Vnd> {
        let odd = self.odd.map_or(Vnd::ZERO, |odd| odd.sum);
        self.sighted.request.received_vnd.unwrap_or(Vnd::ZERO).checked_add(odd)
    }

    /// What is to be asked for or given back.
    pub fn difference(&self) -> Option<Vnd> {
        match self.face {
            Face::GivenBack => None,
            face if face.is_too_much() => self.owed.filter(|owed| owed.is_positive()),
            Face::Underpaid if self.odd.is_some() => self.lacking(),
            _ => self.sighted.request.next_step.amount_vnd,
        }
    }
}

impl Face {
    /// More came than was asked, or may have.
    const fn is_too_much(self) -> bool {
        matches!(self, Self::Thousandfold | Self::Overpaid | Self::Duplicate | Self::AfterCancel)
    }
}

/// What a request is to who stands before it; a thousand times off comes before everything else,
/// unless all that was asked has come beside it, or with it.
fn face(seen: &SightedRequest, odd: Option<Odd>) -> Face {
    let request = &seen.request;
    let odd = odd.map(|odd| odd.largest);
    let (amount, received) = (request.amount_vnd, request.received_vnd.unwrap_or(Vnd::ZERO));
    let is_whole = odd.filter(|odd| Some(*odd) < amount).is_some_and(|odd| {
        let all = received.checked_add(odd);
        amount.is_some_and(|asked| all.is_some_and(|all| all >= asked))
    });
    // What came beside a payment a thousand times too small is what stands there, and the rest what is asked.
    let is_beside = received.is_positive() && odd.is_some_and(|odd| Some(odd) < amount);
    // The vendor has said what all of it was.
    let is_settled = [Step::HandOver, Step::LookAtLatePayment].contains(&request.next_step.code);
    match request.state {
        RequestState::Cancelled if is_settled && odd.is_none() => Face::Paid,
        // What was given back is not to be given back again.
        RequestState::Cancelled if received.is_positive() || odd.is_some() => Face::AfterCancel,
        _ if request.thousandfold && !is_whole && !is_beside => Face::Thousandfold,
        RequestState::Underpaid if is_whole => Face::Paid,
        RequestState::Paid if request.late => Face::Late,
        RequestState::Paid => Face::Paid,
        RequestState::Underpaid if request.next_step.code == Step::LookAtPair => Face::TwoReports,
        RequestState::Underpaid => Face::Underpaid,
        RequestState::Overpaid | RequestState::Duplicate if is_settled && request.late => {
            Face::Late
        }
        RequestState::Overpaid | RequestState::Duplicate if is_settled => Face::Paid,
        RequestState::Overpaid => Face::Overpaid,
        RequestState::Duplicate => Face::Duplicate,
        RequestState::Refunded => Face::GivenBack,
        RequestState::Expired if seen.sight.state == SightState::Unknown => Face::ExpiredUnknown,
        RequestState::Expired => Face::Expired,
        RequestState::Cancelled => Face::Cancelled,
        RequestState::Open if seen.sight.state == SightState::NotSeenYet => Face::Waiting,
        RequestState::Open => Face::Unknown,
    }
}

/// The symbol of a code's text.
fn svg(payload: &str) -> Outcome<String> {
    let image = vietqr::draw(payload, Level::default(), Format::Svg)?;
    String::from_utf8(image.bytes).map_err(crate::db::Fault::broken)
}
