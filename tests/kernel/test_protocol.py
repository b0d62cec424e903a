"""The kernel `chainrule` against the Jupyter protocol's own test suite, `jupyter_kernel_test`.

Every optional part that applies is switched on. Two do not: this kernel has no pager, and it speaks
version 5.3 of the protocol, to which the welcome message of 5.4 is unknown. Below it come messages
that the suite leaves out. What cells do is tested in test_cells.py and beside it.

See README.md beside this file for how to run it.
"""

import queue
import time
import unittest

import jupyter_kernel_test
from jupyter_client.manager import start_new_kernel
from jupyter_kernel_test.msgspec_v5 import schema_fragments, validate_message

KERNEL = "chainrule"
# A cell is compiled, on a machine that may be busy. The suite's own limit is for interpreters.
LIMIT = 120


class Suite(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "Rust"
    file_extension = ".rs"

    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oh");'
    completion_samples = [
        {"text": "Experim", "matches": {"Experiment"}},
        {"text": "Mnist::load_f", "matches": {"load_from(folder)"}},
        {"text": "let n = 5.0f64.sqr", "matches": {"sqrt()"}},
        {"text": "/* é 🦀 */ plot_lear", "matches": {"plot_learning_curves(experiments)"}},
    ]
    complete_code_samples = ["let a = 3;", "fn f() -> i32 {\n    3\n}", "vec![1, 2]", ""]
    incomplete_code_samples = [
        "fn f() {",
        "let a = (1,",
        'let text = "abc',
        "/* a comment",
        "let a = vec![1]\n    .iter()\n    .map(|x| {",
    ]
    invalid_code_samples = [")", "fn f() {}}", "let a = [1]];"]
    code_generate_error = "let wrong: i32 = true;"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": '"a, ".repeat(2)', "result": '"a, a, "'},
        {"code": "array![1.0, 2.0]", "mime": "text/plain"},
        {"code": "Model::input(4).dense(2).softmax()", "mime": "text/html"},
    ]
    code_display_data = [
        {"code": "show(&array![1.0]);", "mime": "text/plain"},
        {
            "code": 'show(&LinePlot::new("Loss").line("train", &[(0.0, 2.0), (1.0, 1.0)]).draw()?);',
            "mime": "image/png",
        },
    ]
    code_history_pattern = "6 ?*7"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Experiment"
    code_clear_output = "clear_output(false);"

    def execute_helper(self, code, timeout=LIMIT, **arguments):
        return super().execute_helper(code, timeout=timeout, **arguments)


