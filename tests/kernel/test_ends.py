"""Cells that end their process, stops, and kernels that are killed: `cargo lab test` runs this."""

import glob
import os
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from session import Session


class TestEnds(unittest.TestCase):
    """Cells that end their process, and a kernel that is killed."""

    def setUp(self):
        self.session = Session()

    def tearDown(self):
        self.session.close()

    def lives_on(self):
        cell = self.session.run("twice(21)")
        self.assertEqual(cell.result(), "42", cell.traceback())
        cell = self.session.run('let r: i32 = "x".parse()?;')
        self.assertEqual(cell.reply["ename"], "ParseIntError")

    def test_a_session_can_be_cleared_before_code_and_its_process_begun_again(self):
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }\nlet value = 1;")
        cell = self.session.run(":restart\ntwice(4)")
        self.assertEqual(cell.result(), "8", cell.traceback())
        cell = self.session.run("value")
        self.assertIn("`value` was lost by `:restart` in cell [2]", cell.traceback())
        self.lives_on()
        self.session.run("let value = 1;")
        cell = self.session.run(":clear\nlet model = Model::input(2).dense(1).squared_error();\nmodel.summary()?.total")
        self.assertEqual(cell.result(), "3", cell.traceback())
        cell = self.session.run("twice(1)")
        self.assertIn("cannot find function `twice`", cell.traceback())
        cell = self.session.run("value")
        self.assertIn("`value` was cleared in cell", cell.traceback())
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }")
        self.lives_on()

    def test_crashes_are_told_as_what_they_were_and_definitions_live_on(self):
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }")
        recursion = "fn deep(n: u64) -> u64 { if n == u64::MAX { 0 } else { 1 + deep(n + 1) } }\nlet d = deep(0);\nd"
        for code, name in (
            ("unsafe { *(8 as *mut i32) = 1; }", "SegmentationFault"),
            ("std::process::abort();", "Abort"),
            ("std::process::exit(3);", "Exit"),
            (recursion, "StackOverflow"),
        ):
            self.session.run("let value = 1;")
            cell = self.session.run(code)
            self.assertEqual(cell.reply["ename"], name, cell.traceback())
            self.assertIn("lost", cell.traceback())
            self.lives_on()

    def test_code_that_does_not_listen_is_stopped(self):
        self.session.run("fn twice(x: i32) -> i32 { 2 * x }\nlet value = 1;")
        for presses, least, most in ((1, 2.5, 30.0), (2, 0.0, 3.0)):

            def press(presses=presses):
                time.sleep(1.5)
                self.pressed = time.monotonic()
                for _ in range(presses):
                    self.session.interrupt(0.2)

            cell = self.session.run("loop { std::hint::spin_loop(); }", during=press)
            seconds = time.monotonic() - self.pressed
            self.assertEqual(cell.reply["ename"], "Interrupted")
            self.assertTrue(least < seconds < most, seconds)
            self.lives_on()

    def test_pressing_twice_while_a_cell_compiles_keeps_the_variables(self):
        self.session.run("let kept = 7;")
        endless = (
            "#[allow(long_running_const_eval)]\n"
            "const LONG: u64 = { let mut i = 0; while i < u64::MAX { i += 1; } i };\nLONG"
        )
        for apart in (0.0, 0.5):

            def press(apart=apart):
                self.await_compiler()
                self.session.interrupt()
                self.session.interrupt(apart)
                # It must not reach the next cell.
                time.sleep(0.5)

            cell = self.session.run(endless, during=press)
            self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
            self.assertIn("every variable is kept", cell.traceback())
            cell = self.session.run("kept")
            self.assertEqual(cell.result(), "7", cell.traceback())

    def test_a_press_before_the_compiler_has_begun_ends_the_cell_there(self):
        self.session.run("let kept = 7;")
        code = "let x = 1;\nstd::thread::sleep(std::time::Duration::from_secs(9));"
        for after in (0.02, 0.06, 0.1):

            def press(after=after):
                while not self.session.cell.arrivals:
                    time.sleep(0.01)
                self.session.interrupt(after)

            cell = self.session.run(code, during=press)
            self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
            cell = self.session.run("kept")
            self.assertEqual(cell.result(), "7", cell.traceback())

    def await_compiler(self):
        """Waits until the running cell is being compiled."""
        for _ in range(200):
            time.sleep(0.1)
            calls = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout
            folder = self.built_in(self.session)
            if any("--crate-name ctx" in call and folder in call for call in calls.splitlines()):
                return
        raise TimeoutError("nothing is compiled")

    def test_pressing_twice_ends_a_shell_line_that_does_not_listen_and_nothing_else(self):
        self.session.run("let kept = 7;")

        def press():
            while not self.session.cell.text():
                time.sleep(0.05)
            self.session.interrupt()
            self.session.interrupt(0.3)

        cell = self.session.run("!trap '' INT; echo up; while :; do sleep 0.1; done", during=press)
        self.assertEqual(cell.reply["ename"], "ShellError", cell.traceback())
        self.assertLess(cell.seconds, 5.0)
        cell = self.session.run("kept")
        self.assertEqual(cell.result(), "7", cell.traceback())

    def test_stop_ends_a_shell_line_of_a_kernel_that_was_started_in_the_background(self):
        # As a script does it that starts something with `&`.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            session = Session()
        finally:
            signal.signal(signal.SIGINT, before)
        self.addCleanup(session.close)

        def press():
            while not session.cell.text():
                time.sleep(0.05)
            session.interrupt()

        cell = session.run("!echo up; sleep 20", during=press)
        self.assertEqual(cell.reply["ename"], "ShellError", cell.traceback())
        self.assertLess(cell.seconds, 5.0)

    def test_a_shell_line_ends_with_its_shell_whatever_it_left_in_the_background(self):
        cell = self.session.run("!echo first; sleep 20 & echo up")
        self.assertEqual(cell.text(), "first\nup\n")
        self.assertLess(cell.seconds, 5.0)

    def test_stop_ends_the_search_for_a_dependency_and_keeps_the_variables(self):
        self.session.run("let kept = 7;")
        # It takes calls and never answers.
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)
        pressed = []

        def press():
            begin = time.monotonic()
            while "Updating" not in self.session.cell.text("stderr") and time.monotonic() - begin < 20:
                time.sleep(0.05)
            pressed.append(time.monotonic())
            self.session.interrupt()

        address = f"http://127.0.0.1:{server.getsockname()[1]}/slow.git"
        cell = self.session.run(f':dep slow = {{ git = "{address}" }}\nlet x = 1;', during=press)
        self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
        self.assertLess(time.monotonic() - pressed[0], 2.0)
        self.assertIn("Updating", "".join(c.get("text", "") for _, _, c in cell.arrivals))
        cell = self.session.run("kept")
        self.assertEqual(cell.result(), "7", cell.traceback())

    def test_too_many_threads_do_not_end_the_kernel(self):
        code = (
            "let threads: Vec<_> = (0..3000).map(|_| std::thread::Builder::new().spawn("
            "|| std::thread::sleep(std::time::Duration::from_secs(2)))).collect();\n"
            "threads.len()"
        )
        self.assertIn(self.session.run(code).status, ("ok", "error"))
        self.assertEqual(self.session.run("1 + 1").result(), "2")

    @unittest.skipUnless(os.geteuid() == 0, "only root may mount a small disk over the build folder")
    def test_a_full_disk_is_told_and_variables_live_on(self):
        session = Session()
        self.addCleanup(session.close)
        self.assertEqual(session.run("let x = 5; x").result(), "5")
        built_in, disk = self.built_in(session), tempfile.mkdtemp()
        self.mount("tmpfs", disk, "size=2m")
        for name in ("upper", "work"):
            os.mkdir(os.path.join(disk, name))
        self.mount("overlay", built_in, f"lowerdir={built_in},upperdir={disk}/upper,workdir={disk}/work")
        # Nothing can be written, then a source but not what is compiled from it.
        for room in (0, 200_000):
            filling = os.path.join(disk, "filling")
            with open(filling, "wb", buffering=0) as file:
                try:
                    while True:
                        file.write(bytes(4096))
                except OSError:
                    file.truncate(file.tell() - room)
            cell = session.run("let y = x + 1; y")
            self.assertEqual(cell.reply["ename"], "DiskFull", cell.traceback())
            self.assertIn("free some space", cell.traceback())
            os.remove(filling)
            self.assertEqual(session.run("let y = x + 1; y").result(), "6")

    def built_in(self, session):
        """The folder that a session builds its cells in."""
        with open(f"/proc/{session.pid}/environ") as environment:
            variables = dict(line.split("=", 1) for line in environment.read().split("\0") if "=" in line)
        return variables["EVCXR_TMPDIR"]

    def mount(self, kind, place, options):
        subprocess.run(["mount", "-t", kind, kind, place, "-o", options], check=True)
        self.addCleanup(subprocess.run, ["umount", "--lazy", place], check=True)

    def test_what_a_killed_kernel_leaves_is_swept_at_the_next_start(self):
        folder = os.path.join(tempfile.gettempdir(), "chainrule-kernel-*")
        before = set(glob.glob(folder))
        killed = Session()
        self.addCleanup(killed.client.stop_channels)
        left = set(glob.glob(folder)) - before
        self.assertEqual(len(left), 1)
        os.kill(killed.pid, signal.SIGKILL)
        killed.manager.provisioner.process.wait()
        following = Session()
        self.addCleanup(following.close)
        self.assertEqual(following.run("1 + 1").result(), "2")
        self.assertFalse(left & set(glob.glob(folder)))
        # That of a living one stays, and its kernel works.
        self.assertEqual(self.session.run("1 + 1").result(), "2")

    def test_no_process_outlives_a_kernel_that_was_killed(self):
        self.session.run("let id = std::process::id();")
        child = int(self.session.run("id").result())
        self.session.client.execute("loop { std::hint::spin_loop(); }")
        time.sleep(1.5)
        os.kill(self.session.pid, signal.SIGKILL)
        self.assertTrue(ends(child), "the process that runs cells lives on")

    def test_no_shell_line_outlives_a_kernel_that_was_killed(self):
        request = self.session.client.execute("!echo $$; exec sleep 300")
        shell = None
        while shell is None:
            message = self.session.client.get_iopub_msg(timeout=60)
            if message["parent_header"].get("msg_id") == request and message["msg_type"] == "stream":
                shell = int(message["content"]["text"])
        self.assertTrue(alive(shell))
        os.kill(self.session.pid, signal.SIGKILL)
        self.assertTrue(ends(shell), "the command lives on")


