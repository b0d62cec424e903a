//! Runs the cells of a notebook one after another, and keeps what each of them showed.

use std::time::{Duration, Instant};

use chainrule_error::Result;
use jupyter_protocol::{ErrorOutput, JupyterMessageContent, MediaType};

use super::client::{Kernel, Stop};
use super::evcxr;
use super::failure::Failure;
use super::notebook::{CodeCell, Notebook};
use super::outputs::Outputs;
use super::report::Report;
use super::text::plain;

/// How long the rest of a failed cell's message may be on its way.
const REST: Duration = Duration::from_millis(300);
/// By this tag, known to Jupyter's own tools, a notebook says that a cell is meant to fail.
const MEANT_TO_FAIL: &str = "raises-exception";

/// A cell that failed, and why.
pub(super) type Failed = (CodeCell, Failure);

/// Runs every cell up to the first that fails. After each one `save` is given the notebook, in
/// which the cells that were not reached have no outputs.
///
/// # Errors
/// Only those of `save`; a cell that fails is a value.
pub(super) async fn execute(
    notebook: &mut Notebook,
    kernel: &mut Kernel,
    cell_limit: Option<Duration>,
    report: &mut Report,
    mut save: impl FnMut(&Notebook) -> Result<()>,
) -> Result<Option<Failed>> {
    notebook.clear();
    let cells = notebook.code_cells();
    let mut shown: Vec<Outputs> = Vec::new();
    for cell in &cells {
        report.cell(cell.number, cell.first_line());
        shown.push(Outputs::default());
        let start = Instant::now();
        let outcome = run_cell(kernel, cell, cell_limit, &mut shown, report).await;
        for (cell, outputs) in cells.iter().zip(&shown) {
            notebook.set_outputs(cell.index, Some(cell.number), outputs.to_json());
        }
        save(notebook)?;
        let meant = cell.is_tagged(MEANT_TO_FAIL);
        let failure = match outcome {
            Ok(()) if meant => Some(Failure::Spared),
            Ok(()) => None,
            // No tag excuses a kernel that is gone.
            Err(failure) if meant && !matches!(failure, Failure::Stopped(_)) => {
                report.done(start.elapsed(), "  failed, as it is meant to");
                continue;
            }
            Err(failure) => Some(failure),
        };
        if let Some(failure) = failure {
            report.done(start.elapsed(), "  failed");
            return Ok(Some((cell.clone(), failure)));
        }
        report.done(start.elapsed(), "");
    }
    Ok(None)
}

async fn run_cell(
    kernel: &mut Kernel,
    cell: &CodeCell,
    limit: Option<Duration>,
    shown: &mut [Outputs],
    report: &mut Report,
) -> std::result::Result<(), Failure> {
    let witnessed = evcxr::is_evcxr(kernel.implementation())
        .then(|| evcxr::witnessed(&cell.source))
        .flatten();
    let code = witnessed.as_deref().unwrap_or(&cell.source);
    let mut show = |content: &JupyterMessageContent| take_in(content, cell, shown, report);

    let mut answer = kernel
        .execute(code, limit, |_, content| show(&content))
        .await;
    if let (Some(_), Ok(reply)) = (&witnessed, &answer)
        && reply.error.as_ref().is_some_and(shows_witness)
    {
        // The report of a compile error shows our statement: nothing has run yet, so the cell as it
        // was written is compiled in its place, and its report has the student's columns.
        *shown
            .last_mut()
            .expect("a running cell has outputs; please report") = Outputs::default();
        let mut show = |content: &JupyterMessageContent| take_in(content, cell, shown, report);
        answer = kernel
            .execute(&cell.source, limit, |_, content| show(&content))
            .await;
    }
    let mut show = |content: &JupyterMessageContent| take_in(content, cell, shown, report);
    let answer = answer.map_err(Failure::Stopped)?;

    // Output may arrive after the answer, and then belongs to the question that comes next.
    let finished = match &witnessed {
        Some(_) if answer.ok => match is_witnessed(kernel, &mut show).await {
            Ok(kept) => kept,
            Err(stop) => return Err(Failure::Stopped(stop)),
        },
        _ => answer.ok,
    };
    if !finished {
        kernel.drain(REST, |_, content| show(&content)).await;
    }
    let outputs = shown
        .last()
        .expect("a running cell has outputs; please report");
    if !answer.ok {
        return Err(match answer.error {
            Some(error) => Failure::Told(error),
            None => Failure::Unfinished(outputs.stream("stderr")),
        });
    }
    if !finished {
        return Err(Failure::Unfinished(outputs.stream("stderr")));
    }
    match outputs.displayed_error() {
        Some(error) => Err(Failure::Displayed(error)),
        None => Ok(()),
    }
}

fn shows_witness(error: &ErrorOutput) -> bool {
    plain(&error.traceback.join("\n")).contains(evcxr::WITNESS)
}

/// Asks evcxr whether the variable that was put in front of the cell is kept.
async fn is_witnessed(
    kernel: &mut Kernel,
    show: &mut impl FnMut(&JupyterMessageContent),
) -> std::result::Result<bool, Stop> {
    let mut kept = false;
    let answer = kernel
        .execute(evcxr::LIST_VARIABLES, None, |own, content| match content {
            JupyterMessageContent::ExecuteResult(result) if own => {
                let text = result.data.content.iter().find_map(|media| match media {
                    MediaType::Plain(text) => Some(text.as_str()),
                    _ => None,
                });
                kept |= text.is_some_and(evcxr::is_kept);
            }
            content => show(&content),
        })
        .await?;
    Ok(kept && answer.ok)
}

/// A message of the kernel finds its place: in the current cell, or in the display it updates.
fn take_in(
    content: &JupyterMessageContent,
    cell: &CodeCell,
    shown: &mut [Outputs],
    report: &mut Report,
) {
    if let JupyterMessageContent::StreamContent(stream) = content {
        report.text(&stream.text);
    }
    if let JupyterMessageContent::UpdateDisplayData(_) = content {
        for outputs in shown {
            outputs.update(content);
        }
    } else if let Some(current) = shown.last_mut() {
        current.add(content, cell.number);
    }
}
