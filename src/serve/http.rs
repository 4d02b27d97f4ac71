//! `/metrics` for Prometheus, `/livez` and `/readyz` for whoever watches the process. Knows no message and no address.
//! If it cannot listen, the gateway runs without it: a port taken is no reason to stop mail.

use crate::record::Metrics;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// The media type of the text format, Prometheus exposition formats 0.0.4.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers on `listen` as long as the process lives; `None` if that is empty or cannot be.
pub(super) async fn start(listen: &str, metrics: Arc<Metrics>, draining: watch::Receiver<bool>) -> Option<SocketAddr> {
    if listen.is_empty() {
        return None;
    }
    let opened = async {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        Ok::<_, std::io::Error>((listener, address))
    };
    match opened.await {
        Ok((listener, address)) => {
            let routes = routes(metrics, draining);
            tokio::spawn(async move { axum::serve(listener, routes).await });
            Some(address)
        }
        Err(e) => {
            tracing::warn!("no metrics: cannot listen on {listen}: {e}");
            None
        }
    }
}

fn routes(metrics: Arc<Metrics>, draining: watch::Receiver<bool>) -> Router {
    let readiness = move || {
        let draining = *draining.borrow();
        let answer =
            if draining { (StatusCode::SERVICE_UNAVAILABLE, "draining\n") } else { (StatusCode::OK, "ready\n") };
        async move { answer }
    };
    Router::new()
        .route("/metrics", get(move || async move { ([(header::CONTENT_TYPE, TEXT)], metrics.render()) }))
        .route("/livez", get(async || "alive\n"))
        .route("/readyz", get(readiness))
}