class Messages(unittest.TestCase):
    """What the suite leaves out: one session; the tests leave no variables behind."""

    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name=KERNEL)
        # The first cell says what it waits for; the tests are about all others.
        cls.client.execute_interactive("1", timeout=LIMIT, output_hook=lambda _: None)

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def answer(self, ask, limit=LIMIT):
        """The reply to a request on the shell channel."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            reply = self.client.get_shell_msg(timeout=limit)
            if reply["parent_header"].get("msg_id") == ask:
                # The suite's list of statuses is older than ipykernel's "aborted".
                if reply["content"]["status"] != "aborted":
                    validate_message(reply, reply["msg_type"], ask)
                return reply["content"]
        self.fail("no reply")

    def outputs(self, ask, limit=LIMIT):
        """What a request publishes until the kernel is idle again, as (type, content)."""
        found = []
        for message in self.published(ask, limit):
            if message["msg_type"] not in ("status", "execute_input"):
                found.append((message["msg_type"], message["content"]))
        return found

    def published(self, ask, limit=LIMIT):
        while True:
            message = self.client.get_iopub_msg(timeout=limit)
            if message["parent_header"].get("msg_id") != ask:
                continue
            if message["msg_type"] in schema_fragments:
                validate_message(message, message["msg_type"], ask)
            yield message
            if message["content"].get("execution_state") == "idle":
                return

    def run_cell(self, code, **arguments):
        ask = self.client.execute(code, **arguments)
        return self.answer(ask), self.outputs(ask)

    def text(self, outputs, name="stdout"):
        return "".join(c["text"] for kind, c in outputs if kind == "stream" and c["name"] == name)

    def test_a_cell_asks_for_a_line(self):
        code = 'let name = chainrule::notebook::input("Name? ")?; println!("I am {name}");'
        ask = self.client.execute(code, allow_stdin=True)
        question = self.client.get_stdin_msg(timeout=LIMIT)
        self.assertEqual(question["parent_header"]["msg_id"], ask)
        self.assertEqual(question["content"], {"prompt": "Name? ", "password": False})
        self.client.input("Ferris é 🦀")
        self.assertEqual(self.answer(ask)["status"], "ok")
        self.assertIn("I am Ferris é 🦀", self.text(self.outputs(ask)))

    def test_a_silent_cell_is_neither_counted_nor_shown(self):
        before = self.run_cell("1")[0]["execution_count"]
        reply, outputs = self.run_cell('println!("quiet")', silent=True)
        self.assertEqual((reply["status"], outputs), ("ok", []))
        self.assertEqual(self.run_cell("1")[0]["execution_count"], before + 1)

    def test_cells_behind_a_failed_one_are_aborted(self):
        bad = self.client.execute("undefined_name")
        behind = self.client.execute('println!("behind")')
        self.assertEqual(self.answer(bad)["status"], "error")
        self.assertEqual(self.answer(behind)["status"], "aborted")
        self.assertEqual(self.outputs(behind), [])
        self.assertEqual(self.run_cell("1")[0]["status"], "ok")

    def test_completion_and_information_come_while_a_cell_runs(self):
        code = 'println!("started"); while !interrupted() { std::hint::spin_loop(); }'
        ask = self.client.execute(code)
        for message in self.published(ask):
            if message["msg_type"] == "stream" and "started" in message["content"]["text"]:
                start = time.monotonic()
                info = self.answer(self.client.kernel_info(), 10)
                self.assertEqual(info["implementation"], "chainrule")
                self.assertLess(time.monotonic() - start, 1)
                found = self.answer(self.client.complete("whi"), 10)
                self.assertIn("while", found["matches"])
                self.manager.interrupt_kernel()
        self.answer(ask)

    def test_a_comm_that_nobody_knows_is_closed(self):
        message = self.client.session.msg(
            "comm_open", {"comm_id": "a", "target_name": "nobody", "data": {}}
        )
        self.client.shell_channel.send(message)
        kinds = [kind for kind, _ in self.outputs(message["header"]["msg_id"])]
        self.assertEqual(kinds, ["comm_close"])


class Life(unittest.TestCase):
    """Sessions of their own, since they end."""

    def test_restart_forgets_everything_and_works(self):
        manager, client = start_new_kernel(kernel_name=KERNEL)
        try:
            client.execute_interactive("let x = 1;", timeout=LIMIT, output_hook=lambda _: None)
            manager.restart_kernel()
            client.wait_for_ready(timeout=LIMIT)
            quiet = lambda _: None  # noqa: E731
            reply = client.execute_interactive("x", timeout=LIMIT, output_hook=quiet)
            self.assertEqual(reply["content"]["status"], "error")
            reply = client.execute_interactive("1", timeout=LIMIT, output_hook=quiet)
            self.assertEqual(reply["content"]["status"], "ok")
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)

    def test_shutdown_is_told_and_leaves_nothing_running(self):
        manager, client = start_new_kernel(kernel_name=KERNEL)
        client.execute_interactive("1", timeout=LIMIT, output_hook=lambda _: None)
        ask = client.shutdown()
        reply = client.get_control_msg(timeout=10)
        validate_message(reply, "shutdown_reply", ask)
        end = time.monotonic() + 10
        while manager.is_alive() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertFalse(manager.is_alive())
        with self.assertRaises(queue.Empty):
            while True:
                client.get_iopub_msg(timeout=0.5)
        client.stop_channels()
        manager.cleanup_resources()


if __name__ == "__main__":
    unittest.main(verbosity=2)
