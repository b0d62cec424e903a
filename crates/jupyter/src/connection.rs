//! The connection file: where Jupyter wants the kernel to listen, and the key of its signatures.

use std::path::Path;

use chainrule_error::{Error, ErrorKind, Result};
use jupyter_protocol::ConnectionInfo;

/// The one signature scheme that Jupyter uses.
const SCHEME: &str = "hmac-sha256";

/// Reads a connection file and checks what can be checked before binding.
pub(crate) fn read(path: &Path) -> Result<ConnectionInfo> {
    let hint = "Jupyter writes this file when it starts a kernel, and names it in the command";
    let text = std::fs::read_to_string(path).map_err(|error| {
        let place = format!("cannot read the connection file {}", path.display());
        Error::new(ErrorKind::Io, place).source(error).hint(hint)
    })?;
    let wrong = |what: &str| {
        let place = format!("the connection file {} {what}", path.display());
        Error::new(ErrorKind::Environment, place)
    };
    let info: ConnectionInfo = serde_json::from_str(&text)
        .map_err(|error| wrong("is not what Jupyter writes").source(error).hint(hint))?;
    // Without a key nothing is signed, whatever the scheme.
    if !info.key.is_empty() && info.signature_scheme != SCHEME {
        return Err(wrong("asks for an unknown signature scheme")
            .expected(SCHEME)
            .got(&info.signature_scheme));
    }
    let ports = [
        info.shell_port,
        info.iopub_port,
        info.stdin_port,
        info.control_port,
        info.hb_port,
    ];
    if ports.contains(&0) {
        return Err(wrong("leaves a port open")
            .expected("five ports")
            .got("port 0"));
    }
    Ok(info)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<ConnectionInfo> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        read(file.path())
    }

    fn file(scheme: &str, key: &str, hb: u16) -> String {
        serde_json::json!({
            "ip": "127.0.0.1", "transport": "tcp", "shell_port": 1, "iopub_port": 2,
            "stdin_port": 3, "control_port": 4, "hb_port": hb, "key": key,
            "signature_scheme": scheme, "something_new": 1,
        })
        .to_string()
    }

    #[test]
    fn a_good_file_is_read_and_an_unsigned_one_may_name_any_scheme() {
        let info = read_text(&file(SCHEME, "secret", 5)).unwrap();
        assert_eq!((info.hb_port, info.key.as_str()), (5, "secret"));
        assert!(read_text(&file("", "", 5)).is_ok());
    }

    #[test]
    fn each_bad_file_is_one_clear_error() {
        let missing = read(Path::new("/nowhere/kernel.json")).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Io);
        assert!(missing.to_string().contains("/nowhere/kernel.json"));

        for garbage in ["", "not json", "[]", "{\"ip\": 3}", "{}"] {
            let error = read_text(garbage).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Environment);
            assert!(error.headline().ends_with("is not what Jupyter writes"));
        }
        let scheme = read_text(&file("hmac-md5", "secret", 5)).unwrap_err();
        assert!(scheme.to_string().contains("got       hmac-md5"));
        let port = read_text(&file(SCHEME, "secret", 0)).unwrap_err();
        assert!(port.headline().ends_with("leaves a port open"));
    }
}
