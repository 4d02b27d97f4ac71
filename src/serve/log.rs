//! Where log lines go and how they look. `RUST_LOG` is respected. Trouble with the log never ends anything: without a
//! journal, lines are text on stderr. A panic is logged by its place only: its words may quote mail.

use crate::policy::config::LogFormat;
use std::fmt;
use tracing::field::Field;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer, debug_fn};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, Layer};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;

/// What is logged unless `RUST_LOG` says otherwise; indymilter tells every packet.
const DEFAULT_FILTER: &str = "info,indymilter=warn";
/// Set by systemd for services whose stderr goes to the journal, which notes the time itself.
const JOURNAL_VARIABLE: &str = "JOURNAL_STREAM";

/// Begins logging, once in the life of the process; later calls change nothing.
pub fn init_log(format: LogFormat) {
    let journal = match format {
        LogFormat::Journald => Some(tracing_journald::layer()),
        LogFormat::Text | LogFormat::Json => None,
    };
    let (journal, missing) = match journal {
        Some(Ok(layer)) => (Some(layer), None),
        Some(Err(e)) => (None, Some(e)),
        None => (None, None),
    };
    let json =
        (format == LogFormat::Json).then(|| Layer::new().json().flatten_event(true).with_writer(std::io::stderr));
    let text = (journal.is_none() && json.is_none()).then(|| {
        let with_time = std::env::var_os(JOURNAL_VARIABLE).is_none();
        let fields = debug_fn(message_only);
        Layer::new().fmt_fields(fields).event_format(OneLine { with_time }).with_writer(std::io::stderr)
    });
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    if tracing_subscriber::registry().with(filter).with(journal).with(json).with(text).try_init().is_ok() {
        std::panic::set_hook(Box::new(log_panic));
    }
    if let Some(e) = missing {
        tracing::warn!("there is no journal, logging text to stderr: {e}");
    }
}

fn log_panic(panic: &std::panic::PanicHookInfo<'_>) {
    match panic.location() {
        Some(place) => tracing::error!("panic at {}:{}", place.file(), place.line()),
        None => tracing::error!("panic at an unknown place"),
    }
}

/// Fields are for programs; people read the message, which says the same.
fn message_only(writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug) -> fmt::Result {
    if field.name() == "message" { write!(writer, "{value:?}") } else { Ok(()) }
}

/// Time (if nobody else notes it), level (if it is not the usual one), message.
struct OneLine {
    with_time: bool,
}

impl<S, N> FormatEvent<S, N> for OneLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, ctx: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        if self.with_time {
            SystemTime.format_time(&mut writer)?;
            writer.write_char(' ')?;
        }
        match *event.metadata().level() {
            Level::INFO => {}
            Level::WARN => writer.write_str("warning: ")?,
            Level::ERROR => writer.write_str("error: ")?,
            level => write!(writer, "{level}: ")?,
        }
        ctx.format_fields(writer.by_ref(), event)?;
        writeln!(writer)
    }
}
