//! `cargo lab`: JupyterLab on the notebooks, from the first port that is free until Ctrl-C.

use std::fs::{self, File};
use std::io::{ErrorKind as Refused, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use chainrule_error::{Error, ErrorKind, Result};
use serde_json::Value;

use crate::args::LabArgs;
use crate::places::{Places, cannot};
use crate::{setup, tools};

/// Where JupyterLab listens unless told otherwise: one of ten ports from here on.
const FIRST_PORT: u16 = 8888;

/// How long JupyterLab may take until it answers, and until it has ended its kernels.
const START: Duration = Duration::from_secs(90);
const END: Duration = Duration::from_secs(15);

/// Prepares everything, opens JupyterLab, and stays until it ends.
///
/// # Errors
/// The port is in use, a step of the setup fails, or JupyterLab does not start.
pub fn open(places: &Places, args: &LabArgs, out: &mut dyn Write) -> Result<()> {
    free_port(args.port)?;
    if !setup::is_current(places) {
        setup::prepare(places, out)?;
    }
    let port = free_port(args.port)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|cause| failed().source(cause))?;
    runtime.block_on(serve(places, args, port, out))
}

/// The port to listen on.
///
/// # Errors
/// [`ErrorKind::Io`] when the wanted port, or all of the usual ones, are in use or forbidden.
pub fn free_port(wanted: Option<u16>) -> Result<u16> {
    let try_port = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map(|_| port);
    let Some(port) = wanted else {
        let usual = FIRST_PORT..FIRST_PORT + 10;
        return usual.clone().find_map(|port| try_port(port).ok()).ok_or_else(|| {
            Error::new(ErrorKind::Io, format!("the ports {} to {} are all in use", usual.start, usual.end - 1))
                .hint("end a JupyterLab that you no longer need, or choose another port: cargo lab --port 9000")
        });
    };
    try_port(port).map_err(|cause| {
        let what = match cause.kind() {
            Refused::AddrInUse => format!("port {port} is in use"),
            Refused::PermissionDenied => format!("port {port} is reserved for the system"),
            _ => format!("port {port} cannot be used"),
        };
        Error::new(ErrorKind::Io, what)
            .source(cause)
            .hint("another port (cargo lab --port 9000), or none: then a free one is chosen")
    })
}

/// Runs JupyterLab until it ends or this program is asked to.
async fn serve(places: &Places, args: &LabArgs, port: u16, out: &mut dyn Write) -> Result<()> {
    let asked = asked_to_end()?;
    tokio::pin!(asked);
    let mut server = Server::start(places, args, port)?;
    let start = Instant::now();
    let address = loop {
        if let Some(address) = server.address(places) {
            break address;
        }
        if let Some(status) = server.ended()? {
            return Err(server.report(places, status));
        }
        if start.elapsed() > START {
            return Err(failed().why("it does not answer").hint(log_hint(places)));
        }
        tokio::select! {
            // Dropping the server ends it.
            () = &mut asked => return Ok(()),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    };
    let say = |out: &mut dyn Write, text: &str| {
        // A closed pipe is no reason to end JupyterLab.
        let _ = writeln!(out, "{text}").and_then(|()| out.flush());
    };
    say(
        out,
        &format!(
            "JupyterLab runs at {address}\nCtrl-C ends it. Its log: {}",
            places.log().display()
        ),
    );
    loop {
        if let Some(status) = server.ended()? {
            return if status.success() {
                Ok(())
            } else {
                Err(server.report(places, status))
            };
        }
        tokio::select! {
            () = &mut asked => break,
            () = tokio::time::sleep(Duration::from_millis(300)) => {}
        }
    }
    say(out, "\nending JupyterLab and its kernels");
    server.end();
    Ok(())
}

/// Resolves when Ctrl-C is pressed or the system asks this program to end.
fn asked_to_end() -> Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen = |kind| signal(kind).map_err(|cause| failed().source(cause));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hang_up.recv() => {}
        }
    })
}

fn failed() -> Error {
    Error::new(ErrorKind::Environment, "JupyterLab does not start")
}

fn log_hint(places: &Places) -> String {
    format!("read {}; cargo lab doctor", places.log().display())
}

/// The command line of JupyterLab.
fn command(places: &Places, args: &LabArgs, port: u16) -> Command {
    let mut command = tools::command(places.python());
    command
        .args([
            "-m",
            "jupyterlab",
            "--ServerApp.ip=127.0.0.1",
            "--ServerApp.port_retries=0",
        ])
        .arg(format!("--ServerApp.port={port}"))
        .arg("--ServerApp.root_dir")
        .arg(places.notebooks())
        // No question about news, no look for newer versions: both are other people's computers.
        .args([
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ])
        .envs(places.environment())
        .current_dir(places.notebooks());
    // Without this JupyterLab refuses to run for root, as in a container. It listens to this
    // machine alone and asks for the token.
    if rustix::process::geteuid().is_root() {
        command.arg("--ServerApp.allow_root=True");
    }
    if args.no_browser {
        command.arg("--ServerApp.open_browser=False");
    }
    command
}

