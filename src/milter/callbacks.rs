//! The milter callbacks: each translates what the MTA says into a call of the session and answers, nothing else.

use super::act;
use super::negotiation::Negotiated;
use super::session::Session;
use super::shared::Shared;
use indymilter::{Callbacks, EomContext, ProtoOpts, Status};
use std::sync::Arc;

pub(super) fn callbacks(shared: Arc<Shared>) -> Callbacks<Session> {
    Callbacks::new()
        .on_negotiate(move |cx, actions, opts| {
            let mut negotiated = Negotiated::of(actions, opts);
            if shared.is_overloaded() {
                // There must be a word at MAIL for those who are turned away.
                negotiated.opts.remove(ProtoOpts::NOREPLY_MAIL);
            }
            cx.requested_actions = negotiated.actions;
            cx.requested_opts = negotiated.opts;
            cx.data = Some(Session::new(&shared, negotiated));
            answer(Status::Continue)
        })
        .on_connect(|cx, name, socket| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.connect(&name, &socket, &cx.macros);
            answer(session.negotiated.go_on(ProtoOpts::NOREPLY_CONNECT))
        })
        .on_helo(|cx, name| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.helo(&name);
            answer(session.negotiated.go_on(ProtoOpts::NOREPLY_HELO))
        })
        .on_mail(|cx, args| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.mail(&args, &cx.macros);
            if session.is_shed() {
                return answer(act::overloaded(&mut cx.reply));
            }
            answer(session.negotiated.go_on(ProtoOpts::NOREPLY_MAIL))
        })
        .on_rcpt(|cx, args| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.rcpt(&args);
            answer(session.negotiated.go_on(ProtoOpts::NOREPLY_RCPT))
        })
        .on_header(|cx, name, value| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.header(&name, &value);
            answer(session.negotiated.go_on(ProtoOpts::NOREPLY_HEADER))
        })
        .on_eoh(|cx| {
            let Some(session) = &mut cx.data else { return answer(Status::Tempfail) };
            session.end_of_header();
            answer(session.negotiated.go_on(ProtoOpts::NOREPLY_EOH))
        })
        .on_body(|cx, chunk| answer(cx.data.as_mut().map_or(Status::Tempfail, |session| session.body(&chunk))))
        .on_eom(|cx| Box::pin(end_of_message(cx)))
        .on_abort(|cx| {
            if let Some(session) = &mut cx.data {
                session.abort();
            }
            answer(Status::Continue)
        })
        .on_close(|cx| {
            cx.data = None;
            answer(Status::Continue)
        })
}

fn answer<'a>(status: Status) -> indymilter::CallbackFuture<'a> {
    Box::pin(std::future::ready(status))
}

/// The end of a message: judge, carry out, write down.
async fn end_of_message(cx: &mut EomContext<Session>) -> Status {
    let Some(session) = &mut cx.data else { return Status::Tempfail };
    let Some(message) = session.finish(&cx.macros) else { return Status::Tempfail };
    let _counted = Arc::clone(&message.counted);
    let answer = session.answer(message).await;
    let ruling = answer.ruling();
    let edits = answer.edits(&ruling, session.negotiated);
    let (status, outcome) = edits.carry_out(&cx.actions, &mut cx.reply).await;
    answer.write_down(&ruling, outcome, &session.shared.metrics);
    status
}
