//! stub
/// stub
pub async fn run(_c: Option<std::path::PathBuf>) -> Result<(), ServeError> {
    Ok(())
}
/// stub
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ServeError;
impl ServeError {
    /// True if the configuration is at fault.
    pub fn is_config(&self) -> bool {
        false
    }
}
