//! What MTA and milter agree on when a connection begins (SMFIC_OPTNEG).

use indymilter::{Actions, ProtoOpts, Status};

/// What MTA and milter agreed on: nothing is asked for that the MTA does not offer, or the session would end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Negotiated {
    pub(crate) actions: Actions,
    pub(crate) opts: ProtoOpts,
}

impl Negotiated {
    pub(crate) fn of(actions: Actions, opts: ProtoOpts) -> Negotiated {
        let wanted_actions = Actions::ADD_HEADER | Actions::CHANGE_HEADER | Actions::QUARANTINE;
        // No NOREPLY_BODY: the body is where we say Skip.
        let wanted_opts = ProtoOpts::LEADING_SPACE
            | ProtoOpts::SKIP
            | ProtoOpts::NO_DATA
            | ProtoOpts::NO_UNKNOWN
            | ProtoOpts::NOREPLY_CONNECT
            | ProtoOpts::NOREPLY_HELO
            | ProtoOpts::NOREPLY_MAIL
            | ProtoOpts::NOREPLY_RCPT
            | ProtoOpts::NOREPLY_HEADER
            | ProtoOpts::NOREPLY_EOH;
        Negotiated { actions: wanted_actions & actions, opts: wanted_opts & opts }
    }

    /// The answer for a stage: none at all where that was agreed.
    pub(crate) fn go_on(self, noreply: ProtoOpts) -> Status {
        if self.opts.contains(noreply) { Status::Noreply } else { Status::Continue }
    }

    /// True if the MTA offers to hold messages.
    pub(crate) fn can_hold(self) -> bool {
        self.actions.contains(Actions::QUARANTINE)
    }
}