/// A running JupyterLab. Dropping it ends it.
struct Server {
    child: Child,
    alive: bool,
}

impl Server {
    fn start(places: &Places, args: &LabArgs, port: u16) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;
        let make = |path: &Path| {
            fs::create_dir_all(path).map_err(|cause| cannot("make the folder", path, cause))
        };
        make(&places.notebooks())?;
        make(&places.jupyter("runtime"))?;
        let log =
            File::create(places.log()).map_err(|cause| cannot("write", &places.log(), cause))?;
        let twice = log
            .try_clone()
            .map_err(|cause| cannot("write", &places.log(), cause))?;
        let child = command(places, args, port)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(twice)
            // Ctrl-C comes to us alone: JupyterLab would ask back on a terminal it does not have.
            .process_group(0)
            .spawn()
            .map_err(|cause| failed().source(cause).hint("cargo lab setup"))?;
        Ok(Self { child, alive: true })
    }

    /// Where JupyterLab says that it listens, once it does.
    fn address(&self, places: &Places) -> Option<String> {
        let file = places
            .jupyter("runtime")
            .join(format!("jpserver-{}.json", self.child.id()));
        address(&fs::read_to_string(file).ok()?)
    }

    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let status = self
            .child
            .try_wait()
            .map_err(|cause| failed().source(cause))?;
        self.alive = status.is_none();
        Ok(status)
    }

    fn report(&self, places: &Places, status: ExitStatus) -> Error {
        let log = fs::read_to_string(places.log()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        let last = lines[lines.len().saturating_sub(15)..].join("\n");
        Error::new(ErrorKind::Environment, "JupyterLab has ended")
            .got(status.to_string())
            .why(last)
            .hint(log_hint(places))
    }

    /// Asks JupyterLab to end its kernels and itself; after a while, makes it.
    fn end(&mut self) {
        let pid = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw);
        if let (true, Some(pid)) = (self.alive, pid) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
            let start = Instant::now();
            while start.elapsed() < END {
                if !matches!(self.child.try_wait(), Ok(None)) {
                    self.alive = false;
                    return;
                }
                thread::sleep(Duration::from_millis(50));
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
        self.alive = false;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The address in the file that JupyterLab writes about itself.
fn address(text: &str) -> Option<String> {
    let server: Value = serde_json::from_str(text).ok()?;
    let (url, token) = (server["url"].as_str()?, server["token"].as_str()?);
    let url = url.replace("127.0.0.1", "localhost");
    Some(format!("{url}lab?token={token}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_is_refused_before_anything_starts() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = free_port(Some(port)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(error.headline(), format!("port {port} is in use"));
        assert!(error.to_string().contains("--port 9000"), "{error}");
        let args = LabArgs {
            no_browser: true,
            port: Some(port),
        };
        let error = open(&Places::of("/nowhere"), &args, &mut Vec::new()).unwrap_err();
        assert!(error.headline().contains("in use"), "{error}");
        drop(taken);
        assert_eq!(free_port(Some(port)).unwrap(), port);
    }

    #[test]
    fn without_a_wish_a_usual_port_that_is_free_is_chosen() {
        let first = free_port(None).unwrap();
        let _taken = TcpListener::bind((Ipv4Addr::LOCALHOST, first));
        assert!(free_port(None).unwrap() > first);
    }

    #[test]
    fn the_address_is_read_from_jupyters_own_file() {
        let text = r#"{"port": 8899, "token": "abc", "url": "http://127.0.0.1:8899/"}"#;
        assert_eq!(
            address(text).unwrap(),
            "http://localhost:8899/lab?token=abc"
        );
        assert_eq!(address(""), None);
        assert_eq!(address("{}"), None);
    }

    #[test]
    fn jupyterlab_is_started_in_the_checkout_alone_and_opens_a_browser_only_if_wanted() {
        let places = Places::of("/checkout");
        let text = |no_browser| {
            format!(
                "{:?}",
                command(
                    &places,
                    &LabArgs {
                        no_browser,
                        port: None
                    },
                    8890
                )
            )
        };
        assert!(text(true).contains("open_browser=False"));
        assert!(!text(false).contains("open_browser"));
        assert!(text(false).contains("port=8890") && text(false).contains("/checkout/notebooks"));
    }
}
