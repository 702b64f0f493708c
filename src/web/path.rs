//! Ids in addresses. Whatever is not an id of the right kind is not found: it cannot be told from
//! one that does not exist.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::problem::Problem;
use crate::primitives::Refusal;
use crate::primitives::ids::{
    AbsenceId, AccountId, CalendarRuleId, CashPlanId, CheckId, ClassRuleId, CodeId, ConflictId,
    ConsentId, DeliveryId, DeviceId, FeedId, InvitationId, KeyId, LinkId, ListenerId, MarketId,
    NeighbourhoodId, NumberId, OccupancyId, OtherCodeId, PairId, PrintJobId, ProposalId,
    PublishedId, RefundId, RequestId, RoundId, SecretId, SectionId, StallId, StallLinkId,
    StatementId, TallyId, TeamId, TemplateId, TextId, TransferId, UserId, UserSessionId, VendorId,
    VerificationId, VisitId,
};

/// A part of an address that names something.
pub trait Segment: Sized {
    /// The kind, as `not-found` names it.
    const WHAT: &'static str;

    fn read(text: &str) -> Option<Self>;
}

macro_rules! segments {
    ($($id:ident = $what:literal),+ $(,)?) => {
        $(impl Segment for $id {
            const WHAT: &'static str = $what;

            fn read(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        })+
    };
}

segments! {
    KeyId = "key", MarketId = "market", CalendarRuleId = "calendar_rule", SectionId = "section",
    NeighbourhoodId = "neighbourhood", StallId = "stall", VendorId = "vendor",
    OccupancyId = "occupancy", AbsenceId = "absence", AccountId = "account",
    NumberId = "number", LinkId = "link", VerificationId = "verification", CodeId = "code",
    CheckId = "code_check", OtherCodeId = "other_code", ConsentId = "consent", RequestId = "request", FeedId = "feed",
    SecretId = "secret", TransferId = "transfer",
    DeliveryId = "delivery", PairId = "suspected_pair",
    ConflictId = "sighting_conflict", ProposalId = "proposal",
    RefundId = "refund",
    StatementId = "statement", ClassRuleId = "class_rule",
    StallLinkId = "stall_link", ListenerId = "listener",
    PrintJobId = "print_job",
    TeamId = "team", RoundId = "visit_round", VisitId = "visit",
    UserId = "user", UserSessionId = "user_session", InvitationId = "invitation",
    CashPlanId = "cash_plan", TallyId = "tally", PublishedId = "published_report",
    DeviceId = "device", TemplateId = "template", TextId = "unknown_text",
}

/// A number among the refused deliveries of a feed.
pub struct RefusedNumber(pub i64);

impl Segment for RefusedNumber {
    const WHAT: &'static str = "refused_delivery";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
}

/// The name of a statement's layout: 16 hexadecimal digits.
pub struct LayoutName(pub String);

impl Segment for LayoutName {
    const WHAT: &'static str = "statement_layout";

    fn read(text: &str) -> Option<Self> {
        let is_name = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_name.then(|| Self(text.to_owned()))
    }
}

/// The id in an address.
pub struct Id<T>(pub T);

/// Two ids in an address, from left to right.
pub struct Ids<A, B>(pub A, pub B);

impl<T: Segment> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(segment(request, 0).map(Self))
    }
}

impl<A: Segment, B: Segment> FromRequest for Ids<A, B> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let both = || Ok(Self(segment(request, 0)?, segment(request, 1)?));
        ready(both())
    }
}

fn segment<T: Segment>(request: &HttpRequest, place: usize) -> Result<T, Problem> {
    let text = request.match_info().iter().nth(place).map(|(_, text)| text);
    text.and_then(T::read).ok_or_else(|| Refusal::not_found(T::WHAT).into())
}
