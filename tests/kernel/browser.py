"""A student in JupyterLab, played by a script: opens a notebook, trains, presses stop, goes on,
restarts, saves. What the student would see is checked on the page and in the saved file, and kept
as pictures, one a step, for a person to look at.

    .lab/venv-browser/bin/python tests/kernel/browser.py [--shots FOLDER]

See README.md beside this file.
"""

import argparse
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAB = ROOT / ".lab"
BROWSERS = ["/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# In seconds: for the page, and for a cell that trains.
PAGE, TRAINING = 60, 180

CELLS = [
    f':dep chainrule = {{ path = "{ROOT}/crates/chainrule" }}\nuse chainrule::prelude::*;',
    "let mnist = Mnist::load()?.with_validation(5_000)?;\n"
    "let model = Model::input(784).dense(32).relu().dense(10).softmax();\n"
    "model",
    'let results = Experiment::new("A first network", &model, &mnist)\n'
    "    .settings(&[(40, 0.01), (40, 0.1)])\n"
    "    .run()?;",
    "for run in &results.runs {\n"
    '    println!("{} points, {}", run.curve.len(), run.outcome());\n'
    "}",
]
TRAIN, AFTER = 2, 3


def main():
    arguments = argparse.ArgumentParser(description="A student in JupyterLab, played by a script.")
    arguments.add_argument("--shots", type=Path, help="the folder for the pictures")
    shots = arguments.parse_args().shots or Path(tempfile.mkdtemp(prefix="chainrule-shots-"))
    shots.mkdir(parents=True, exist_ok=True)
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit("there is no Chromium on this machine: sudo apt install chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sys.exit("Playwright is missing: pip install -r tests/kernel/requirements-browser.txt")
    if not (LAB / "venv/bin/python").exists():
        sys.exit("JupyterLab is not set up: cargo lab setup")
    with tempfile.TemporaryDirectory(prefix="chainrule-browser-") as folder:
        notebook = Path(folder) / "first.ipynb"
        notebook.write_text(json.dumps(new_notebook()))
        with Server(Path(folder)) as address, sync_playwright() as play:
            chromium = play.chromium.launch(executable_path=browser, args=FLAGS)
            page = chromium.new_page(viewport={"width": 1200, "height": 1500})
            try:
                Student(page, shots).work(f"{address}&reset", notebook)
            except BaseException:
                page.screenshot(path=shots / "failed.png")
                raise
            finally:
                chromium.close()
    print(f"all seen; the pictures: {shots}")


def new_notebook():
    def cell(number, source):
        base = {"id": f"cell-{number}", "metadata": {}, "source": source}
        return base | {"cell_type": "code", "execution_count": None, "outputs": []}

    return {
        "cells": [cell(number, source) for number, source in enumerate(CELLS)],
        "metadata": {"kernelspec": {"name": "chainrule", "display_name": "Rust (chainrule)"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


class Server:
    """JupyterLab as `cargo lab` starts it, on a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        token = secrets.token_hex(16)
        own = self.folder / ".jupyter"
        environment = os.environ | {
            "JUPYTER_PATH": str(LAB / "share/jupyter"),
            "JUPYTER_CONFIG_DIR": str(LAB / "jupyter/config"),
            "JUPYTER_DATA_DIR": str(own / "data"),
            "JUPYTER_RUNTIME_DIR": str(own / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(own / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
            "IPYTHONDIR": str(own / "ipython"),
            "JUPYTER_TOKEN": token,
        }
        command = [LAB / "venv/bin/python", "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1"]
        command += [f"--ServerApp.port={port}", "--ServerApp.open_browser=False"]
        command += ["--ServerApp.root_dir", self.folder, "--LabApp.news_url=None"]
        command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        if os.geteuid() == 0:
            command.append("--ServerApp.allow_root=True")
        own.mkdir()
        self.log = (own / "lab.log").open("w+")
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        status = f"http://127.0.0.1:{port}/api/status?token={token}"
        end = time.monotonic() + PAGE
        while True:
            try:
                urllib.request.urlopen(status, timeout=2).close()
                return f"http://127.0.0.1:{port}/lab/tree/first.ipynb?token={token}"
            except OSError as error:
                if time.monotonic() > end or self.process.poll() is not None:
                    self.log.seek(0)
                    sys.exit(f"JupyterLab does not start: {error}\n{self.log.read()}")
                time.sleep(0.2)

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.log.close()


class Student:
    def __init__(self, page, shots):
        self.page, self.shots, self.step = page, shots, 0

    def work(self, address, notebook):
        self.page.goto(address)
        self.wait(lambda: self.cells().count() == len(CELLS), PAGE, "the notebook's cells")
        self.wait(lambda: "Idle" in self.status(), PAGE, "a kernel that is idle")
        self.shot("opened")

        self.cells().nth(0).locator(".cm-content").click()
        for number in range(TRAIN):
            self.page.keyboard.press("Shift+Enter")
        self.wait(lambda: self.prompt(TRAIN - 1).isdigit(), PAGE, "the first cells")
        self.shot("model")

        self.page.keyboard.press("Shift+Enter")
        pictures = set()
        self.wait(lambda: self.look(pictures) >= 2, TRAINING, "a curve that moves")
        self.expect(self.prompt(TRAIN) == "*", "the cell still trains while its curve moves")
        self.shot("training")

        self.command("notebook:interrupt-kernel")
        pressed = time.monotonic()
        self.wait(lambda: self.prompt(TRAIN).isdigit(), 5, "a cell that stops")
        print(f"stop to the end of the cell: {time.monotonic() - pressed:.2f} s, as seen here")
        self.wait(lambda: "Idle" in self.status(), 5, "a kernel that is idle")
        self.expect(self.errors(TRAIN) == 1, "the stopped cell says that it was stopped")
        self.shot("stopped")

        self.cells().nth(AFTER).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.wait(lambda: "points" in self.output(AFTER), PAGE, "the variables after stop")
        self.expect(self.errors(AFTER) == 0, "the cell after stop has no error")
        self.shot("went on")

        self.command("notebook:restart-run-all")
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.wait(lambda: self.prompt(TRAIN) == "*", PAGE, "the notebook running again")
        done = [str(number + 1) for number in range(len(CELLS))]
        prompts = lambda: [self.prompt(number) for number in range(len(CELLS))]  # noqa: E731
        self.wait(lambda: prompts() == done, TRAINING, "the end of run all")
        self.expect(not any(map(self.errors, range(len(CELLS)))), "no cell has an error")
        self.shot("run again")

        self.page.keyboard.press("Control+s")
        self.wait(lambda: saved(notebook), PAGE, "the saved notebook")
        self.check(json.loads(notebook.read_text()))
        self.shot("saved")

    def check(self, notebook):
        """What the file holds: the final picture once, and the line after it."""
        outputs = [cell["outputs"] for cell in notebook["cells"]]
        kinds = [output["output_type"] for cell in outputs for output in cell]
        self.expect("error" not in kinds, f"no error in the file: {kinds}")
        [picture] = outputs[TRAIN]
        text = json.dumps(picture)
        self.expect("image/png" in picture["data"], f"one picture: {list(picture['data'])}")
        self.expect("%" not in picture["data"].get("text/html", ""), "no bar in the file")
        self.expect(len(text) < 2_000_000, f"a small file: {len(text)} bytes")
        self.expect(outputs[0] == [], "nothing from the first cell")
        print(f"the file: {sum(map(len, outputs))} outputs, {len(text) // 1000} kB of picture")

    def look(self, pictures):
        """Notes the picture that the training cell shows now; how many there were."""
        for image in self.cells().nth(TRAIN).locator(".jp-OutputArea-output img").all():
            source = image.get_attribute("src", timeout=1000)
            pictures.add(source)
        return len(pictures)

    def cells(self):
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    def prompt(self, number):
        text = self.cells().nth(number).locator(".jp-InputPrompt").inner_text()
        return re.sub(r"[\[\]:\s]", "", text)

    def output(self, number):
        return self.cells().nth(number).locator(".jp-Cell-outputWrapper").inner_text()

    def errors(self, number):
        # JupyterLab draws errors as it draws the text of standard error.
        cell = self.cells().nth(number)
        return cell.locator("[data-mime-type='application/vnd.jupyter.stderr']").count()

    def status(self):
        return self.page.locator("#jp-main-statusbar").inner_text()

    def command(self, name):
        self.page.locator(f'.jp-NotebookPanel-toolbar [data-command="{name}"]').first.click()

    def wait(self, is_there, limit, what):
        end = time.monotonic() + limit
        while not is_there():
            self.expect(time.monotonic() < end, f"within {limit} s: {what}")
            self.page.wait_for_timeout(100)
        print(f"seen: {what}")

    def expect(self, is_so, what):
        if not is_so:
            raise SystemExit(f"not as it should be: {what} ({self.shots}/failed.png)")

    def shot(self, what):
        self.step += 1
        self.page.wait_for_timeout(300)
        self.page.screenshot(path=self.shots / f"{self.step}-{what.replace(' ', '-')}.png")


def saved(notebook):
    return bool(json.loads(notebook.read_text())["cells"][AFTER]["outputs"])


if __name__ == "__main__":
    main()
