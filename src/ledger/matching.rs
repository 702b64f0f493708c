//! Where a transfer belongs: rules only, no database. The order of the rules is that of
//! `docs/ARCHITECTURE.md`: order, reference, virtual account, sole occupancy, else a person.

use super::class::Class;
use crate::feeds::Reported;
use crate::primitives::ids::{AccountId, CodeId, NumberId, OccupancyId, RequestId};
use crate::primitives::{Day, UnixMs, Vnd};
use crate::registry::directory::Directory;
use crate::requests::{Effect, RequestRow};
use crate::text_enum;
use crate::vietqr::Reference;

/// A part of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// `None`: no stall yet.
    pub occupancy_id: Option<OccupancyId>,
    pub code_id: Option<CodeId>,
    pub request_id: Option<RequestId>,
    pub class: Class,
    pub amount: Vnd,
}

/// How it was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    Order,
    Request,
    Reference,
    /// The reference of a code that was revoked: still that stall's money, but to be looked at.
    RevokedReference,
    /// The code or request of a vendor who had left the stall that day, or of an account that no
    /// longer served it: the money went to that vendor's account, but to be looked at.
    EndedOccupancy,
    /// For a request that was taken back: its stall's money, but to be looked at.
    CancelledRequest,
    /// The virtual account that received it stands in the codes of one stall alone.
    VirtualAccount,
    BusinessAccount,
    SoleOccupancy,
    /// Nothing decided it.
    None,
    Manual,
}

impl Rule {
    const ALL: [Self; 11] = [
        Self::Order,
        Self::Request,
        Self::Reference,
        Self::RevokedReference,
        Self::EndedOccupancy,
        Self::CancelledRequest,
        Self::VirtualAccount,
        Self::BusinessAccount,
        Self::SoleOccupancy,
        Self::None,
        Self::Manual,
    ];

    /// Whether it decides what another one, by its name, could not tell. Nothing overrules a person.
    #[must_use]
    pub fn knows_more_than(self, other: &str) -> bool {
        self.rank() > Self::parse(other).rank()
    }

    /// The rule of this name; no others are written.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|rule| rule.as_str() == text).unwrap_or(Self::Manual)
    }

    /// Decided by a code, request or order that the report named.
    #[must_use]
    pub const fn is_named(self) -> bool {
        matches!(self.rank(), 3 | 4)
    }

    /// Decided by the account's only stall.
    #[must_use]
    pub const fn is_of_account(self) -> bool {
        matches!(self, Self::BusinessAccount | Self::SoleOccupancy)
    }

    const fn rank(self) -> u8 {
        match self {
            Self::None => 0,
            Self::BusinessAccount | Self::SoleOccupancy => 1,
            Self::VirtualAccount => 2,
            Self::Reference | Self::RevokedReference | Self::EndedOccupancy => 3,
            Self::Order | Self::Request | Self::CancelledRequest => 4,
            Self::Manual => 5,
        }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Request => "request",
            Self::Reference => "reference",
            Self::RevokedReference => "revoked_reference",
            Self::EndedOccupancy => "ended_occupancy",
            Self::CancelledRequest => "cancelled_request",
            Self::VirtualAccount => "virtual_account",
            Self::BusinessAccount => "business_account",
            Self::SoleOccupancy => "sole_occupancy",
            Self::None => "none",
            Self::Manual => "manual",
        }
    }
}

text_enum!(
    /// Why a person has to decide.
    Unassigned {
        UnknownAccount = "unknown_account",
        /// The number is several banks', and the report names none of them.
        AmbiguousNumber = "ambiguous_number",
        /// An order feed reported an order that no request of ours carries.
        UnknownOrder = "unknown_order",
        NoOccupancy = "no_occupancy",
        SeveralOccupancies = "several_occupancies",
        SeveralReferences = "several_references",
        /// A person had placed it and undid that.
        TakenBack = "taken_back",
    }
);

impl Unassigned {
    pub const ALL: [Self; 7] = [
        Self::UnknownAccount,
        Self::AmbiguousNumber,
        Self::UnknownOrder,
        Self::NoOccupancy,
        Self::SeveralOccupancies,
        Self::SeveralReferences,
        Self::TakenBack,
    ];
}

/// A decision: one line that is the whole transfer; people may split it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    pub line: Line,
    pub rule: Rule,
    pub unassigned: Option<Unassigned>,
    /// What it does to the request of the line.
    pub effect: Option<Effect>,
}

/// What a transfer is matched against.
#[derive(Debug)]
pub struct Known<'a> {
    pub directory: &'a Directory,
    pub account_id: Option<AccountId>,
    /// The number of the account that received the money.
    pub number_id: Option<NumberId>,
    /// Requests that the transfer's references or order name, as they are now.
    pub requests: &'a [&'a RequestRow],
    /// The feed reports orders of its own, not transfers of an account.
    pub is_order_feed: bool,
    pub day: Day,
}