class TestStart(unittest.TestCase):
    """A session whose libraries are not as the setup left them."""

    def test_stop_during_the_start_ends_the_cell_and_not_the_session(self):
        source = os.path.join(os.path.dirname(__file__), "../../crates/chainrule/src/lib.rs")
        before = os.stat(source)
        os.utime(source)
        # As it was, the libraries of later sessions are fresh.
        self.addCleanup(os.utime, source, ns=(before.st_atime_ns, before.st_mtime_ns))
        session = Session()
        self.addCleanup(session.close)

        def press():
            while "compiling chainrule" not in session.cell.text():
                time.sleep(0.05)
            session.interrupt()

        cell = session.run("!echo listed\n1 + 1", during=press)
        self.assertEqual(cell.reply["ename"], "Interrupted", cell.traceback())
        self.assertIn("listed\n", cell.text())
        cell = session.run("!echo listed\n1 + 1")
        self.assertEqual(cell.result(), "2", cell.traceback())
        # What was shown while the cell waited is gone, and nothing else.
        self.assertEqual(cell.text(), "listed\n")
        self.assertIn("The sources of chainrule v", cell.text("stderr"))
        self.assertEqual(session.run("1 + 1").outputs[0][0], "execute_result")


def ends(pid):
    for _ in range(50):
        time.sleep(0.1)
        if not alive(pid):
            return True
    return False


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if __name__ == "__main__":
    unittest.main(verbosity=2)
