"""One session of the kernel, as a front end sees it."""

import threading
import time

from jupyter_client.manager import KernelManager

LIMIT = 120


class Cell:
    """What came of a cell: messages as they arrived, and what a notebook holds in the end."""

    def __init__(self):
        self.arrivals = []
        self.outputs = []
        self.reply = None
        self.seconds = None
        self._clear = False

    def take(self, kind, content, seconds):
        self.arrivals.append((seconds, kind, content))
        if kind == "clear_output":
            if content["wait"]:
                self._clear = True
            else:
                self.outputs.clear()
            return
        if kind == "update_display_data":
            for output in self.outputs:
                if output[1].get("transient", {}).get("display_id") == content["transient"]["display_id"]:
                    output[1]["data"] = content["data"]
            return
        if kind not in ("stream", "display_data", "execute_result", "error"):
            return
        if self._clear:
            self.outputs.clear()
            self._clear = False
        self.outputs.append((kind, dict(content)))

    @property
    def status(self):
        return self.reply["status"]

    def text(self, name="stdout"):
        return "".join(c["text"] for k, c in self.outputs if k == "stream" and c["name"] == name)

    def result(self):
        results = [c["data"]["text/plain"] for k, c in self.outputs if k == "execute_result"]
        return results[-1] if results else None

    def kinds(self):
        return [kind for kind, _ in self.outputs]

    def traceback(self):
        return "\n".join(self.reply.get("traceback", []))


class Session:
    """A kernel and one client of it."""

    def __init__(self, kernel="chainrule"):
        self.manager = KernelManager(kernel_name=kernel)
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=LIMIT)
        # Answers that came while another was waited for, in order.
        self.passed = []
        # What came of the last cell, or has come of the one that runs.
        self.cell = Cell()

    @property
    def pid(self):
        return self.manager.provisioner.process.pid

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, code, during=None, answer=None):
        """Runs a cell. `during` is called in a thread of its own while it runs; what has come of the cell
        by then is in `self.cell`."""
        cell, start = Cell(), time.monotonic()
        self.cell = cell
        request = self.client.execute(code, allow_stdin=answer is not None)
        thread = threading.Thread(target=during) if during else None
        if thread:
            thread.start()
        if answer is not None:
            self.client.get_stdin_msg(timeout=LIMIT)
            self.client.input(answer)
        while True:
            message = self.client.get_iopub_msg(timeout=LIMIT)
            if message["parent_header"].get("msg_id") != request:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            cell.take(kind, content, time.monotonic() - start)
        cell.seconds = time.monotonic() - start
        if thread:
            thread.join()
        cell.reply = self._reply(request)
        return cell

    def _reply(self, request):
        while True:
            message = self.client.get_shell_msg(timeout=LIMIT)
            if message["parent_header"].get("msg_id") == request:
                return message["content"]
            self.passed.append(message)

    def ask(self, request):
        """The answer to a request that is no cell."""
        return self._reply(request)

    def await_display(self):
        """Waits until the running cell has shown something."""
        begin = time.monotonic()
        while not any("display" in kind for _, kind, _ in list(self.cell.arrivals)):
            if time.monotonic() - begin > LIMIT:
                raise TimeoutError("the cell shows nothing")
            time.sleep(0.05)

    def interrupt(self, after=0.0):
        time.sleep(after)
        channel = self.client.control_channel
        channel.send(self.client.session.msg("interrupt_request", {}))