/// Decides where an incoming transfer belongs.
#[must_use]
pub fn decide(reported: &Reported, references: &[Reference], known: &Known<'_>) -> Decision {
    let amount = reported.amount;
    if known.is_order_feed {
        return match known.requests {
            [request] => of_request(reported, request, Rule::Order, known),
            _ => undecided(amount, Unassigned::UnknownOrder),
        };
    }
    let Some(account_id) = known.account_id else {
        let numbers = [reported.account_number.as_deref(), reported.virtual_account.as_deref()];
        let is_known = known.directory.having(reported.bin.as_deref(), numbers).next().is_some();
        let why = if is_known { Unassigned::AmbiguousNumber } else { Unassigned::UnknownAccount };
        return undecided(amount, why);
    };
    let occurred_at = reported.occurred_at;
    let candidates: Vec<_> = references
        .iter()
        .filter_map(|found| candidate(*found, account_id, occurred_at, known))
        .collect();
    match candidates.as_slice() {
        [] => by_number(amount, known).unwrap_or_else(|| by_account(amount, account_id, known)),
        [Candidate::Request(request)] => of_request(reported, request, Rule::Request, known),
        [Candidate::Code { code_id, occupancy_id, rule }] => Decision {
            line: Line {
                occupancy_id: Some(*occupancy_id),
                code_id: Some(*code_id),
                request_id: None,
                class: Class::Sale,
                amount,
            },
            rule: *rule,
            unassigned: None,
            effect: None,
        },
        _ => undecided(amount, Unassigned::SeveralReferences),
    }
}

enum Candidate<'a> {
    Code { code_id: CodeId, occupancy_id: OccupancyId, rule: Rule },
    Request(&'a RequestRow),
}

/// A reference counts only on the account that it was issued for.
fn candidate<'a>(
    reference: Reference,
    account_id: AccountId,
    occurred_at: UnixMs,
    known: &Known<'a>,
) -> Option<Candidate<'a>> {
    if reference.is_static() {
        let code = known.directory.code(reference)?;
        let rule = if code.revoked_at.is_some_and(|revoked_at| revoked_at <= occurred_at) {
            Rule::RevokedReference
        } else if code.is_over(known.day) {
            Rule::EndedOccupancy
        } else {
            Rule::Reference
        };
        let (code_id, occupancy_id) = (code.code_id, code.occupancy_id);
        return (code.account_id == account_id).then_some(Candidate::Code {
            code_id,
            occupancy_id,
            rule,
        });
    }
    let request = known.requests.iter().find(|request| request.reference == reference)?;
    (request.account_id == account_id).then_some(Candidate::Request(request))
}

fn of_request(
    reported: &Reported,
    request: &RequestRow,
    rule: Rule,
    known: &Known<'_>,
) -> Decision {
    let received = request.receive(reported.amount, reported.occurred_at, reported.precision);
    let class = match received.effect {
        // The amount is a thousand times off: nobody knows yet what it was paid for.
        Effect::Thousandfold => Class::Unclassified,
        _ => Class::of_request(request.kind),
    };
    let (account_id, occupancy_id) = (request.account_id, request.occupancy_id);
    let rule = if request.cancelled_at.is_some() {
        Rule::CancelledRequest
    } else if known.directory.has_ended(account_id, occupancy_id, known.day) {
        Rule::EndedOccupancy
    } else {
        rule
    };
    Decision {
        line: Line {
            occupancy_id: Some(request.occupancy_id),
            code_id: None,
            request_id: Some(request.id),
            class,
            amount: reported.amount,
        },
        rule,
        unassigned: None,
        effect: Some(received.effect),
    }
}

fn by_number(amount: Vnd, known: &Known<'_>) -> Option<Decision> {
    let printed = known.directory.printed_on(known.number_id?, known.day)?;
    Some(Decision {
        line: Line {
            occupancy_id: Some(printed.occupancy_id),
            code_id: printed.code_id,
            request_id: None,
            class: Class::Sale,
            amount,
        },
        rule: Rule::VirtualAccount,
        unassigned: None,
        effect: None,
    })
}

/// By the links of the account alone.
#[must_use]
pub fn by_account(amount: Vnd, account_id: AccountId, known: &Known<'_>) -> Decision {
    let mut occupancies = known.directory.occupancies_of(account_id, known.day);
    let (first, second) = (occupancies.next(), occupancies.next());
    let occupancy_id = match (first, second) {
        (None, _) => return undecided(amount, Unassigned::NoOccupancy),
        (Some(_), Some(_)) => return undecided(amount, Unassigned::SeveralOccupancies),
        (Some(only), None) => only,
    };
    let business = known.directory.account(account_id).is_some_and(|found| found.business_only);
    Decision {
        line: Line {
            occupancy_id: Some(occupancy_id),
            code_id: None,
            request_id: None,
            class: if business { Class::Sale } else { Class::Unclassified },
            amount,
        },
        rule: if business { Rule::BusinessAccount } else { Rule::SoleOccupancy },
        unassigned: None,
        effect: None,
    }
}

const fn undecided(amount: Vnd, because: Unassigned) -> Decision {
    Decision {
        line: Line {
            occupancy_id: None,
            code_id: None,
            request_id: None,
            class: Class::Unclassified,
            amount,
        },
        rule: Rule::None,
        unassigned: Some(because),
        effect: None,
    }
}

/// Where a kept outgoing transfer belongs; what it was for, only a person knows.
#[must_use]
pub fn outgoing(
    amount: Vnd,
    account_id: Option<AccountId>,
    directory: &Directory,
    day: Day,
) -> Decision {
    let mut occupancies =
        account_id.into_iter().flat_map(|account_id| directory.occupancies_of(account_id, day));
    let (first, second) = (occupancies.next(), occupancies.next());
    let sole = first.filter(|_| second.is_none());
    Decision {
        line: Line {
            occupancy_id: sole,
            code_id: None,
            request_id: None,
            class: Class::Unclassified,
            amount,
        },
        rule: if sole.is_some() { Rule::SoleOccupancy } else { Rule::None },
        unassigned: None,
        effect: None,
    }
}
