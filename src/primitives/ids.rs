//! The typed ids of everything that has one, with the prefix that it shows outside.

use crate::typed_id;

pub use super::actor::ActorId;

typed_id!(/// A board (tổ chức quản lý chợ): the tenant.
    BoardId, "brd");
typed_id!(/// An API key.
    KeyId, "key");
typed_id!(/// Somebody who works at the desk.
    UserId, "usr");
typed_id!(/// A place where a user is signed in.
    UserSessionId, "ses");
typed_id!(/// A link by which somebody becomes a user.
    InvitationId, "inv");
typed_id!(MarketId, "mkt");
typed_id!(/// A rule of a market's calendar.
    CalendarRuleId, "cal");
typed_id!(SectionId, "sec");
typed_id!(/// A khóm, ấp, tổ dân phố or thôn.
    NeighbourhoodId, "nbh");
typed_id!(StallId, "stl");
typed_id!(VendorId, "vnd");
typed_id!(/// A vendor at a stall, from–to.
    OccupancyId, "occ");
typed_id!(/// Days off or a suspension of an occupancy.
    AbsenceId, "abs");
typed_id!(AccountId, "acc");
typed_id!(/// A receiving number of an account.
    NumberId, "num");
typed_id!(/// A dated link between occupancy and account.
    LinkId, "lnk");
typed_id!(/// A verification of an account.
    VerificationId, "ver");
typed_id!(/// A static code of a stall.
    CodeId, "cod");
typed_id!(/// A code of another scheme that hangs on a stall.
    OtherCodeId, "oth");
typed_id!(/// A check of the code on a stall.
    CheckId, "chk");
typed_id!(ConsentId, "cns");
typed_id!(/// A dynamic payment request.
    RequestId, "req");
typed_id!(FeedId, "fed");
typed_id!(/// A secret of a feed.
    SecretId, "sct");
typed_id!(/// A phone that forwards notices; the same number as its secret.
    DeviceId, "dvc");
typed_id!(/// How notices of an app are read.
    TemplateId, "tpl");
typed_id!(/// A notice that no template reads.
    TextId, "txt");
typed_id!(/// What arrived, raw.
    DeliveryId, "dlv");
typed_id!(/// A money movement.
    TransferId, "trf");
typed_id!(/// A report that seems to be of a transfer that another sender has reported.
    PairId, "par");
typed_id!(/// A report that contradicts an earlier one under the same id.
    ConflictId, "cfl");
typed_id!(/// What somebody proposes of a transfer.
    ProposalId, "prp");
typed_id!(/// A rule that proposes what money of a stall is.
    ClassRuleId, "clr");
typed_id!(/// Money given back of a transfer.
    RefundId, "rfn");
typed_id!(/// A statement file that was looked at, and imported or not.
    StatementId, "stm");
typed_id!(/// A link that opens a stall's page on a phone.
    StallLinkId, "sln");
typed_id!(/// A browser that opened such a link.
    ListenerId, "lsn");
typed_id!(/// A print order that is made in the background.
    PrintJobId, "job");
typed_id!(/// A team that goes to the stalls.
    TeamId, "tea");
typed_id!(/// A round that a team goes.
    RoundId, "rnd");
typed_id!(/// A visit to a stall, to be made or made.
    VisitId, "vst");
typed_id!(/// A period in which drawn stalls' cash is counted.
    CashPlanId, "csp");
typed_id!(/// An hour beside a stall, payments pressed without amounts.
    TallyId, "tly");
typed_id!(/// A report as it was published.
    PublishedId, "pub");
